internal import Histogram

/// What a thread has measured, or all of them together.
struct LoadTally: Sendable {
    /// Nanoseconds from when a request was sent, or due, to when its reply was read.
    private(set) var latencies = LoadTally.emptyHistogram()
    /// Open loop: nanoseconds by which this client itself sent requests late.
    private(set) var sendDelays = LoadTally.emptyHistogram()
    /// The sum of the latencies, for a mean that is exact.
    private(set) var latencySum: UInt64 = 0
    /// What was answered to requests that were measured.
    private(set) var answered = ReplyOutcome()
    /// Replies that arrived within the time measured.
    var arrivals = 0
    /// Connections that the sidecar closed.
    var connectionsLost = 0
    /// Open loop: requests that were due at the end and had no reply.
    var backlog = LoadBacklog()

    /// Requests whose latency was measured.
    var requests: Int { Int(clamping: latencies.totalCount) }

    /// The nanoseconds within which so many percent of the requests were answered.
    func latency(at percent: Double) -> Double { Double(latencies.valueAtPercentile(percent)) }

    /// How late this client itself was, with names; nothing where it sent none of the requests that became due meanwhile.
    var delays: [(name: String, nanoseconds: Double)] {
        guard sendDelays.totalCount > 0 else { return [] }
        return [
            ("p50", Double(sendDelays.valueAtPercentile(50))), ("p99", Double(sendDelays.valueAtPercentile(99))),
            ("max", Double(sendDelays.maxRecorded)),
        ]
    }

    /// Counts a reply and its latency.
    @inline(__always)
    mutating func record(latency: UInt64, _ outcome: ReplyOutcome) {
        latencies.record(min(latency, LoadTally.nanosecondsMax))
        latencySum &+= latency
        answered.add(outcome)
    }

    @inline(__always)
    mutating func record(sendDelay: UInt64) {
        sendDelays.record(min(sendDelay, LoadTally.nanosecondsMax))
    }

    /// Counts requests that had no reply.
    mutating func count(_ fault: LoadFault) {
        guard fault.count > 0 else { return }
        answered.faults.count(fault)
    }

    /// Adds what another thread, or the same one later, has measured.
    mutating func add(_ other: LoadTally) {
        latencies.add(other.latencies)
        sendDelays.add(other.sendDelays)
        latencySum &+= other.latencySum
        answered.add(other.answered)
        arrivals += other.arrivals
        connectionsLost += other.connectionsLost
        backlog.unsent += other.backlog.unsent
        backlog.waiting += other.backlog.waiting
    }

    /// An hour: what takes longer is counted as that.
    private static let nanosecondsMax: UInt64 = 3_600_000_000_000

    /// Three digits, so that a value is at most a thousandth off.
    private static func emptyHistogram() -> Histogram<UInt64> {
        Histogram(highestTrackableValue: nanosecondsMax, numberOfSignificantValueDigits: .three)
    }
}

/// Requests of the open loop that were due and had no reply.
struct LoadBacklog: Sendable, Equatable {
    /// This client had not come round to sending them, though it could.
    var unsent = 0
    /// They were sent, or the sidecar's socket had no room for them.
    var waiting = 0

    var count: Int { unsent + waiting }
}

extension ReplyOutcome {
    /// Adds what another reply answered.
    @inline(__always)
    mutating func add(_ other: ReplyOutcome) {
        allowed += other.allowed
        explicitDeny += other.explicitDeny
        implicitDeny += other.implicitDeny
        for fault in other.faults { faults.count(fault) }
    }
}
