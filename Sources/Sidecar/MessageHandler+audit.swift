internal import Audit
internal import Authorizer
internal import DecisionTree
internal import PolicyModel
internal import WireProtocol

// What becomes of a decision beside its reply: it is counted, and recorded if somebody keeps a log.
extension MessageHandler {
    /// The verdict, unless the policies are older than the operator allows; counted and recorded.
    ///
    /// After deciding, so that a question that nobody may ask is still refused as such.
    mutating func settled(_ verdict: Verdict, _ now: Instant) -> Verdict {
        let settled = now.seconds > inForce.trustedUntil ? Verdict(.implicitDeny, .stalePolicies) : verdict
        tally.count(settled.decision, settled.reason)
        if recorder != nil { record(settled, now) }
        return settled
    }

    private mutating func record(_ verdict: Verdict, _ now: Instant) {
        let facts = DecisionFacts(
            now: now, peerUser: peerUser, revision: answeringRevision, decision: verdict.decision,
            reason: verdict.reason)
        unsafe recorder?.record(
            facts, principal: scanner.view.principal.rawBytes, action: scanner.view.action.rawBytes,
            resource: scanner.view.resource.rawBytes)
    }
}

extension ByteView {
    /// The bytes for whoever copies them at once.
    @unsafe
    fileprivate var rawBytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: baseAddress, count: count) }
}
