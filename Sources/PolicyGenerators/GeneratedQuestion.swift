public import PolicyModel

/// Who asks, with everything that a store would know of them.
public struct GeneratedCaller: Sendable, Hashable {
    /// As the request names them: a user, a role session or a root user.
    public var principal: Caller
    /// The ARN that asks.
    public var arn: Text
    /// The account that owns the caller.
    public var account: AccountID
    /// The canonical id of the account, where it has one.
    public var canonicalID: Text?
    /// A user's `AIDA…`, where it has one.
    public var userID: Text?
    /// A session's role by its ARN with path.
    public var roleARN: Text?
    /// The role's `AROA…`, where it has one.
    public var roleID: Text?
    /// A session's name.
    public var sessionName: Text?
    /// The tags of the user or role.
    public var tags: [GeneratedTag] = []
}

/// A tag of a user, a role or a resource.
public struct GeneratedTag: Sendable, Hashable {
    /// The key.
    public var key: Text
    /// The value.
    public var value: Text
}

/// A question with everything that its answer depends on.
///
/// The fifth field of the resource is empty, no account at all, or `resourceAccount`. For the resource `*`, the account
/// is the caller's and there are no resource policies.
public struct GeneratedQuestion: Sendable, Hashable {
    /// Who asks.
    public var caller: GeneratedCaller
    /// The request as a client sends it: no key of its context is the engine's.
    public var request: Request
    /// The account that owns the resource.
    public var resourceAccount: AccountID
    /// Whether the kind of resource requires its resource policy.
    public var resourcePolicyRequired: Bool
    /// The resource's tags; when `nil` the context may assert `aws:ResourceTag/…`.
    public var resourceTags: [GeneratedTag]?
    /// Empty for root users.
    public var identityPolicies: [Document]
    /// `nil` for root users.
    public var permissionsBoundary: Document?
    /// The policies of the resource.
    public var resourcePolicies: [Document]
    /// The clock of the request.
    public var now: Instant
    /// What the schema declares, folded.
    public var declaredKeys: [Text: KeyDeclaration]
}
