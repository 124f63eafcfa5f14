public import PolicyModel
public import PolicySyntax

/// A tag of a user, role or resource.
public struct Tag: Sendable, Hashable {
    /// The key; unique within its holder without ASCII case.
    public var key: Text
    /// The value, which may be empty.
    public var value: Text

    /// Makes a tag.
    public init(key: Text, value: Text) {
        self.key = key
        self.value = value
    }
}

/// A policy embedded in one entity, with its name there (spec §10).
public struct InlinePolicy: Sendable, Hashable {
    /// Unique within its entity.
    public var name: Text
    /// The document with its original text.
    public var source: PolicySource

    /// Makes an inline policy.
    public init(name: Text, source: PolicySource) {
        self.name = name
        self.source = source
    }
}

/// Names an entity of a directory; names are folded, so two spellings are one entity (spec §2.3).
public enum EntityKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The settings of an account.
    case account(AccountID)
    /// A user by account and folded name.
    case user(AccountID, Text)
    /// A group by account and folded name.
    case group(AccountID, Text)
    /// A role by account and folded name.
    case role(AccountID, Text)
    /// A managed policy by its folded name; the account is `nil` for vendor policies (`arn:aws:iam::aws:policy/…`).
    case policy(AccountID?, Text)
    /// A resource entry by its pattern.
    case resource(Text)
    /// The declared context keys.
    case schema
    /// The organization's tree.
    case organization
    /// A service control policy by its folded name.
    case serviceControlPolicy(Text)
    /// A resource control policy by its folded name.
    case resourceControlPolicy(Text)
    /// How the requests of a protocol become questions.
    case mapping(MappingKind)
    /// A part of the catalogue, by the name of its file.
    case catalogue(Text)

    /// Such as ``user `bob` of 111122223333``.
    public var description: String {
        switch self {
        case .account(let account): "account \(account)"
        case .user(let account, let name): "user `\(name)` of \(account)"
        case .group(let account, let name): "group `\(name)` of \(account)"
        case .role(let account, let name): "role `\(name)` of \(account)"
        case .policy(let account, let name): "policy `\(name)` of \(account.map(\.description) ?? "aws")"
        case .resource(let pattern): "resource `\(pattern)`"
        case .schema: "the schema"
        case .organization: "the organization"
        case .serviceControlPolicy(let name): "service control policy `\(name)`"
        case .resourceControlPolicy(let name): "resource control policy `\(name)`"
        case .mapping(let kind): "the mapping of \(kind.rawValue)"
        case .catalogue(let name): "the catalogue `\(name)`"
        }
    }

    private var order: (Int, Text, Text) {
        switch self {
        case .account(let account): (0, account.text, "")
        case .user(let account, let name): (1, account.text, name)
        case .group(let account, let name): (2, account.text, name)
        case .role(let account, let name): (3, account.text, name)
        case .policy(let account, let name): (4, account?.text ?? "", name)
        case .resource(let pattern): (5, pattern, "")
        case .schema: (6, "", "")
        case .organization: (7, "", "")
        case .serviceControlPolicy(let name): (8, "", name)
        case .resourceControlPolicy(let name): (9, "", name)
        case .mapping(let kind): (10, "", Text(kind.rawValue))
        case .catalogue(let name): (11, "", name)
        }
    }

    /// By kind, then account, then name.
    public static func < (lhs: EntityKey, rhs: EntityKey) -> Bool { lhs.order < rhs.order }
}

/// An account's settings (design §3.2 `account.json`).
public struct Account: Sendable, Hashable {
    /// The twelve digits.
    public var id: AccountID
    /// Names for people.
    public var aliases: [Text]
    /// Whether the root user may ask; off unless the file says otherwise.
    public var isRootUserEnabled: Bool
    /// The canonical id that `{"CanonicalUser": …}` names.
    public var canonicalID: Text?

    /// Makes an account; without a file it has no aliases and its root user is disabled.
    public init(id: AccountID, aliases: [Text] = [], isRootUserEnabled: Bool = false, canonicalID: Text? = nil) {
        self.id = id
        self.aliases = aliases
        self.isRootUserEnabled = isRootUserEnabled
        self.canonicalID = canonicalID
    }
}

/// What users, groups and roles have in common: policies of their own and attached ones.
public struct PolicyHoldings: Sendable, Hashable {
    /// Embedded policies.
    public var inlinePolicies: [InlinePolicy]
    /// ARNs of attached managed policies.
    public var attachedPolicies: [Text]
    /// ARN of the managed policy that is the permissions boundary; never for groups.
    public var permissionsBoundary: Text?

    /// Makes holdings.
    public init(
        inlinePolicies: [InlinePolicy] = [], attachedPolicies: [Text] = [], permissionsBoundary: Text? = nil
    ) {
        self.inlinePolicies = inlinePolicies
        self.attachedPolicies = attachedPolicies
        self.permissionsBoundary = permissionsBoundary
    }
}

/// An IAM user (design §3.2 `UserDetail`).
public struct User: Sendable, Hashable {
    /// The account it belongs to.
    public var account: AccountID
    /// The name, unique in its account without ASCII case.
    public var name: Text
    /// `/` or `/…/`.
    public var path: Text
    /// `AIDA…`, where the file gives one.
    public var id: Text?
    /// Its tags.
    public var tags: [Tag]
    /// Names of groups of the same account.
    public var groups: [Text]
    /// The policies it has.
    public var holdings: PolicyHoldings

    /// Makes a user.
    public init(
        account: AccountID, name: Text, path: Text = "/", id: Text? = nil, tags: [Tag] = [], groups: [Text] = [],
        holdings: PolicyHoldings = PolicyHoldings()
    ) {
        self.account = account
        self.name = name
        self.path = path
        self.id = id
        self.tags = tags
        self.groups = groups
        self.holdings = holdings
    }

    /// The ARN: `arn:aws:iam::A:user/path/Name`.
    public var arn: Text { Text("arn:aws:iam::\(account):user\(path)\(name)") }
    /// What names the user in a directory.
    public var key: EntityKey { .user(account, name.foldedASCII) }
}

/// An IAM group (design §3.2 `GroupDetail`).
public struct Group: Sendable, Hashable {
    /// The account it belongs to.
    public var account: AccountID
    /// The name, unique in its account without ASCII case.
    public var name: Text
    /// `/` or `/…/`; part of the ARN.
    public var path: Text
    /// The policies it has.
    public var holdings: PolicyHoldings

    /// Makes a group.
    public init(account: AccountID, name: Text, path: Text = "/", holdings: PolicyHoldings = PolicyHoldings()) {
        self.account = account
        self.name = name
        self.path = path
        self.holdings = holdings
    }

    /// What names the group in a directory.
    public var key: EntityKey { .group(account, name.foldedASCII) }
}

/// An IAM role (design §3.2 `RoleDetail`).
public struct Role: Sendable, Hashable {
    /// The account it belongs to.
    public var account: AccountID
    /// The name, unique in its account without ASCII case.
    public var name: Text
    /// `/` or `/…/`; part of the ARN.
    public var path: Text
    /// `AROA…`, where the file gives one.
    public var id: Text?
    /// Its tags.
    public var tags: [Tag]
    /// `AssumeRolePolicyDocument`.
    public var trustPolicy: PolicySource
    /// How long a session may last, in seconds.
    public var maxSessionDurationSeconds: Int
    /// The policies it has.
    public var holdings: PolicyHoldings

    /// Makes a role.
    public init(
        account: AccountID, name: Text, path: Text = "/", id: Text? = nil, tags: [Tag] = [], trustPolicy: PolicySource,
        maxSessionDurationSeconds: Int = 3600, holdings: PolicyHoldings = PolicyHoldings()
    ) {
        self.account = account
        self.name = name
        self.path = path
        self.id = id
        self.tags = tags
        self.trustPolicy = trustPolicy
        self.maxSessionDurationSeconds = maxSessionDurationSeconds
        self.holdings = holdings
    }

    /// The ARN: `arn:aws:iam::A:role/path/Name`.
    public var arn: Text { Text("arn:aws:iam::\(account):role\(path)\(name)") }
    /// What names the role in a directory.
    public var key: EntityKey { .role(account, name.foldedASCII) }
}

/// A managed policy with the version in force (design §3.2 `ManagedPolicyDetail`).
public struct ManagedPolicy: Sendable, Hashable {
    /// `nil` for vendor policies, whose ARN has `aws` for the account.
    public var account: AccountID?
    /// The name, unique in its account without ASCII case.
    public var name: Text
    /// `/` or `/…/`; part of the ARN.
    public var path: Text
    /// The default version's document.
    public var source: PolicySource

    /// Makes a managed policy.
    public init(account: AccountID?, name: Text, path: Text = "/", source: PolicySource) {
        self.account = account
        self.name = name
        self.path = path
        self.source = source
    }

    /// The ARN: `arn:aws:iam::A:policy/path/Name`.
    public var arn: Text { Text("arn:aws:iam::\(account?.description ?? "aws"):policy\(path)\(name)") }
    /// What names the policy in a directory.
    public var key: EntityKey { .policy(account, name.foldedASCII) }
}

/// An entry of the resource registry (design §3.2 `resources/*.json`).
public struct ResourceEntry: Sendable, Hashable {
    /// The account in whose folder the entry lies.
    public var account: AccountID
    /// An ARN or an ARN pattern; variables are not expanded here.
    public var pattern: Text
    /// The resource's policy, if the entry has one.
    public var policy: PolicySource?
    /// `nil` when the entry says nothing of tags; `[]` says that there are none.
    public var tags: [Tag]?
    /// The `Owner` member; where it is absent the folder's account owns the resource.
    public var statedOwner: AccountID?
    /// Whether resources of this entry can only be reached through their resource policy (spec §6.3).
    public var isPolicyRequired: Bool

    /// Makes an entry.
    public init(
        account: AccountID, pattern: Text, policy: PolicySource? = nil, tags: [Tag]? = nil,
        statedOwner: AccountID? = nil, isPolicyRequired: Bool = false
    ) {
        self.account = account
        self.pattern = pattern
        self.policy = policy
        self.tags = tags
        self.statedOwner = statedOwner
        self.isPolicyRequired = isPolicyRequired
    }

    /// The account that owns what the entry describes.
    public var owner: AccountID { statedOwner ?? account }
    /// What names the entry in a directory.
    public var key: EntityKey { .resource(pattern) }
}
