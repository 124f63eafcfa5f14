public import PolicyModel

/// A question with everything that its answer depends on.
///
/// Of a kind of policy that may be `nil`, `nil` means that it is not in play, and `[]` that it is and grants nothing
/// (design §3.4).
public struct ReferenceQuestion: Sendable, Hashable {
    /// Who asks.
    public var caller: ReferenceCaller
    /// What is known of the credentials; `nil` when the question does not say.
    public var session: ReferenceSession?
    /// What they want to do.
    public var action: Text
    /// On what: an ARN, or `*`.
    public var resource: Text
    /// The account that owns the resource; `nil` when nothing says which.
    public var resourceAccount: AccountID?
    /// Where that account stands in an organization; `nil` outside of one.
    public var resourceOrganization: ReferenceOrganization?
    /// Whether the kind of resource requires its resource policy (spec §6.3); a role always does.
    public var resourcePolicyRequired = false
    /// Whether the resource is a role, and the resource policy its trust policy.
    public var isTrustPolicy = false
    /// The tags that the registry has for the resource.
    public var resourceTags: [ReferenceCaller.Tag] = []
    /// The policies embedded in the user or role; for a federated user those of its user, as in the next two.
    public var identityPolicies: [Document] = []
    /// The managed policies attached to the user or role.
    public var attachedPolicies: [Document] = []
    /// What each of the user's groups brings: the policies embedded in it and those attached to it.
    public var groupPolicies: [[Document]] = []
    /// The permissions boundary, where the user or role has one.
    public var permissionsBoundary: Document?
    /// The session policies given with the session; a federated user without any is granted nothing (spec §6.3).
    public var sessionPolicies: [Document]?
    /// The managed policies that the session names as its policies.
    public var managedSessionPolicies: [Document]?
    /// The levels of the caller's account, root first (spec §6.2).
    public var serviceControlPolicies: [[Document]]?
    /// The levels of the resource's account, root first (spec §6.2).
    public var resourceControlPolicies: [[Document]]?
    /// The services that resource control policies act on; `nil` is all of them (spec §6.2).
    public var resourceControlPolicyServices: [Text]?
    /// The policies attached to the resource.
    public var resourcePolicies: [Document] = []
    /// What the enforcement point asserts.
    public var context: [Request.ContextEntry] = []
    /// The keys that an STS call itself makes (spec §8); only `AssumptionRules` has any.
    var callKeys: [Request.ContextEntry] = []
    /// The one clock reading of the request.
    public var now = Instant(seconds: 1_767_225_600)
    /// What the schema declares of application keys, folded.
    public var declaredKeys: [Text: KeyDeclaration] = [:]

    /// A question without policies; the resource belongs to the caller's account unless said otherwise.
    public init(caller: ReferenceCaller, action: Text, resource: Text, resourceAccount: AccountID? = nil) {
        self.caller = caller
        self.action = action
        self.resource = resource
        self.resourceAccount = resourceAccount ?? caller.account
    }

    /// Whether the session is under session policies at all, be it under none that grants anything.
    public var hasSessionPolicies: Bool { sessionPolicies != nil || managedSessionPolicies != nil }
}

/// The kinds of policy that can be in the way, in the order in which they are named (design §3.4).
public enum ReferenceLayer: String, Sendable, Hashable, CaseIterable {
    case identityPolicy, resourcePolicy, permissionsBoundary, sessionPolicy, serviceControlPolicy,
        resourceControlPolicy
}

/// What comes out.
public struct ReferenceAnswer: Sendable, Hashable {
    /// The decision.
    public var decision: Decision
    /// The deciding reason.
    public var reason: Reason
    /// "For explicitDeny exactly the layers with a matching Deny; for implicitDeny every layer in play that gave no
    /// Allow and whose silence mattered, identity first" (design §3.4); empty when no policy decided.
    public var deniedBy: [ReferenceLayer]

    /// Makes an answer.
    public init(_ decision: Decision, _ reason: Reason, deniedBy: [ReferenceLayer] = []) {
        self.decision = decision
        self.reason = reason
        self.deniedBy = deniedBy
    }
}
