internal import PolicyModel
internal import Synchronization

/// What a loop has done so far, as plain numbers of its own.
struct LoopTally {
    /// Messages that were taken up, good or bad.
    var requests = 0
    /// Decisions by outcome.
    var allowed = 0
    var explicitDeny = 0
    var implicitDeny = 0
    /// Connections that the loop serves now.
    var connections = 0
    /// Decisions by the ordinal of their reason.
    var reasons = InlineArray<32, Int>(repeating: 0)
    /// Which reasons have been counted since they were last published, as bits.
    var reasonsChanged: UInt32 = 0

    /// Counts a decision.
    mutating func count(_ decision: Decision, _ reason: Reason) {
        reasons[reason.ordinal] += 1
        reasonsChanged |= 1 << UInt32(reason.ordinal)
        switch decision {
        case .allowed: allowed += 1
        case .explicitDeny: explicitDeny += 1
        case .implicitDeny: implicitDeny += 1
        }
    }

    static func + (left: LoopTally, right: LoopTally) -> LoopTally {
        var sum = left
        sum.requests += right.requests
        sum.allowed += right.allowed
        sum.explicitDeny += right.explicitDeny
        sum.implicitDeny += right.implicitDeny
        sum.connections += right.connections
        for index in sum.reasons.indices { sum.reasons[index] += right.reasons[index] }
        sum.reasonsChanged |= right.reasonsChanged
        return sum
    }
}

/// A loop's tally as others see it: written by the loop once a wake-up, read by anyone.
///
/// Relaxed, because each number stands for itself.
final class LoopCounters: Sendable {
    private let requests = Atomic<Int>(0)
    private let allowed = Atomic<Int>(0)
    private let explicitDeny = Atomic<Int>(0)
    private let implicitDeny = Atomic<Int>(0)
    private let connections = Atomic<Int>(0)
    private let reasons = InlineArray<32, Atomic<Int>> { _ in Atomic(0) }
    /// Keeps what another loop writes off the pair of cache lines that this one writes last.
    private let distance = InlineArray<16, Int>(repeating: 0)

    /// Shows a tally; of the reasons, those that have changed.
    func publish(_ tally: inout LoopTally) {
        while tally.reasonsChanged != 0 {
            let index = tally.reasonsChanged.trailingZeroBitCount
            reasons[index].store(tally.reasons[index], ordering: .relaxed)
            tally.reasonsChanged &= tally.reasonsChanged - 1
        }
        requests.store(tally.requests, ordering: .relaxed)
        allowed.store(tally.allowed, ordering: .relaxed)
        explicitDeny.store(tally.explicitDeny, ordering: .relaxed)
        implicitDeny.store(tally.implicitDeny, ordering: .relaxed)
        connections.store(tally.connections, ordering: .relaxed)
    }

    /// What was last published.
    var tally: LoopTally {
        var tally = LoopTally(
            requests: requests.load(ordering: .relaxed), allowed: allowed.load(ordering: .relaxed),
            explicitDeny: explicitDeny.load(ordering: .relaxed), implicitDeny: implicitDeny.load(ordering: .relaxed),
            connections: connections.load(ordering: .relaxed))
        for index in tally.reasons.indices { tally.reasons[index] = reasons[index].load(ordering: .relaxed) }
        return tally
    }
}
