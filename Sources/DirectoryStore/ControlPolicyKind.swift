internal import Directory
internal import PolicyModel

/// The two kinds of control policies of an organization (spec §6.2): ceilings on principals, and on resources.
enum ControlPolicyKind: Hashable, Sendable {
    case service
    case resource

    /// The folder under `organization/`.
    var folder: Text { self == .service ? "service-control-policies" : "resource-control-policies" }
    /// The member of the tree that names such policies.
    var member: String { self == .service ? "ServiceControlPolicies" : "ResourceControlPolicies" }
    /// What documents of the kind may say.
    var policyKind: PolicyKind { self == .service ? .scp : .rcp }
    /// What `Type` says in an export.
    var type: Text { self == .service ? "SERVICE_CONTROL_POLICY" : "RESOURCE_CONTROL_POLICY" }
    /// For messages.
    var words: String { self == .service ? "a service control policy" : "a resource control policy" }
    /// The name that needs no file.
    var builtInName: Text { self == .service ? Organization.fullAccess : Organization.resourceFullAccess }

    /// Whether the name is the one that needs no file; case does not count, as in all names.
    func isBuiltIn(_ name: Text) -> Bool { name.foldedASCII == builtInName.foldedASCII }

    /// The folders of both kinds.
    static let folders: Set<Text> = [ControlPolicyKind.service.folder, ControlPolicyKind.resource.folder]

    /// What names a policy of the kind in a directory.
    func key(_ name: Text) -> EntityKey {
        self == .service ? .serviceControlPolicy(name.foldedASCII) : .resourceControlPolicy(name.foldedASCII)
    }

    /// The kind whose files lie in a folder under `organization/`.
    init?(folder: Text) {
        switch folder {
        case ControlPolicyKind.service.folder: self = .service
        case ControlPolicyKind.resource.folder: self = .resource
        default: return nil
        }
    }
}

extension AttachedControlPolicies {
    /// The names of one kind; `nil` where the list is absent.
    func names(_ kind: ControlPolicyKind) -> [Text]? { kind == .service ? service : resource }

    /// The same with other names.
    func mapping(_ change: (ControlPolicyKind, Text) -> Text) -> AttachedControlPolicies {
        AttachedControlPolicies(
            service: service?.map { change(.service, $0) }, resource: resource?.map { change(.resource, $0) })
    }

    /// Whether the list names any of the policies.
    func names(anyOf keys: Set<EntityKey>) -> Bool {
        [ControlPolicyKind.service, .resource].contains { kind in
            names(kind)?.contains { keys.contains(kind.key($0)) } == true
        }
    }
}

extension OrganizationUnit {
    /// The same tree with other names of policies.
    func mapping(_ change: (ControlPolicyKind, Text) -> Text) -> OrganizationUnit {
        var copy = self
        copy.policies = policies.mapping(change)
        copy.accounts = accounts.map { OrganizationAccount(id: $0.id, policies: $0.policies.mapping(change)) }
        copy.units = units.map { $0.mapping(change) }
        return copy
    }

    /// The accounts on which any of the policies hangs, directly or from above.
    func accounts(naming keys: Set<EntityKey>) -> [AccountID] {
        if policies.names(anyOf: keys) { return allAccounts }
        return accounts.filter { $0.policies.names(anyOf: keys) }.map(\.id)
            + units.flatMap { $0.accounts(naming: keys) }
    }

    /// Every account in the unit or below.
    var allAccounts: [AccountID] { accounts.map(\.id) + units.flatMap(\.allAccounts) }
}
