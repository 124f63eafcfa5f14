public import PolicyModel

/// Everything that is in force at one moment: accounts, entities, registry and schema.
///
/// A value without behaviour: who fills it (`DirectoryStore`) has checked that names are unique and references hold;
/// who reads it (`SnapshotBuilder`) compiles it.
public struct Directory: Sendable, Hashable {
    /// Every account that has a folder.
    public var accounts: [AccountID: Account] = [:]
    /// The users by key.
    public var users: [EntityKey: User] = [:]
    /// The groups by key.
    public var groups: [EntityKey: Group] = [:]
    /// The roles by key.
    public var roles: [EntityKey: Role] = [:]
    /// The managed policies by key.
    public var policies: [EntityKey: ManagedPolicy] = [:]
    /// The registry entries by key.
    public var resources: [EntityKey: ResourceEntry] = [:]
    /// The organization, where the store has one.
    public var organization: Organization?
    /// The service control policies by key.
    public var serviceControlPolicies: [EntityKey: ControlPolicy] = [:]
    /// The resource control policies by key.
    public var resourceControlPolicies: [EntityKey: ControlPolicy] = [:]
    /// Declared application keys, folded (design §3.2 `schema.json`).
    public var declaredKeys: [Text: KeyDeclaration] = [:]
    /// How requests of other protocols become questions (`mappings/`).
    public var mappings: [MappingKind: Mapping] = [:]
    /// What searches know of, by the files of `catalogue/`.
    public var catalogues: [EntityKey: Catalogue] = [:]
    /// Users, groups and roles in force that name something deleted or never good (design §3.2 rule 3).
    ///
    /// Every decision for such a user or role, or for a user of such a group, is implicitDeny `brokenReference`.
    public var quarantined: Set<EntityKey> = []

    /// An empty directory.
    public init() {}
}

/// What a person can count in a directory.
public struct DirectoryCounts: Sendable, Hashable {
    /// Accounts with a folder.
    public var accounts = 0
    /// Users.
    public var users = 0
    /// Groups.
    public var groups = 0
    /// Roles.
    public var roles = 0
    /// Managed policies, vendor ones included.
    public var managedPolicies = 0
    /// Registry entries.
    public var resources = 0
    /// Service and resource control policies.
    public var controlPolicies = 0
    /// Quarantined users, groups and roles.
    public var quarantined = 0
    /// Compiled documents, each distinct text once.
    public var trees = 0
    /// Statements of all trees.
    public var statements = 0
    /// Distinct conditions of all documents.
    public var conditions = 0
    /// Bytes of the compiled tables.
    public var tableBytes = 0

    /// All zero.
    public init() {}
}
