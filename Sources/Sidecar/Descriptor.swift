internal import CLinux
internal import Glibc

/// An open file descriptor with one owner, closed with it.
struct Descriptor: ~Copyable {
    /// The number; negative for none.
    let raw: Int32

    /// Takes over an open descriptor.
    init(_ raw: Int32) {
        self.raw = raw
    }

    deinit {
        if raw >= 0 { close(raw) }
    }
}

/// Wakes a thread that waits in epoll or poll.
final class WakeSignal: Sendable {
    private let descriptor: Descriptor

    init() throws(SidecarError) {
        descriptor = Descriptor(clinux_eventfd())
        guard descriptor.raw >= 0 else { throw systemFailure("make an event descriptor") }
    }

    /// What becomes readable.
    var raw: Int32 { descriptor.raw }

    /// Wakes; any thread may call it.
    func signal() { _ = clinux_eventfd_signal(descriptor.raw) }

    /// Forgets the signals so far.
    func clear() { _ = clinux_eventfd_drain(descriptor.raw) }
}
