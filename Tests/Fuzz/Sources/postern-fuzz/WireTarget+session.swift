import DecisionTree
import PolicyModel

@testable import WireProtocol

// What the scanner says of credentials and of calls of AssumeRole, against what the message holds.
extension WireTarget {
    /// Holds what the scanner takes for a session against the member; `nil` is none.
    static func compare(session: SessionView, _ object: WireValue?) {
        require(session.isGiven == (object != nil), "a session, or none")
        guard let object else { return }
        let (policies, arns) = (list(object, "policies"), list(object, "policyArns"))
        require(session.hasPolicies == (policies != nil || arns != nil), "under session policies, or not")
        require(self.policies(session.policies) == policies ?? [], "other session policies")
        require(texts(session.policyARNs) == arns ?? [], "other managed session policies")
        require(tags(session.tags) == members(object, "tags"), "other tags of the session")
        require(texts(session.transitiveTagKeys) == list(object, "transitiveTagKeys") ?? [], "other transitive tags")
        same(session.sourceIdentity, object, "sourceIdentity")
        same(session.federatedProvider, object, "federatedProvider")
        same(session.issued, object, "issued")
        same(session.user, object, "user")
        require(session.isMFAPresent == (object["mfaPresent"] == .boolean(true)), "MFA, or none")
        let age = member(object, "mfaAgeSeconds") ?? .number("")
        require(.number(session.mfaAge.text.string) == age, "another age of MFA")
    }

    /// Holds a call of AssumeRole against its parameters.
    static func assume(_ parameters: WireValue?) {
        guard let parameters else { violated("a call without parameters") }
        let asked = unsafe scanner.assumption
        require(text(unsafe scanner.view.principal) == member(parameters, "principal"), "another principal")
        require(text(unsafe scanner.view.resource) == member(parameters, "role"), "another role")
        require(unsafe scanner.view.action.equals("sts:AssumeRole"), "another action")
        compare(session: unsafe scanner.view.session, member(parameters, "session"))
        compare(context: unsafe scanner.contextRange, member(parameters, "context"))
        require(text(asked.sessionName) == member(parameters, "sessionName"), "another session name")
        same(asked.externalID, parameters, "externalId")
        same(asked.sourceIdentity, parameters, "sourceIdentity")
        same(asked.federatedProvider, parameters, "federatedProvider")
        let (given, arns) = (list(parameters, "policies"), list(parameters, "policyArns"))
        require(asked.hasPolicies == (given != nil) && asked.hasPolicyARNs == (arns != nil), "policies, or none")
        require(policies(asked.policies) == given ?? [], "other policies for the session")
        require(texts(asked.policyARNs) == arns ?? [], "other managed policies for the session")
        require(tags(asked.tags) == members(parameters, "tags"), "other tags of the call")
        require(
            texts(asked.transitiveTagKeys) == list(parameters, "transitiveTagKeys") ?? [], "other transitive tags")
        let seconds = asked.durationSeconds.map { WireValue.number(String($0)) }
        // `0900` is no number, so that its text is the only one.
        require(seconds == member(parameters, "durationSeconds"), "another duration")
    }

    // MARK: What the view holds

    private static func texts(_ range: Range<Int>) -> [WireValue] {
        range.map { text(unsafe scanner.view.sessionTexts[$0]) }
    }

    private static func tags(_ range: Range<Int>) -> [WireValue.Member] {
        range.map { index in
            let tag = unsafe scanner.view.sessionTags[index]
            return WireValue.Member(name: tag.key.text.string, value: text(tag.value))
        }
    }

    /// The policies as they stand in the message, read again.
    private static func policies(_ range: Range<Int>) -> [WireValue] {
        range.map { index in
            let bytes = unsafe scanner.view.sessionPolicies[index].bytes
            do { return try WireValue(parsing: bytes) } catch { violated("a policy that is no JSON: \(error)") }
        }
    }

    // MARK: What the message holds

    /// A member; `null` is absent (design §3.3).
    private static func member(_ object: WireValue, _ name: String) -> WireValue? {
        object[name].flatMap { $0 == .null ? nil : $0 }
    }

    private static func list(_ object: WireValue, _ name: String) -> [WireValue]? { member(object, name)?.elements }

    private static func members(_ object: WireValue, _ name: String) -> [WireValue.Member] {
        guard case .object(let members)? = member(object, name) else { return [] }
        return members
    }

    /// Text that is absent has no bytes.
    private static func same(_ view: ByteView, _ object: WireValue, _ name: String) {
        require(text(view) == member(object, name) ?? .string(""), "another `\(name)`")
    }
}
