internal import CLinux
internal import Glibc
internal import Logging
internal import Synchronization

/// Takes new connections from the listening socket and deals them to the loops in turn, on a thread of its own.
///
/// Too many connections are told `Overloaded` and closed; so are those for which there is no descriptor left, with the
/// help of a spare one.
final class Acceptor: Sendable {
    private let listener: ListeningSocket
    private let ports: [LoopPort]
    private let shared: LoopShared
    private let connectionsMax: Int
    private let trustedUsers: Set<UInt32>
    private let logger: Logger
    private let wake: WakeSignal
    private let isStopping = Atomic<Bool>(false)

    init(
        listener: ListeningSocket, ports: [LoopPort], shared: LoopShared, connectionsMax: Int,
        trustedUsers: Set<UInt32>, logger: Logger
    ) throws(SidecarError) {
        self.listener = listener
        self.ports = ports
        self.shared = shared
        self.connectionsMax = connectionsMax
        self.trustedUsers = trustedUsers
        self.logger = logger
        wake = try WakeSignal()
    }

    /// Ends `run`; any thread may call it.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        wake.signal()
    }

    /// Accepts until `stop`.
    func run() {
        var dealer = Dealer(spare: Descriptor(Acceptor.openSpare()))
        while !isStopping.load(ordering: .acquiring) {
            waitForConnection()
            while !isStopping.load(ordering: .acquiring), acceptOne(&dealer) {}
        }
    }

    /// What the accepting thread owns: whose turn it is, and the descriptor for bad times.
    private struct Dealer: ~Copyable {
        var next = 0
        var spare: Descriptor
        var hasComplained = false
    }

    private func waitForConnection() {
        var waited = [
            pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake.raw, events: Int16(POLLIN), revents: 0),
        ]
        _ = unsafe poll(&waited, 2, -1)
    }

    /// Accepts a connection; `false` when none is waiting.
    private func acceptOne(_ dealer: inout Dealer) -> Bool {
        let accepted = clinux_accept(listener.raw)
        if accepted >= 0 {
            deal(accepted, &dealer)
            return true
        }
        switch errno {
        case EINTR, ECONNABORTED: return true
        case EMFILE, ENFILE: return turnAwayWithSpare(&dealer)
        case EAGAIN: return false
        default:
            // Out of memory or the like: the connection waits in the kernel, and so do we for a moment.
            usleep(10_000)
            return false
        }
    }

    private func deal(_ descriptor: Int32, _ dealer: inout Dealer) {
        guard shared.connections.load(ordering: .relaxed) < connectionsMax else { return turnAway(descriptor) }
        shared.connections.add(1, ordering: .relaxed)
        let port = ports[dealer.next]
        dealer.next = (dealer.next + 1) % ports.count
        if !port.post(.adopt(descriptor: descriptor, peer: peer(of: descriptor))) {
            shared.connections.subtract(1, ordering: .relaxed)
            close(descriptor)
        }
    }

    /// Who connected: the process id may be unknown (0), its user is not.
    private func peer(of descriptor: Int32) -> Peer {
        var (process, user, group): (pid_t, uid_t, gid_t) = (0, 0, 0)
        guard unsafe clinux_peer_credentials(descriptor, &process, &user, &group) == 0 else { return .none }
        return Peer(user: user, isTrusted: trustedUsers.contains(user))
    }

    private func turnAway(_ descriptor: Int32) {
        shared.overloaded.add(1, ordering: .relaxed)
        let reply = MessageHandler.overloadedReply
        _ = unsafe reply.withUnsafeBytes { unsafe clinux_send(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    /// Without a free descriptor the next connection can be neither accepted nor refused: the spare one makes room.
    private func turnAwayWithSpare(_ dealer: inout Dealer) -> Bool {
        if !dealer.hasComplained {
            dealer.hasComplained = true
            logger.error("no descriptor is left for new connections; raise the limit on open files")
        }
        guard dealer.spare.raw >= 0 else {
            dealer.spare = Descriptor(Acceptor.openSpare())
            if dealer.spare.raw < 0 { usleep(10_000) }
            return dealer.spare.raw >= 0
        }
        dealer.spare = Descriptor(-1)
        let accepted = clinux_accept(listener.raw)
        if accepted >= 0 { turnAway(accepted) }
        dealer.spare = Descriptor(Acceptor.openSpare())
        return accepted >= 0
    }

    private static func openSpare() -> Int32 { unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
}
