internal import Authorizer
internal import Directory
internal import PolicyModel
internal import PolicySyntax

extension Directory {
    /// The entities that make a question what it is: the accounts, the caller with its policies, the resource's entry,
    /// and an organization as deep as the question's control policies.
    init(_ simulation: Simulation) {
        self.init()
        let owned = [simulation.caller.account, simulation.resourceAccount].compactMap(\.self)
        // Accounts beside those of the question, so that nothing is owned for want of another.
        for account in owned + Directory.placeholders.prefix(2) { accounts[account] = Account(id: account) }
        if let account = simulation.caller.account {
            accounts[account] = Account(
                id: account, isRootUserEnabled: true, canonicalID: simulation.caller.canonicalID)
        }
        addCaller(simulation)
        addTargetRole(simulation)
        addResource(simulation)
        addOrganization(simulation)
    }

    /// Accounts that stand for others; fewer than three would do for a question that is about none of them.
    private static let placeholders = ["000000000001", "000000000002", "000000000003"].compactMap { AccountID($0) }

    // MARK: The caller

    private mutating func addCaller(_ simulation: Simulation) {
        let caller = simulation.caller
        guard let account = caller.account else { return }
        let holdings = holdings(simulation, account)
        switch caller.kind {
        case .user:
            add(
                User(
                    account: account, name: caller.name, path: caller.path, id: caller.id, tags: simulation.tags,
                    holdings: holdings))
        case .federatedUser:
            let (name, path) = simulation.userBehind
            add(
                User(
                    account: account, name: name, path: path, id: caller.id, tags: simulation.tags, holdings: holdings))
        case .role:
            let role = Role(
                account: account, name: caller.name, path: caller.path, id: caller.id, tags: simulation.tags,
                trustPolicy: Directory.nobody, holdings: holdings)
            roles[role.key] = role
        case .root, .service, .anonymous: return
        }
    }

    private mutating func add(_ user: User) { users[user.key] = user }

    private mutating func holdings(_ simulation: Simulation, _ account: AccountID) -> PolicyHoldings {
        var holdings = PolicyHoldings()
        holdings.inlinePolicies = (simulation.policies.identity ?? []).map {
            InlinePolicy(name: $0.label, source: $0.distinctSource)
        }
        if let boundaries = simulation.policies.boundaries {
            let policy = ManagedPolicy(account: account, name: "Boundary", source: BoundaryUnion(boundaries).source)
            policies[policy.key] = policy
            holdings.permissionsBoundary = policy.arn
        }
        return holdings
    }

    /// A trust policy that names nobody.
    private static let nobody = PolicySource(
        document: Document(version: .v2012, statements: []), text: Array("nobody".utf8), file: "",
        statementPositions: [])

    /// The role that is to be assumed: the question's resource policy is its trust policy (spec §8).
    ///
    /// A role that asks to assume itself keeps its own policies and tags; a session's ARN does not say its role's path,
    /// and names are unique in an account.
    private mutating func addTargetRole(_ simulation: Simulation) {
        guard let target = simulation.targetRole, let account = target.account else { return }
        var role = Role(
            account: account, name: target.name, path: target.path, tags: simulation.resourceTags ?? [],
            trustPolicy: Directory.nobody, holdings: PolicyHoldings())
        if let own = roles[role.key] {
            guard own.arn == role.arn || simulation.caller.principal.hasPrefix("arn:aws:sts::") else { return }
            let path = role.path
            role = own
            role.path = path
        }
        if let seconds = simulation.maxSessionDurationSeconds { role.maxSessionDurationSeconds = seconds }
        if let trust = simulation.policies.resource?.first { role.trustPolicy = trust.distinctSource }
        roles[role.key] = role
    }

    // MARK: The resource

    /// One entry a policy, all matching the resource: stars behind the name match nothing more of it.
    private mutating func addResource(_ simulation: Simulation) {
        guard let owner = simulation.resourceAccount else { return }
        let resourcePolicies = simulation.targetRole != nil ? [] : simulation.policies.resource ?? []
        for index in 0..<max(resourcePolicies.count, 1) {
            let entry = ResourceEntry(
                account: owner, pattern: Text(simulation.resource.string + String(repeating: "*", count: index)),
                policy: index < resourcePolicies.count ? resourcePolicies[index].distinctSource : nil,
                tags: index == 0 && simulation.targetRole == nil ? simulation.resourceTags : nil,
                isPolicyRequired: simulation.isPolicyRequired)
            resources[entry.key] = entry
        }
    }

    // MARK: The organization

    private mutating func addOrganization(_ simulation: Simulation) {
        let service = simulation.policies.serviceControl
        let resource = simulation.policies.resourceControl
        // Of three accounts at least one is neither the caller's nor the resource's: the management account is exempt.
        guard service != nil || resource != nil,
            let master = Directory.placeholders.first(where: {
                $0 != simulation.caller.account && $0 != simulation.resourceAccount
            })
        else { return }
        let serviceNames = service.map { addLevels($0, to: \.serviceControlPolicies, EntityKey.serviceControlPolicy) }
        let resourceNames = resource.map {
            addLevels($0, to: \.resourceControlPolicies, EntityKey.resourceControlPolicy)
        }
        let bound = [
            service == nil ? nil : simulation.caller.account, resource == nil ? nil : simulation.resourceAccount,
        ]
        let accounts = Set(bound.compactMap { $0 }).sorted().map { OrganizationAccount(id: $0) }
        organization = Organization(
            // Without a name, so that the organization's keys are those of the context.
            id: "", masterAccount: master,
            root: Directory.units(serviceNames, resourceNames, accounts: accounts))
    }

    /// Puts the policies into the directory; gives their names level by level, at least one level.
    private mutating func addLevels(
        _ levels: [[SimulatedPolicy]], to policies: WritableKeyPath<Directory, [EntityKey: ControlPolicy]>,
        _ key: (Text) -> EntityKey
    ) -> [[Text]] {
        for policy in levels.joined() {
            self[keyPath: policies][key(policy.label.foldedASCII)] = ControlPolicy(
                name: policy.label, source: policy.distinctSource)
        }
        // No level at all is in play and grants nothing, as one without policies does.
        return levels.isEmpty ? [[]] : levels.map { $0.map(\.label) }
    }

    /// The tree, one unit a level, with the accounts in the innermost.
    ///
    /// A kind that is not in play allows everything.
    private static func units(
        _ service: [[Text]]?, _ resource: [[Text]]?, accounts: [OrganizationAccount]
    ) -> OrganizationUnit {
        let depth = max(service?.count ?? 0, resource?.count ?? 0)
        var inner: OrganizationUnit?
        for level in (0..<depth).reversed() {
            let attached = AttachedControlPolicies(
                service: service.flatMap { $0.indices.contains(level) ? $0[level] : nil },
                resource: resource.flatMap { $0.indices.contains(level) ? $0[level] : nil })
            inner = OrganizationUnit(
                id: level == 0 ? "r-simulated" : Text("ou-\(level)"), policies: attached,
                accounts: inner == nil ? accounts : [], units: inner.map { [$0] } ?? [])
        }
        return inner ?? OrganizationUnit(id: "r-simulated", accounts: accounts)
    }
}

extension Simulation {
    /// The role that an action of role assumption is about; its trust policy is then the resource's policy.
    var targetRole: SimulatedCaller? {
        guard Authorizer.readsTrustPolicy(action), let role = SimulatedCaller(resource), role.kind == .role else {
            return nil
        }
        return resource.hasPrefix("arn:aws:iam::") ? role : nil
    }

    /// The user behind a federated-user session; one that no policy names when the question does not say.
    var userBehind: (name: Text, path: Text) {
        guard let arn = session?.user.flatMap({ ARN($0) }) else { return ("unnamed", "/") }
        return SimulatedCaller.nameAndPath(arn.resource)
    }
}

/// Several boundaries as one document, for the one boundary that an entity can have.
///
/// All of them are of version 2012-10-17, so the union of their statements means what their union means.
struct BoundaryUnion {
    let source: PolicySource
    /// For each statement of the union, the boundary it came from and its index there.
    let origins: [(policy: Text, index: Int)]

    init(_ policies: [SimulatedPolicy]) {
        var statements: [Statement] = []
        var origins: [(policy: Text, index: Int)] = []
        for policy in policies {
            for (index, statement) in policy.source.document.statements.enumerated() {
                statements.append(statement)
                origins.append((policy.label, index))
            }
        }
        self.origins = origins
        source = PolicySource(
            document: Document(version: .v2012, statements: statements),
            text: Array("union".utf8) + policies.flatMap { $0.source.text + [0x0A] }, file: "", statementPositions: [])
    }
}
