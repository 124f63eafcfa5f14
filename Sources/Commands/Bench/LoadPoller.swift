internal import CLinux
internal import Glibc

/// An epoll instance, made before the thread that waits with it, so that the thread cannot fail to have one.
final class LoadPoller: Sendable {
    /// What the most events of one wait are kept in.
    typealias Events = [clinux_epoll_event]

    private let epoll: CInt

    init() throws(CommandFailure) {
        epoll = clinux_epoll_create()
        guard epoll >= 0 else { throw LoadPoller.failure("make an epoll descriptor") }
    }

    deinit { if epoll >= 0 { close(epoll) } }

    /// Room for the events of a wait.
    static func events() -> Events {
        Array(repeating: clinux_epoll_event(), count: Int(clinux_epoll_events_max))
    }

    /// Watches for replies; the token comes back with each event.
    func add(_ descriptor: CInt, token: Int) throws(CommandFailure) {
        guard clinux_epoll_add(epoll, descriptor, LoadPoller.reading, UInt64(token)) == 0 else {
            throw LoadPoller.failure("watch a connection")
        }
    }

    /// Whether room to send is watched for as well.
    func watch(_ descriptor: CInt, token: Int, forRoom: Bool) {
        let events = LoadPoller.reading | (forRoom ? UInt32(clinux_epoll_out) : 0)
        _ = clinux_epoll_modify(epoll, descriptor, events, UInt64(token))
    }

    /// Watches no longer.
    func remove(_ descriptor: CInt) { _ = clinux_epoll_remove(epoll, descriptor) }

    /// Waits so long at most; gives the number of events.
    func wait(into events: inout Events, nanoseconds: Int64) -> Int {
        let count = CInt(events.count)
        return unsafe max(0, Int(clinux_epoll_wait_nanoseconds(epoll, &events, count, nanoseconds)))
    }

    private static let reading = UInt32(clinux_epoll_in)

    private static func failure(_ doing: String) -> CommandFailure {
        .usage("cannot \(doing): \(unsafe String(cString: strerror(errno)).lowercased())")
    }
}
