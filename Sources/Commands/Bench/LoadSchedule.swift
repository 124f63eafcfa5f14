/// When requests are due in the open loop: evenly spaced, and dealt to the connections in turn.
///
/// Plain arithmetic: a request is due when it is due, whatever has become of those before it. That is what corrects
/// latencies for coordinated omission.
struct LoadSchedule: Sendable {
    /// When the first request is due, on the monotonic clock.
    let startNanoseconds: UInt64
    let requestsPerSecond: Double
    let connections: Int

    /// When a connection's request is due; both count from 0.
    func due(_ request: Int, on connection: Int) -> UInt64 {
        due(request * connections + connection)
    }

    /// How many of all requests are due before `time`.
    func count(before time: UInt64) -> Int {
        guard time > startNanoseconds else { return 0 }
        var count = Int((Double(time - startNanoseconds) * requestsPerSecond / Self.second).rounded(.up))
        // Where rounding put it on the wrong side.
        while count > 0, due(count - 1) >= time { count -= 1 }
        while due(count) < time { count += 1 }
        return count
    }

    /// INVARIANT: plans bound rate, time and connections so that this is far below 2^63.
    private func due(_ index: Int) -> UInt64 {
        startNanoseconds + UInt64((Double(index) * (Self.second / requestsPerSecond)).rounded())
    }

    private static let second = 1_000_000_000.0
}
