public import PolicyModel

/// What is known of who asks.
public struct ReferenceCaller: Sendable, Hashable {
    /// The kinds of caller that are evaluated so far.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// An IAM user.
        case user
        /// A session of a role.
        case roleSession
        /// The root user of an account.
        case root
    }

    /// A tag of the user or role.
    public struct Tag: Sendable, Hashable {
        /// The key; unique without ASCII case.
        public var key: Text
        /// The value, which may be empty.
        public var value: Text

        /// Makes a tag.
        public init(key: Text, value: Text) {
            self.key = key
            self.value = value
        }
    }

    /// Which of them.
    public var kind: Kind
    /// The account that owns the caller.
    public var account: AccountID
    /// The ARN that asks: of the user with its path, of the session, or of the root user.
    public var arn: Text
    /// The canonical id of the account, where it has one.
    public var canonicalID: Text?
    /// The user's `AIDA…`, where it has one.
    public var userID: Text?
    /// The role's ARN with its path; only of role sessions.
    public var roleARN: Text?
    /// The role's `AROA…`, where it has one.
    public var roleID: Text?
    /// The tags of the user or role, those of the session already laid over them.
    public var tags: [Tag]

    private init(kind: Kind, account: AccountID, arn: Text, canonicalID: Text?, tags: [Tag]) {
        self.kind = kind
        self.account = account
        self.arn = arn
        self.canonicalID = canonicalID
        self.tags = tags
    }

    /// A user, by its ARN with path.
    public static func user(
        _ account: AccountID, arn: Text, id: Text? = nil, tags: [Tag] = [], canonicalID: Text? = nil
    ) -> ReferenceCaller {
        var caller = ReferenceCaller(kind: .user, account: account, arn: arn, canonicalID: canonicalID, tags: tags)
        caller.userID = id
        return caller
    }

    /// A session of a role, by the role's ARN with path and the session's name.
    public static func roleSession(
        _ account: AccountID, roleARN: Text, sessionName: Text, roleID: Text? = nil, tags: [Tag] = [],
        canonicalID: Text? = nil
    ) -> ReferenceCaller {
        let roleName = roleARN.split(at: ASCII.slash).last ?? ""
        let arn = Text("arn:aws:sts::\(account):assumed-role/\(roleName)/\(sessionName)")
        var caller = ReferenceCaller(
            kind: .roleSession, account: account, arn: arn, canonicalID: canonicalID, tags: tags)
        caller.roleARN = roleARN
        caller.roleID = roleID
        return caller
    }

    /// The root user of an account.
    public static func root(_ account: AccountID, canonicalID: Text? = nil) -> ReferenceCaller {
        ReferenceCaller(kind: .root, account: account, arn: account.rootARN, canonicalID: canonicalID, tags: [])
    }
}

/// A question with everything that its answer depends on.
public struct ReferenceQuestion: Sendable, Hashable {
    /// Who asks.
    public var caller: ReferenceCaller
    /// What they want to do.
    public var action: Text
    /// On what: an ARN, or `*`.
    public var resource: Text
    /// The account that owns the resource.
    public var resourceAccount: AccountID
    /// Whether the kind of resource requires its resource policy (spec §6.3).
    public var resourcePolicyRequired = false
    /// The tags that the registry has for the resource.
    public var resourceTags: [ReferenceCaller.Tag] = []
    /// The user's own, attached and groups' policies, or the role's.
    public var identityPolicies: [Document] = []
    /// The permissions boundary, where the user or role has one.
    public var permissionsBoundary: Document?
    /// The policies attached to the resource.
    public var resourcePolicies: [Document] = []
    /// What the enforcement point asserts.
    public var context: [Request.ContextEntry] = []
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
}

/// What comes out.
public struct ReferenceAnswer: Sendable, Hashable {
    /// The decision.
    public var decision: Decision
    /// The deciding reason.
    public var reason: Reason

    /// Makes an answer.
    public init(_ decision: Decision, _ reason: Reason) {
        self.decision = decision
        self.reason = reason
    }
}
