internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import PolicySyntax
internal import WireProtocol

// AssumeRole: a question whose answer is a session (spec §8).
extension MessageHandler {
    mutating func answerAssumeRole(explain: Bool) throws(WireError) {
        let now = shared.clock.now()
        let (snapshot, assumption) = (inForce.snapshot, scanner.assumption)
        let held = try sessionPolicies.policies(
            in: scanner.view.session.policies, of: scanner.view, snapshot, field: "session.policies")
        // The session to be is checked as the questions that it will ask are.
        _ = try sessionPolicies.policies(in: assumption.policies, of: scanner.view, snapshot, field: "policies")
        var result: Assumption
        var explanation: Explanation?
        do throws(RequestFault) {
            result = try Authorizer.assumeRole(
                &scanner.view, assumption: assumption, context: scanner.contextRange, tables: snapshot.tables,
                sessionPolicies: held?.tables, scratch: &scratch, now: now)
            if explain {
                explanation = try snapshot.explainAssumeRole(
                    &scanner.view, assumption: assumption, context: scanner.contextRange,
                    sessionPolicies: held.map { ($0.tables, $0.sources) }, options: explanationOptions,
                    scratch: &scratch, now: now)
            }
        } catch {
            throw .badRequest(error.message)
        }
        if now.seconds > inForce.trustedUntil {
            result = Assumption(verdict: Verdict(.implicitDeny, .stalePolicies), session: nil)
            explanation?.becomeStale()
        }
        tally.count(result.verdict.decision)
        replies.appendAssumeRoleReply(
            result.verdict.decision, principal: result.session?.principal.string,
            session: result.session.map { session($0, assumption) }, revision: inForce.revision,
            explanation: explanation.map { WireExplanation($0) })
    }

    /// What the caller is to say of the session from then on; its policies are those of the call.
    private func session(_ session: AssumedSession, _ assumption: AssumptionView) -> WireSession {
        var wire = WireSession()
        wire.tags =
            session.tags.isEmpty ? nil : session.tags.map { WireSession.Tag($0.key.string, $0.value.string) }
        wire.transitiveTagKeys = session.transitiveTagKeys.isEmpty ? nil : session.transitiveTagKeys.map(\.string)
        wire.sourceIdentity = session.sourceIdentity?.string
        wire.federatedProvider = session.federatedProvider?.string
        wire.issued = session.issued.string
        wire.mfaPresent = false
        // As they were given: an empty list is no absent one, and grants nothing.
        if assumption.hasPolicies {
            wire.policies = assumption.policies.map { scanner.view.sessionPolicies[$0].text.string }
        }
        if assumption.hasPolicyARNs {
            wire.policyARNs = assumption.policyARNs.map { scanner.view.sessionTexts[$0].text.string }
        }
        return wire
    }
}
