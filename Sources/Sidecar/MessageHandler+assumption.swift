internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import PolicySyntax
internal import WireProtocol

// AssumeRole: a question whose answer is a session (spec §8).
extension MessageHandler {
    mutating func answerAssumeRole(explain: Bool) throws(WireError) {
        let now = time()
        let (snapshot, assumption) = (inForce.snapshot, scanner.assumption)
        let held = try sessionPolicies.policies(
            in: scanner.view.session.policies, of: scanner.view, snapshot, field: "session.policies")
        // The session to be is checked as the questions that it will ask are.
        _ = try sessionPolicies.policies(in: assumption.policies, of: scanner.view, snapshot, field: "policies")
        // What is read through a view lives as long as its tables.
        defer { extendLifetime(held) }
        var verdict: Verdict
        let session: AssumedSessionView?
        var explanation: Explanation?
        do throws(RequestFault) {
            (verdict, session) = try Authorizer.decideAssumeRole(
                &scanner.view, assumption: assumption, context: scanner.contextRange, tables: inForce.view,
                sessionPolicies: held?.tables.view, scratch: &scratch, now: now)
            if explain {
                explanation = try snapshot.explainAssumeRole(
                    &scanner.view, assumption: assumption, context: scanner.contextRange,
                    sessionPolicies: held.map { ($0.tables, $0.sources) }, options: explanationOptions,
                    scratch: &scratch, now: now)
            }
        } catch {
            throw .badRequest(error.message)
        }
        verdict = settled(verdict, now)
        if verdict.reason == .stalePolicies { explanation?.becomeStale() }
        let wire = explanation.map { WireExplanation($0) }
        if verdict.decision == .allowed, let session {
            replies.appendAssumeRoleReply(
                session, assumption, scanner.view, revision: inForce.revision, explanation: wire)
        } else {
            replies.appendAssumeRoleReply(
                verdict.decision, principal: nil, session: nil, revision: inForce.revision, explanation: wire)
        }
    }
}
