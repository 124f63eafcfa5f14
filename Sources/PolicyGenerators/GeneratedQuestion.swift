public import PolicyModel

/// Who asks, with everything that a store would know of them.
public struct GeneratedCaller: Sendable, Hashable {
    /// As the request names them.
    public var principal: Caller
    /// The ARN that asks, the service's name, or `anonymous`.
    public var arn: Text
    /// The account that owns the caller; services and anonymous callers have none.
    public var account: AccountID?
    /// The canonical id of the account, where it has one.
    public var canonicalID: Text?
    /// The ARN with path of a user, and of the one behind a federated user; `nil` when a federated user's is not said.
    public var userARN: Text?
    /// That user's `AIDA…`, where it has one.
    public var userID: Text?
    /// A session's role by its ARN with path.
    public var roleARN: Text?
    /// The role's `AROA…`, where it has one.
    public var roleID: Text?
    /// A session's name.
    public var sessionName: Text?
    /// The tags of the user or role.
    public var tags: [GeneratedTag] = []

    /// Whether it is the root user of an account.
    public var isRoot: Bool { if case .root = principal { true } else { false } }
}

/// What a question says of the credentials behind its principal.
public struct GeneratedSession: Sendable, Hashable {
    /// Session tags.
    public var tags: [GeneratedTag] = []
    /// Which of them are transitive.
    public var transitiveTagKeys: [Text] = []
    /// The source identity.
    public var sourceIdentity: Text?
    /// The identity provider.
    public var federatedProvider: Text?
    /// The time of issue, as a date.
    public var issued: Text?
    /// Whether MFA was used.
    public var mfaPresent = false
    /// How many seconds ago.
    public var mfaAgeSeconds: Int?
}

/// The organization around a question.
public struct GeneratedOrganization: Sendable, Hashable {
    /// `o-…`.
    public var id: Text
    /// The management account.
    public var masterAccount: AccountID
    /// The nodes above the caller's account, root first; `nil` outside.
    public var principalNodes: [Text]?
    /// The nodes above the resource's account, root first; `nil` outside.
    public var resourceNodes: [Text]?
    /// The services that resource control policies act on; `nil` is all.
    public var services: [Text]?
    /// One list of documents a level of the caller's account; `nil` outside.
    public var serviceControlPolicies: [[Document]]?
    /// One list of documents a level of the resource's account; `nil` outside.
    public var resourceControlPolicies: [[Document]]?
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
/// is the caller's, if it has one, and there are no resource policies.
public struct GeneratedQuestion: Sendable, Hashable {
    /// Who asks.
    public var caller: GeneratedCaller
    /// The request as a client may send it: no key of its context is the engine's, declared keys have their shape, and no
    /// array stands where one of these policies tests the key with a plain operator.
    public var request: Request
    /// What is known of the credentials; `nil` when the question does not say.
    public var session: GeneratedSession?
    /// The account that owns the resource; `nil` when nothing says which.
    public var resourceAccount: AccountID?
    /// Whether the resource is a role, and its one resource policy the role's trust policy.
    public var isTrustPolicy: Bool
    /// Whether the kind of resource requires its resource policy.
    public var resourcePolicyRequired: Bool
    /// The resource's tags; when `nil` the context may assert `aws:ResourceTag/…`.
    public var resourceTags: [GeneratedTag]?
    /// Embedded in the user or role; empty for root users, and for whoever has no account.
    public var identityPolicies: [Document]
    /// Managed policies attached to the user or role.
    public var attachedPolicies: [Document] = []
    /// What each group of a user brings; in turn embedded in the group and attached to it.
    public var groupPolicies: [[Document]] = []
    /// `nil` for root users, and for whoever has no account.
    public var permissionsBoundary: Document?
    /// Only with a session.
    public var sessionPolicies: [Document]?
    /// Managed policies that the session names as its own.
    public var managedSessionPolicies: [Document]?
    /// The organization, where there is one.
    public var organization: GeneratedOrganization?
    /// The policies of the resource.
    public var resourcePolicies: [Document]
    /// The clock of the request.
    public var now: Instant
    /// What the schema declares, folded.
    public var declaredKeys: [Text: KeyDeclaration]
}

extension GeneratedQuestion {
    /// Mends what a server would refuse: see `request`.
    ///
    /// `others` are documents of the same store that have no say in the question.
    mutating func makeAcceptable(beside others: [Document] = []) {
        let plain = keysTestedPlain(beside: others)
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

    private func keysTestedPlain(beside others: [Document]) -> Set<Text> {
        var documents = others + identityPolicies + attachedPolicies + groupPolicies.flatMap { $0 } + resourcePolicies
        documents += (permissionsBoundary.map { [$0] } ?? []) + (sessionPolicies ?? []) + (managedSessionPolicies ?? [])
        let ceilings = [organization?.serviceControlPolicies, organization?.resourceControlPolicies]
        documents += ceilings.flatMap { $0 ?? [] }.flatMap { $0 }
        let conditions = documents.flatMap(\.statements).flatMap(\.conditions)
        let plain = conditions.filter { $0.operator.quantifier == nil && $0.operator.base != .null }
        return Set(plain.map(\.key.foldedASCII))
    }
}
