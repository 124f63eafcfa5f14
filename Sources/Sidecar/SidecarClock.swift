internal import Glibc
public import PolicyModel

/// The two clocks that the data plane reads; tests bring their own.
public struct SidecarClock: Sendable {
    private let wallReading: (@Sendable () -> Instant)?
    private let monotonicReading: (@Sendable () -> Int64)?

    /// The system's clocks.
    public init() {
        wallReading = nil
        monotonicReading = nil
    }

    /// Clocks that a test moves: the time of day, and milliseconds that only grow.
    public init(wall: @escaping @Sendable () -> Instant, monotonicMilliseconds: (@Sendable () -> Int64)? = nil) {
        wallReading = wall
        monotonicReading = monotonicMilliseconds
    }

    /// The time of day.
    public func now() -> Instant {
        if let wallReading { return wallReading() }
        let reading = SidecarClock.read(CLOCK_REALTIME)
        return Instant(seconds: Int64(reading.tv_sec), nanoseconds: UInt32(reading.tv_nsec))
    }

    /// Milliseconds since some moment in the past.
    func monotonicMilliseconds() -> Int64 {
        if let monotonicReading { return monotonicReading() }
        let reading = SidecarClock.read(CLOCK_MONOTONIC)
        return Int64(reading.tv_sec) * 1_000 + Int64(reading.tv_nsec) / 1_000_000
    }

    /// Microseconds since some moment in the past, as service managers want them.
    static func monotonicMicroseconds() -> Int64 {
        let reading = read(CLOCK_MONOTONIC)
        return Int64(reading.tv_sec) * 1_000_000 + Int64(reading.tv_nsec) / 1_000
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var reading = timespec()
        // Cannot fail: both clocks exist and the result is writable.
        _ = unsafe clock_gettime(clock, &reading)
        return reading
    }
}
