internal import DecisionTree
internal import PolicyCompiler
internal import PolicyModel
internal import PolicySyntax

/// One building of a whole snapshot: gives documents their slots, then tells the tables of everything in sorted order.
struct SnapshotAssembly {
    private let directory: Directory
    private let compiler: DocumentCompiler
    private let known: (DocumentDigest) -> CompiledDocument?
    private let policies: [(key: EntityKey, value: ManagedPolicy)]
    private let users: [(key: EntityKey, value: User)]
    private let groups: [(key: EntityKey, value: Group)]
    private let roles: [(key: EntityKey, value: Role)]
    private let resources: [(key: EntityKey, value: ResourceEntry)]
    /// The documents in play.
    private(set) var documents = DocumentSlots()

    /// - Parameter known: documents that need not be compiled again.
    init(
        directory: Directory, compiler: DocumentCompiler, known: @escaping (DocumentDigest) -> CompiledDocument?
    ) {
        self.directory = directory
        self.compiler = compiler
        self.known = known
        (policies, resources) = (directory.policies.inOrder, directory.resources.inOrder)
        (users, groups, roles) = (directory.users.inOrder, directory.groups.inOrder, directory.roles.inOrder)
    }

    /// Compiles every document that is not known yet.
    mutating func compileAll() throws(SnapshotError) {
        for (key, policy) in policies { try compile(policy.source, .managed(key)) }
        for (key, user) in users { try compile(user.holdings, of: key) }
        for (key, group) in groups { try compile(group.holdings, of: key) }
        for (key, role) in roles { try compile(role.holdings, of: key) }
        for (key, entry) in resources {
            if let policy = entry.policy { try compile(policy, .resource(key)) }
        }
        for (key, role) in roles { try compile(role.trustPolicy, .trust(key)) }
        guard directory.organization != nil else { return }
        try compile(OrganizationTree.fullAccess, .fullAccess)
        for policies in [directory.serviceControlPolicies, directory.resourceControlPolicies] {
            for (key, policy) in policies.inOrder { try compile(policy.source, .control(key)) }
        }
    }

    private mutating func compile(_ holdings: PolicyHoldings, of key: EntityKey) throws(SnapshotError) {
        for policy in holdings.inlinePolicies { try compile(policy.source, .inline(key, policy.name)) }
    }

    private mutating func compile(_ source: PolicySource, _ key: SourceKey) throws(SnapshotError) {
        let placed = try compiler.placed(source, key) { documents.compiled($0) ?? known($0) }
        documents.place(placed)
    }

    // MARK: Tables

    /// The tables of everything; called once all documents are compiled.
    func tables(_ symbols: Symbols) -> (tables: DecisionTables, state: TablesState)? {
        var inputs = SnapshotInputs(directory, slots: documents.slots)
        inputs.prepareForAll()
        var builder = TablesBuilder(symbols: symbols, documents: documents.documents)
        inputs.addAccounts(to: &builder)
        for (key, policy) in policies {
            if let slot = documents.slots[.managed(key)] { builder.add(managedPolicy: policy.arn, slot: slot) }
        }
        for (key, group) in groups {
            inputs.groupSets[key] = inputs.slots(of: group, key).map { builder.groupSet($0) }
        }
        for (key, user) in users { builder.add(inputs.input(user, key)) }
        for (key, role) in roles { builder.add(inputs.input(role, key)) }
        builder.set(registry: inputs.registry(resources))
        guard let (tables, ledger) = builder.build(declaredKeys: inputs.declaredKeys) else { return nil }
        let state = TablesState(
            ledger: ledger, groupSets: inputs.groupSets,
            rankedResources: builder.registryOrder.map { resources[$0].key })
        return (tables, state)
    }
}

extension Dictionary where Key == EntityKey {
    /// By key, so that equal directories make equal tables.
    var inOrder: [(key: EntityKey, value: Value)] { sorted { $0.key < $1.key } }
}
