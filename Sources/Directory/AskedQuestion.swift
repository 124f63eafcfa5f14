internal import DecisionTree
internal import PolicyModel

/// A question as far as an explanation speaks of it.
struct AskedQuestion {
    var principal: Text
    var resource: Text
    /// Whether anything is said of the credentials.
    var hasSession: Bool
    /// Whether it is said when they were issued.
    var isIssued: Bool
    /// The user behind a federated user; empty when it is not said.
    var sessionUser: Text
    /// The identity provider of the session, or of the token that a bearer presents; empty for none.
    var provider: Text
    /// ARNs of managed session policies.
    var managedSessionPolicies: [Text]
    /// Whether it is one of the questions of an `AssumeRole` call.
    var isAssumption: Bool
    /// Whether the call sets a source identity.
    var setsSourceIdentity: Bool

    init(_ view: borrowing RequestView, _ assumption: AssumptionView? = nil) {
        principal = view.principal.text
        resource = view.resource.text
        hasSession = view.session.isGiven
        isIssued = !view.session.issued.isEmpty
        sessionUser = view.session.user.text
        let presented = assumption?.federatedProvider ?? ByteView()
        provider = presented.isEmpty ? view.session.federatedProvider.text : presented.text
        managedSessionPolicies = view.session.policyARNs.map { view.sessionTexts[$0].text }
        isAssumption = assumption != nil
        setsSourceIdentity = !(assumption?.sourceIdentity.isEmpty ?? true)
    }
}
