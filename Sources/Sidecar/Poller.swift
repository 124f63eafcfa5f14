internal import CLinux
internal import Glibc

/// Waits for descriptors to become ready: an epoll instance with room for one batch of events.
///
/// Level-triggered, because a turn ends when its budget does and not when the socket is empty: what was left unread is
/// reported again, so nothing can be forgotten.
@safe
struct Poller: ~Copyable {
    /// What is waited for.
    enum Interest: UInt32 {
        /// Only the end of the connection, which is always reported.
        case nothing = 0
        case reading = 0x001
        case writing = 0x004
    }

    private let epoll: Descriptor
    // INVARIANT: room for `batch` events, of which those that the last wait counted are initialised.
    private let events: UnsafeMutablePointer<clinux_epoll_event>
    private static let batch = Int(clinux_epoll_events_max)

    /// The token of the port's wake-up; no connection has it.
    static let portToken = UInt64.max

    /// Makes the epoll descriptor of a loop, which reports when the loop is wanted.
    ///
    /// Apart from `init`, so that `Sidecar.start` can throw its failure before the loop's thread exists.
    static func open(watching port: LoopPort) throws(SidecarError) -> Int32 {
        let raw = clinux_epoll_create()
        guard raw >= 0 else { throw systemFailure("make an epoll descriptor") }
        guard clinux_epoll_add(raw, port.wakeDescriptor, Interest.reading.rawValue, portToken) == 0 else {
            let failure = systemFailure("watch an event descriptor")
            close(raw)
            throw failure
        }
        return raw
    }

    /// Takes over what `open` made.
    init(owning raw: Int32) {
        epoll = Descriptor(raw)
        unsafe events = .allocate(capacity: Poller.batch)
        unsafe events.initialize(repeating: clinux_epoll_event(), count: Poller.batch)
    }

    deinit { unsafe events.deallocate() }

    /// Begins to watch a descriptor; `false` when the system has no room for it.
    func add(_ descriptor: Int32, _ interest: Interest, token: UInt64) -> Bool {
        clinux_epoll_add(epoll.raw, descriptor, interest.rawValue, token) == 0
    }

    /// Changes what is waited for.
    func modify(_ descriptor: Int32, _ interest: Interest, token: UInt64) {
        _ = clinux_epoll_modify(epoll.raw, descriptor, interest.rawValue, token)
    }

    /// Waits and gives the number of events; -1 milliseconds waits for ever.
    func wait(milliseconds: Int64) -> Int {
        let found = unsafe clinux_epoll_wait(
            epoll.raw, events, Int32(Poller.batch), Int32(clamping: milliseconds))
        precondition(found >= 0, "epoll only fails on our own mistakes")
        return Int(found)
    }

    /// An event of the last wait.
    func event(_ index: Int) -> (token: UInt64, hasEnded: Bool) {
        precondition(index >= 0 && index < Poller.batch, "events are read within the batch")
        let event = unsafe events[index]
        let ended = UInt32(clinux_epoll_error) | UInt32(clinux_epoll_hangup)
        return (event.token, event.events & ended != 0)
    }
}
