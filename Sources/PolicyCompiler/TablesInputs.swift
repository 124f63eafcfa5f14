public import PolicyModel

/// A principal as tables are built from it.
public struct PrincipalInput: Sendable {
    /// Whether it is a role rather than a user.
    public var isRole: Bool
    /// The account it belongs to.
    public var account: AccountID
    /// The ARN with path.
    public var arn: Text
    /// The unique id, where there is one.
    public var id: Text?
    /// The name, unique in its account without ASCII case.
    public var name: Text
    /// Whether every decision for it is a denial (design §3.2 rule 3).
    public var isQuarantined: Bool
    /// Document slots of its own: inline and attached.
    public var ownSlots: [UInt32]
    /// What `TablesBuilder.groupSet` gave for each of its groups.
    public var groupSets: [UInt32]
    /// The permissions boundary's document slot.
    public var boundarySlot: UInt32?
    /// Its tags.
    public var tags: [(key: Text, value: Text)]
    /// The document slot of a role's trust policy.
    public var trustSlot: UInt32?
    /// How many seconds a session of the role may last at most.
    public var maxSessionDurationSeconds = 3_600

    /// Makes the input.
    public init(
        isRole: Bool, account: AccountID, arn: Text, id: Text?, name: Text, isQuarantined: Bool, ownSlots: [UInt32],
        groupSets: [UInt32] = [], boundarySlot: UInt32?, tags: [(key: Text, value: Text)]
    ) {
        self.isRole = isRole
        self.account = account
        self.arn = arn
        self.id = id
        self.name = name
        self.isQuarantined = isQuarantined
        self.ownSlots = ownSlots
        self.groupSets = groupSets
        self.boundarySlot = boundarySlot
        self.tags = tags
    }
}

/// An account as tables are built from it.
public struct AccountInput: Sendable {
    /// The unique id, where there is one.
    public var id: AccountID
    /// Whether its root user may ask.
    public var isRootUserEnabled: Bool
    /// What `{"CanonicalUser": …}` names it by.
    public var canonicalID: Text?
    /// Whether the store has a folder for it, rather than the organization only its number.
    public var isInStore: Bool
    /// Where it is in the organization, if it is.
    public var place: OrganizationPlace?

    /// Makes the input.
    public init(
        id: AccountID, isRootUserEnabled: Bool, canonicalID: Text?, isInStore: Bool = true,
        place: OrganizationPlace? = nil
    ) {
        self.id = id
        self.isInStore = isInStore
        self.isRootUserEnabled = isRootUserEnabled
        self.canonicalID = canonicalID
        self.place = place
    }
}

/// An account's place in the organization as tables are built from it.
public struct OrganizationPlace: Sendable {
    /// `o-x/r-y/ou-z/`: what `aws:PrincipalOrgPaths` says.
    public var path: Text
    /// The document slots of each level of service control policies, root first; `nil` for an account they do not bind.
    public var serviceLevels: [[UInt32]]?
    /// The document slots of each level of resource control policies, root first; `nil` where they do not act.
    public var resourceLevels: [[UInt32]]?
    /// Whether a service control policy of a level is missing.
    public var isQuarantined = false
    /// Whether a resource control policy of a level is missing.
    public var isResourceQuarantined = false

    /// Makes a place.
    public init(path: Text, serviceLevels: [[UInt32]]?, resourceLevels: [[UInt32]]?) {
        self.path = path
        self.serviceLevels = serviceLevels
        self.resourceLevels = resourceLevels
    }
}

/// The organization as tables are built from it.
public struct OrganizationInput: Sendable {
    /// `o-…`.
    public var id: Text
    /// The management account.
    public var masterAccount: AccountID
    /// Whose a resource is that nothing else says it of.
    public var defaultResourceAccount: AccountID?
    /// The services on which resource control policies act, folded; `nil` is all.
    public var services: [Text]?

    /// Makes the input.
    public init(id: Text, masterAccount: AccountID, defaultResourceAccount: AccountID?, services: [Text]?) {
        self.id = id
        self.masterAccount = masterAccount
        self.defaultResourceAccount = defaultResourceAccount
        self.services = services
    }
}

/// A registry entry as tables are built from it.
public struct RegistryInput: Sendable {
    /// An ARN or an ARN pattern.
    public var pattern: Text
    /// The account that owns what matches.
    public var owner: AccountID
    /// Whether what matches is only reached through a resource policy (spec §6.3).
    public var isPolicyRequired: Bool
    /// The policy's document slot.
    public var policySlot: UInt32?
    /// `nil` when the entry says nothing of tags.
    public var tags: [(key: Text, value: Text)]?

    /// Makes the input.
    public init(
        pattern: Text, owner: AccountID, isPolicyRequired: Bool, policySlot: UInt32?,
        tags: [(key: Text, value: Text)]?
    ) {
        self.pattern = pattern
        self.owner = owner
        self.isPolicyRequired = isPolicyRequired
        self.policySlot = policySlot
        self.tags = tags
    }
}
