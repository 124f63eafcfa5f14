public import Audit
public import Directory
internal import Glibc
public import Logging
internal import NIOConcurrencyHelpers
internal import Synchronization

/// The data plane: answers questions over a Unix socket from the snapshots of a source (design §3.3).
///
/// `start` returns once callers can connect; `stop` lets the loops answer what they have read; `wait` returns when they
/// have. All methods may be called from any thread.
public final class Sidecar: Sendable {
    /// Postern's version, as `GetInfo` and `Status` tell it.
    public static let version = "0.1.0"

    private struct Running {
        let acceptor: Acceptor
        let acceptorThread: PlainThread
        let ports: [LoopPort]
        let loopThreads: [PlainThread]
        let listener: ListeningSocket
    }

    private enum Phase {
        case new
        case running(Running)
        case stopping([PlainThread])
        case ended
    }

    /// Writes explanations.
    var explainer: Explainer { shared.explainer }

    private let configuration: SidecarConfiguration
    private let shared: LoopShared
    private let logger: Logger
    private let socketGroup: gid_t?
    private let phase = NIOLockedValueBox(Phase.new)
    /// Whether a drain has begun.
    private let drain = ConditionLock(value: false)

    /// Checks the configuration; nothing is opened yet.
    public init(
        configuration: SidecarConfiguration, source: any SnapshotSource, logger: Logger
    ) throws(SidecarError) {
        try configuration.check()
        socketGroup = try configuration.socketGroupID()
        self.configuration = configuration
        self.logger = logger
        var auditor: Auditor?
        if let path = configuration.decisionLog {
            // One a loop, one for the explainer, and one for whoever else decides in this process.
            auditor = try Auditor(path: path, threads: configuration.loops + 2, logger: logger)
        }
        shared = LoopShared(configuration: configuration, source: source, auditor: auditor)
    }

    /// Opens the socket and starts to answer; on failure nothing is left behind.
    public func start() throws(SidecarError) {
        guard case .new = phase.withLockedValue({ $0 }) else { throw .alreadyStarted }
        let connectionsMax = DescriptorLimit.connections(wanted: configuration.connectionsMax)
        let listener = try openListener()
        do throws(SidecarError) {
            let running = try startThreads(listener, connectionsMax: connectionsMax)
            phase.withLockedValue { $0 = .running(running) }
        } catch {
            listener.withdraw()
            throw error
        }
        subscribe()
        shared.notifier.ready(status: ServiceManager.summary(shared.source.current.status))
        logger.info(
            "serving",
            metadata: [
                "socket": "\(configuration.socketPath)", "loops": "\(configuration.loops)",
                "connectionsMax": "\(connectionsMax)", "revision": "\(shared.source.current.snapshot.revision)",
            ])
    }

    /// Stops accepting and begins to drain; returns at once.
    ///
    /// A sidecar that does not run is left as it is.
    public func stop() {
        guard let running = takeRunning() else { return }
        shared.notifier.stopping()
        running.acceptor.stop()
        running.acceptorThread.join()
        running.listener.withdraw()
        for port in running.ports { _ = port.post(.drain) }
        drain.lock()
        phase.withLockedValue { $0 = .stopping(running.loopThreads) }
        drain.unlock(withValue: true)
    }

    /// Waits until a sidecar that was started has been stopped, and everything is answered or five seconds are gone.
    public func wait() {
        drain.lock(whenValue: true)
        // The lock is held while joining, so that a second waiter returns after the first.
        let threads = phase.withLockedValue { phase -> [PlainThread] in
            guard case .stopping(let threads) = phase else { return [] }
            phase = .ended
            return threads
        }
        for thread in threads { thread.join() }
        shared.explainer.stop()
        shared.auditor?.stop()
        drain.unlock()
    }

    /// Reads the store again, as SIGHUP asks for; `completion` is called on the source's thread.
    public func reload(completion: @escaping @Sendable (Result<String, ReloadFailure>) -> Void) {
        shared.reload(completion: completion)
    }

    /// Where others in this process record what they decide, into the same decision log; `nil` when nobody keeps one.
    ///
    /// Made once: there is one ring for it. Whoever has it stops before the sidecar does.
    public func journal() -> DecisionJournal? {
        shared.auditor.map { DecisionJournal($0.log, ring: configuration.loops + 1) }
    }

    /// Begins the decision log's file anew, as SIGHUP asks for after the old one was moved away.
    public func reopenDecisionLog() { shared.auditor?.reopen() }

    private func takeRunning() -> Running? {
        phase.withLockedValue { phase in
            guard case .running(let running) = phase else { return nil }
            phase = .ended
            return running
        }
    }

    private func openListener() throws(SidecarError) -> ListeningSocket {
        if let inherited = configuration.inheritedListener { return try ListeningSocket(inherited: inherited) }
        return try ListeningSocket(
            path: configuration.socketPath, mode: configuration.socketMode, group: socketGroup)
    }

    private func startThreads(
        _ listener: ListeningSocket, connectionsMax: Int
    ) throws(SidecarError) -> Running {
        var ports: [LoopPort] = []
        var threads: [PlainThread] = []
        do throws(SidecarError) {
            try shared.auditor?.start()
            try shared.explainer.start(shared)
            for index in 0..<configuration.loops {
                let port = try LoopPort()
                threads.append(try startLoop(port, index: index))
                ports.append(port)
            }
            let acceptor = try Acceptor(
                listener: listener, ports: ports, shared: shared, connectionsMax: connectionsMax,
                trustedUsers: configuration.trustedUsers, logger: logger)
            return Running(
                acceptor: acceptor, acceptorThread: try PlainThread("accept") { acceptor.run() }, ports: ports,
                loopThreads: threads, listener: listener)
        } catch {
            for port in ports { _ = port.post(.drain) }
            for thread in threads { thread.join() }
            shared.explainer.stop()
            shared.auditor?.stop()
            throw error
        }
    }

    /// Starts a loop on its own thread, where all of its state is made and stays.
    private func startLoop(_ port: LoopPort, index: Int) throws(SidecarError) -> PlainThread {
        let counters = shared.counters[index]
        let epoll = try Poller.open(watching: port)
        do throws(SidecarError) {
            return try PlainThread("loop \(index)") { [shared] in
                var loop = Loop(
                    shared: shared, counters: counters, port: port, poller: Poller(owning: epoll),
                    recorder: shared.recorder(index))
                loop.run()
            }
        } catch {
            close(epoll)
            throw error
        }
    }

    /// Has every change wake every loop, the idle ones too, so that old snapshots are let go.
    private func subscribe() {
        let ports = phase.withLockedValue { phase in
            if case .running(let running) = phase { running.ports } else { [LoopPort]() }
        }
        shared.source.subscribe { [shared] _, status in
            shared.generation.add(1, ordering: .releasing)
            for port in ports { port.poke() }
            shared.explainer.wakeUp()
            shared.notifier.status(ServiceManager.summary(status))
        }
        // A change before the subscription woke nobody.
        shared.generation.add(1, ordering: .releasing)
        for port in ports { port.poke() }
        shared.explainer.wakeUp()
    }
}

extension SidecarConfiguration {
    /// Refuses numbers that make no sense.
    func check() throws(SidecarError) {
        guard (1...SidecarLimits.loopsMax).contains(loops) else {
            throw .outOfRange(setting: "the number of loops", value: loops, allowed: "1 to \(SidecarLimits.loopsMax)")
        }
        guard connectionsMax >= 1 else {
            throw .outOfRange(setting: "the number of connections", value: connectionsMax, allowed: "at least 1")
        }
        guard socketMode <= 0o777 else {
            throw .outOfRange(setting: "the socket's mode", value: Int(socketMode), allowed: "0 to 0777 (octal)")
        }
        if let seconds = staleDenyAfterSeconds, seconds < 0 {
            throw .outOfRange(setting: "stale-deny-after", value: Int(seconds), allowed: "at least 0 seconds")
        }
    }
}
