internal import Histogram

/// What a run came to.
struct LoadResult {
    let plan: LoadPlan
    let socketPath: String
    /// What was in force before the run, and after it, if the sidecar still answered.
    let revision: String
    let revisionAfter: String?
    let measuredNanoseconds: UInt64
    /// Whether it ended before its time.
    let isCutShort: Bool
    /// Open loop: how many requests were due within the time measured.
    let due: Int?
    let tally: LoadTally

    var answered: ReplyOutcome { tally.answered }
    var denied: Int { answered.explicitDeny + answered.implicitDeny }
    /// Questions that got no decision.
    var errors: Int { answered.faults.reduce(0) { $0 + $1.count } }
    var questions: Int { answered.allowed + denied + errors }
    /// Requests whose latency was measured.
    var requests: Int { tally.requests }
    var seconds: Double { Double(measuredNanoseconds) / 1_000_000_000 }
    var requestsPerSecond: Double { seconds > 0 ? Double(tally.arrivals) / seconds : 0 }
    /// Whether any question got a decision.
    var hasDecisions: Bool { answered.allowed + denied > 0 }

    /// The latencies that are told, with their names.
    var latencies: [(name: String, nanoseconds: Double)] {
        let histogram = tally.latencies
        var list: [(String, Double)] = [("min", Double(histogram.min))]
        for (name, percent) in LoadResult.percentiles { list.append((name, tally.latency(at: percent))) }
        list.append(("max", Double(histogram.maxRecorded)))
        list.append(("mean", requests == 0 ? 0 : Double(tally.latencySum) / Double(requests)))
        return list
    }

    static let percentiles = [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99.9", 99.9)]

    /// The distribution in the steps of HdrHistogram, of which each halving of what is left has `steps`.
    func distribution(steps: Int) -> [(percentile: Double, nanoseconds: Double)] {
        tally.latencies.percentiles(ticksPerHalfDistance: steps).map {
            ($0.percentileLevelIteratedTo, Double(min($0.value, tally.latencies.maxRecorded)))
        }
    }
}

/// Whether an open loop's requests were answered as fast as they became due.
enum LoadVerdict: Equatable {
    case keptUp
    /// Requests waited for the sidecar.
    case sidecarBehind
    /// This client did not come round to sending them.
    case clientBehind
}

extension LoadResult {
    /// `nil` for the closed loop, which never asks for more than it gets.
    var verdict: LoadVerdict? {
        guard let due, let rate = plan.requestsPerSecond else { return nil }
        let backlog = tally.backlog
        // A request on each connection may be under way, and the last twentieth of a second of them.
        let usual = max(due / 100, Int(rate / 20), plan.connections)
        guard backlog.count > usual else { return .keptUp }
        return backlog.unsent > backlog.waiting ? .clientBehind : .sidecarBehind
    }

    /// What people should know before they take a figure from the table; each one line.
    var warnings: [String] {
        var lines: [String] = []
        switch verdict {
        case nil, .keptUp: break
        case .sidecarBehind:
            lines.append(
                "the sidecar could not keep up: \(shortfall); lower --rate: latencies of a queue that grows say"
                    + " only how long the run was")
        case .clientBehind:
            lines.append(
                "this client could not keep up: \(shortfall); give it --threads and processors of its own,"
                    + " or lower --rate")
        }
        if let ownDelay {
            lines.append(
                "much of these latencies is this client's own: it sent half of the requests \(ownDelay) late or more;"
                    + " give it --threads and processors of its own")
        }
        if tally.connectionsLost > 0 {
            lines.append("the sidecar closed \(Count.of(tally.connectionsLost, "connection")) of \(plan.connections)")
        }
        if let revisionAfter, revisionAfter != revision {
            lines.append("other policies came into force meanwhile: revision \(revisionAfter)")
        }
        if isCutShort { lines.append("ended early, after \(FixedText.of(seconds, decimals: 1)) s") }
        return lines
    }

    /// The median of what this client was late by, where it is a good part of the median latency.
    private var ownDelay: String? {
        guard verdict == .keptUp, let delay = tally.delays.first?.nanoseconds else { return nil }
        return delay > tally.latency(at: 50) / 5 ? LatencyText.of(delay) : nil
    }

    private var shortfall: String {
        let asked = Count.grouped(Int((plan.requestsPerSecond ?? 0).rounded()))
        let achieved = Count.grouped(Int(requestsPerSecond.rounded()))
        return
            "\(achieved) of \(asked) requests a second, and \(Count.grouped(tally.backlog.count)) that were due had no"
            + " reply at the end"
    }

    /// Why nothing was measured at all, and what to do; `nil` when something was.
    var failure: String? {
        if hasDecisions { return nil }
        if let fault = answered.faults.max(by: { $0.count < $1.count }) {
            return "every question had an error, most often \(UserLine.of(fault.name)): \(UserLine.of(fault.example));"
                + " try one with `postern authorize`"
        }
        if isCutShort { return "ended before anything was measured; see --warmup" }
        return "no request was answered in the time measured; give it a longer --duration"
    }
}
