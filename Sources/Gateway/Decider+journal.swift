internal import Audit
internal import Authorizer
internal import WireProtocol

extension DecisionJournal {
    /// Records a decision of the gateway; the kernel tells no user of whoever asked over HTTP.
    func record(_ question: WireQuestion, _ verdict: Verdict, by policies: Decider.Policies) {
        let facts = DecisionFacts(
            now: policies.now, peerUser: .max, revision: policies.recordedRevision, decision: verdict.decision,
            reason: verdict.reason)
        record(
            facts, principal: question.principal ?? "", action: question.action ?? "", resource: question.resource ?? ""
        )
    }
}
