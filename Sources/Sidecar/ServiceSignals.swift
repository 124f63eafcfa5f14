internal import CLinux
internal import Glibc

/// The signals that tell a service what to do, waited for instead of handled.
public enum ServiceSignal: Sendable, Hashable {
    /// SIGTERM or SIGINT: answer what has been read, and end.
    case stop
    /// SIGHUP: read the store again.
    case reload

    /// Blocks the signals in the calling thread and in all that it starts, and ignores SIGPIPE.
    ///
    /// Must be called before the first thread is started, or a signal may end the process as if nobody waited.
    public static func block() throws(SidecarError) {
        guard clinux_block_service_signals() == 0 else { throw systemFailure("block signals") }
    }

    /// Waits for the next signal, or for so long; `nil` when none came.
    public static func next(waitMilliseconds: Int32) -> ServiceSignal? {
        switch clinux_wait_service_signal(waitMilliseconds) {
        case SIGTERM, SIGINT: .stop
        case SIGHUP: .reload
        default: nil
        }
    }
}
