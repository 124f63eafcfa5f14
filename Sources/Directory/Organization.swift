public import PolicyModel
public import PolicySyntax

/// An organization: the tree of accounts on which service and resource control policies hang (spec §6.2, design §3.2
/// `organization.json`).
public struct Organization: Sendable, Hashable {
    /// `o-…`: what `aws:PrincipalOrgID` says.
    public var id: Text
    /// The management account: no control policy binds it.
    public var masterAccount: AccountID
    /// Whose a resource is that nothing else says it of (design §3.2 "The resource's account").
    public var defaultResourceAccount: AccountID?
    /// The services that resource control policies act on, folded; `nil` is all of them.
    public var resourceControlPolicyServices: [Text]?
    /// The partitions that a policy's ARNs may name; `nil` is those every store knows.
    public var partitions: [Text]?
    /// The root of the tree.
    public var root: OrganizationUnit

    /// Makes an organization.
    public init(
        id: Text, masterAccount: AccountID, defaultResourceAccount: AccountID? = nil,
        resourceControlPolicyServices: [Text]? = nil, partitions: [Text]? = nil, root: OrganizationUnit
    ) {
        self.id = id
        self.masterAccount = masterAccount
        self.defaultResourceAccount = defaultResourceAccount
        self.resourceControlPolicyServices = resourceControlPolicyServices
        self.partitions = partitions
        self.root = root
    }

    /// The name of the service control policy that allows everything; it needs no file.
    public static var fullAccess: Text { "FullAWSAccess" }
    /// What stands for the file of a built-in policy.
    public static var builtInFile: String { "(built in)" }
    /// The name of the resource control policy that allows everything; it needs no file.
    public static var resourceFullAccess: Text { "RCPFullAWSAccess" }
}

/// Which control policies hang on a place of the tree, by name; `nil` is the built-in one that allows everything.
public struct AttachedControlPolicies: Sendable, Hashable {
    /// Names of service control policies; an empty list allows nothing.
    public var service: [Text]?
    /// Names of resource control policies.
    public var resource: [Text]?

    /// Makes the lists.
    public init(service: [Text]? = nil, resource: [Text]? = nil) {
        self.service = service
        self.resource = resource
    }
}

/// The root or an organizational unit.
public struct OrganizationUnit: Sendable, Hashable {
    /// `r-…` or `ou-…`.
    public var id: Text
    /// A name for people.
    public var name: Text?
    /// What hangs on it.
    public var policies: AttachedControlPolicies
    /// The accounts directly in it.
    public var accounts: [OrganizationAccount]
    /// The units directly in it.
    public var units: [OrganizationUnit]

    /// Makes a unit.
    public init(
        id: Text, name: Text? = nil, policies: AttachedControlPolicies = AttachedControlPolicies(),
        accounts: [OrganizationAccount] = [], units: [OrganizationUnit] = []
    ) {
        self.id = id
        self.name = name
        self.policies = policies
        self.accounts = accounts
        self.units = units
    }
}

/// An account's place in an organization.
public struct OrganizationAccount: Sendable, Hashable {
    /// The twelve digits.
    public var id: AccountID
    /// What hangs on the account itself.
    public var policies: AttachedControlPolicies

    /// Makes a place.
    public init(id: AccountID, policies: AttachedControlPolicies = AttachedControlPolicies()) {
        self.id = id
        self.policies = policies
    }
}

/// A service or resource control policy with its name in the organization.
public struct ControlPolicy: Sendable, Hashable {
    /// The name by which the tree attaches it; unique among its kind without ASCII case, compared with it.
    public var name: Text
    /// The document.
    public var source: PolicySource

    /// Makes a control policy.
    public init(name: Text, source: PolicySource) {
        self.name = name
        self.source = source
    }
}
