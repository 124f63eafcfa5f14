public import PolicyModel

/// Everything that is in force at one moment: accounts, entities, registry and schema.
///
/// A value without behaviour: who fills it (`DirectoryStore`) has checked that names are unique and references hold;
/// who reads it (`SnapshotBuilder`) compiles it.
public struct Directory: Sendable, Hashable {
    /// Every account that has a folder.
    public var accounts: [AccountID: Account] = [:]
    public var users: [EntityKey: User] = [:]
    public var groups: [EntityKey: Group] = [:]
    public var roles: [EntityKey: Role] = [:]
    public var policies: [EntityKey: ManagedPolicy] = [:]
    public var resources: [EntityKey: ResourceEntry] = [:]
    /// Declared application keys, folded (design §3.2 `schema.json`).
    public var declaredKeys: [Text: KeyDeclaration] = [:]
    /// Users, groups and roles in force that name something deleted or never good (design §3.2 rule 3).
    ///
    /// Every decision for such a user or role, or for a user of such a group, is implicitDeny `brokenReference`.
    public var quarantined: Set<EntityKey> = []

    /// An empty directory.
    public init() {}
}

/// What a person can count in a directory.
public struct DirectoryCounts: Sendable, Hashable {
    public var accounts = 0
    public var users = 0
    public var groups = 0
    public var roles = 0
    public var managedPolicies = 0
    public var resources = 0
    public var quarantined = 0
    /// Compiled documents, each distinct text once.
    public var trees = 0
    public var statements = 0
    /// Distinct conditions of all documents.
    public var conditions = 0
    /// Bytes of the compiled tables.
    public var tableBytes = 0

    /// All zero.
    public init() {}
}
