internal import CLinux

/// The clocks of a store; tests bring their own.
struct StoreClock: Sendable {
    /// Milliseconds since some moment, never going back.
    var monotonicMilliseconds: @Sendable () -> Int64
    /// Nanoseconds since 1970.
    var realtimeNanoseconds: @Sendable () -> Int64

    /// The system's.
    static let system = StoreClock(
        monotonicMilliseconds: { clinux_monotonic_milliseconds() },
        realtimeNanoseconds: { clinux_realtime_nanoseconds() })

    /// Seconds since 1970.
    var seconds: Int64 { realtimeNanoseconds() / 1_000_000_000 }
}
