public import PolicyModel

/// What is known of who asks.
public struct ReferenceCaller: Sendable, Hashable {
    /// The kinds of caller (spec §1).
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// An IAM user.
        case user
        /// A session of a role.
        case roleSession
        /// The root user of an account.
        case root
        /// A GetFederationToken session of a user.
        case federatedUser
        /// A service principal.
        case service
        /// Nobody in particular.
        case anonymous
        /// Who presents a token of an identity provider to AssumeRoleWithWebIdentity or AssumeRoleWithSAML, and has no
        /// credentials yet (spec §8).
        case bearer
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
    /// The account that owns the caller; services, anonymous callers and bearers have none.
    public var account: AccountID?
    /// The name that asks: the ARN of the user with its path, of the session, or of the root user; the service's name;
    /// or `anonymous`.
    public var arn: Text
    /// The canonical id of the account, where it has one.
    public var canonicalID: Text?
    /// The user's ARN with its path: of users, and of the user behind a federated user, `nil` where that is not known.
    public var userARN: Text?
    /// That user's `AIDA…`, where it has one.
    public var userID: Text?
    /// The role's ARN with its path; only of role sessions.
    public var roleARN: Text?
    /// The role's `AROA…`, where it has one.
    public var roleID: Text?
    /// The identity provider whose token a bearer presents.
    public var presentedProvider: Text?
    /// The tags of the user (also of the one behind a federated user) or of the role; those of the session are not
    /// among them.
    public var tags: [Tag]
    /// Where the account stands in an organization; `nil` outside of one.
    public var organization: ReferenceOrganization?

    private init(kind: Kind, account: AccountID?, arn: Text, canonicalID: Text? = nil, tags: [Tag] = []) {
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
        caller.userARN = arn
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
        ReferenceCaller(kind: .root, account: account, arn: account.rootARN, canonicalID: canonicalID)
    }

    /// A federated user, by the name of its session; the user behind it by its ARN with path, where it is known.
    public static func federatedUser(
        _ account: AccountID, name: Text, userARN: Text?, userID: Text? = nil, tags: [Tag] = [],
        canonicalID: Text? = nil
    ) -> ReferenceCaller {
        let arn = Text("arn:aws:sts::\(account):federated-user/\(name)")
        var caller = ReferenceCaller(
            kind: .federatedUser, account: account, arn: arn, canonicalID: canonicalID, tags: tags)
        caller.userARN = userARN
        caller.userID = userID
        return caller
    }

    /// A service principal.
    public static func service(_ name: Text) -> ReferenceCaller {
        ReferenceCaller(kind: .service, account: nil, arn: name)
    }

    /// An anonymous caller.
    public static var anonymous: ReferenceCaller {
        ReferenceCaller(kind: .anonymous, account: nil, arn: "anonymous")
    }

    /// Who presents a token of a provider.
    public static func bearer(provider: Text) -> ReferenceCaller {
        var caller = ReferenceCaller(kind: .bearer, account: nil, arn: "anonymous")
        caller.presentedProvider = provider
        return caller
    }

    /// "service-linked: `role/aws-service-role/<svc>/…`" (spec §10).
    public var isServiceLinked: Bool {
        guard let roleARN, let arn = ARN(roleARN) else { return false }
        return arn.resource.hasPrefix("role/aws-service-role/")
    }
}
