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
    /// The request as a client may send it: no key of its context is the engine's, declared keys have their shape, and no
    /// array stands where one of these policies tests the key with a plain operator.
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

extension GeneratedQuestion {
    /// Mends what a server would refuse: see `request`.
    mutating func makeAcceptable() {
        let plain = keysTestedPlain
        request.context.removeAll { entry in
            let folded = entry.key.foldedASCII
            guard case .multiple = entry.value, plain.contains(folded) else { return false }
            return (ConditionKeys.declaration(ofFolded: folded) ?? declaredKeys[folded]) == nil
        }
        let isTagged = request.context.contains { ConditionKeys.isTag($0.key.foldedASCII, .requestTag) }
        for (index, entry) in request.context.enumerated() {
            let folded = entry.key.foldedASCII
            let declaration = ConditionKeys.declaration(ofFolded: folded) ?? declaredKeys[folded]
            guard declaration?.isMultiValued == true else { continue }
            var values = entry.value.values
            // `aws:TagKeys` lists every tag that is sent.
            if folded == "aws:tagkeys", isTagged { values.append("team") }
            request.context[index].value = .multiple(values)
        }
    }

    private var keysTestedPlain: Set<Text> {
        let documents = identityPolicies + resourcePolicies + (permissionsBoundary.map { [$0] } ?? [])
        let conditions = documents.flatMap(\.statements).flatMap(\.conditions)
        let plain = conditions.filter { $0.operator.quantifier == nil && $0.operator.base != .null }
        return Set(plain.map(\.key.foldedASCII))
    }
}
