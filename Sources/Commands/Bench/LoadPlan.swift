internal import WireProtocol

/// How a load is put on the sidecar; every number is within its bounds.
struct LoadPlan: Sendable {
    /// Connections, each asking for itself.
    var connections = 1
    /// Closed loop: how many requests a connection has under way.
    var pipeline = 1
    /// Questions of one `AuthorizeMany`; `nil` for `Authorize`.
    var batch: Int?
    /// Open loop: requests that are due in a second, over all connections; `nil` for the closed loop.
    var requestsPerSecond: Double?
    var durationSeconds = 10.0
    var warmupSeconds = 1.0
    /// Threads of this client that the connections are dealt to.
    var threads = 1
    /// Whether threads look for replies without pause instead of sleeping until one comes.
    var spins = false
    /// How long a reply is waited for, when nothing else is to be done any more.
    var timeoutSeconds = 10

    var questionsEach: Int { batch ?? 1 }
    var durationNanoseconds: UInt64 { Self.nanoseconds(durationSeconds) }
    var warmupNanoseconds: UInt64 { Self.nanoseconds(warmupSeconds) }
    var timeoutNanoseconds: UInt64 { Self.nanoseconds(Double(timeoutSeconds)) }

    /// Refuses the first number that is out of bounds, by its flag.
    func checked() throws(CommandFailure) -> LoadPlan {
        try LoadPlan.check("--connections", connections, in: 1...LoadPlan.connectionsMax)
        try LoadPlan.check("--pipeline", pipeline, in: 1...LoadPlan.pipelineMax)
        if let batch { try LoadPlan.check("--batch", batch, in: 1...WireBounds.questionsMax) }
        if let requestsPerSecond { try LoadPlan.check("--rate", requestsPerSecond, in: LoadPlan.rateBounds) }
        try LoadPlan.check("--duration", durationSeconds, in: LoadPlan.durationBounds)
        try LoadPlan.check("--warmup", warmupSeconds, in: LoadPlan.warmupBounds)
        try LoadPlan.check("--threads", threads, in: 1...LoadPlan.threadsMax)
        if threads > connections {
            throw .usage("`--threads` is \(threads), but each needs a connection: raise --connections, too")
        }
        if requestsPerSecond != nil, pipeline > 1 {
            throw .usage(
                "`--pipeline` is for the closed loop: with --rate requests go out when they are due, however many wait")
        }
        return self
    }

    /// More than any sidecar takes by default; the memory for so many is small.
    static let connectionsMax = 10_000
    /// Far beyond what a socket's buffers hold.
    static let pipelineMax = 10_000
    /// Requests a second: from one in ten seconds to more than a processor can send.
    static let rateBounds = 0.1...10_000_000.0
    /// Seconds: what has percentiles at all, and a day.
    static let durationBounds = 0.1...86_400.0
    static let warmupBounds = 0.0...3_600.0
    static let threadsMax = 64

    private static func check<Number: Comparable>(
        _ flag: String, _ value: Number, in bounds: ClosedRange<Number>
    ) throws(CommandFailure) {
        guard bounds.contains(value) else {
            throw .usage("`\(flag)` is \(value), but must be from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
    }

    /// INVARIANT: checked seconds are finite and not negative.
    private static func nanoseconds(_ seconds: Double) -> UInt64 { UInt64((seconds * 1_000_000_000).rounded()) }
}
