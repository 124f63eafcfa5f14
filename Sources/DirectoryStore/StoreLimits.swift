/// The bounds that stop a load (design §3.2 "Limits").
///
/// IAM's own quotas are smaller and only make warnings. These keep a mistake or an attack from costing memory or time
/// without end.
public struct StoreLimits: Sendable, Hashable {
    /// Bytes of one file: several times the largest entity that IAM can export.
    public var fileBytesMax = 1024 * 1024
    /// `*.json` files of a store: a hundred accounts of 5,000 entities each; about a gigabyte of memory.
    public var filesMax = 500_000
    /// Documents that count for one principal, its own, attached, of its groups and its boundary: what one decision may
    /// have to walk.
    public var principalDocumentsMax = 500
    /// Names, files or not, that a listing of one store may meet: hidden and foreign files are not read, but counted.
    public var namesMax = 2_000_000
    /// Readings that are begun again because the folder was swapped meanwhile, before trouble is reported.
    public var readingsMax = 5

    /// The bounds of the design.
    public init() {}
}

/// IAM's quotas and syntax lengths (spec §8, §10): past one is a warning, never an error.
enum Quota {
    /// Scalars of a user's or role's name.
    static let principalNameLengthMax = 64
    /// Scalars of a group's or policy's name.
    static let nameLengthMax = 128
    /// Bytes of a path with both slashes.
    static let pathLengthMax = 512
    /// Tags of one entity.
    static let tagsMax = 50
    /// Scalars of a tag's key.
    static let tagKeyLengthMax = 128
    /// Scalars of a tag's value.
    static let tagValueLengthMax = 256
    /// Characters of all inline policies of a user, without blanks.
    static let userInlineCharactersMax = 2_048
    /// Characters of all inline policies of a group, without blanks.
    static let groupInlineCharactersMax = 5_120
    /// Characters of all inline policies of a role, without blanks.
    static let roleInlineCharactersMax = 10_240
    /// Users of one account.
    static let usersMax = 5_000
    /// Groups of one account.
    static let groupsOfAccountMax = 300
    /// Roles of one account.
    static let rolesMax = 1_000
    /// Managed policies that one account has of its own.
    static let policiesMax = 1_500
    /// Managed policies attached to one entity.
    static let attachedPoliciesMax = 10
    /// Groups of one user.
    static let groupsMax = 10
    /// Versions of a managed policy.
    static let policyVersionsMax = 5
    /// Levels of organizational units beneath the root.
    static let unitDepthMax = 5
    /// Control policies of a kind directly on one root, unit or account (the built-in one counts).
    static let nodePoliciesMax = 5
    /// Seconds that a role's sessions may last (spec §8).
    static let sessionDurationSeconds = 3600...43200
}
