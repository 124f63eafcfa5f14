internal import DecisionTree
internal import PolicyCompiler
internal import PolicyModel
internal import PolicySyntax

/// A document by where it stands, so that its digest is taken once.
enum SourceKey: Hashable, Sendable {
    case inline(EntityKey, Text)
    case managed(EntityKey)
    case resource(EntityKey)
    case trust(EntityKey)
    case control(EntityKey)
    case fullAccess
}

/// One building of a snapshot: gives documents their slots, then tells the tables of everything in sorted order.
struct SnapshotAssembly {
    private let directory: Directory
    private let compiler: DocumentCompiler
    private let known: [DocumentDigest: CompiledDocument]
    private var documents: [CompiledDocument] = []
    /// The slot of each document, by where it stands.
    private(set) var sourceSlots: [SourceKey: UInt32] = [:]
    /// Documents in play, by digest.
    private(set) var used: [DocumentDigest: CompiledDocument] = [:]
    private var slots: [DocumentDigest: UInt32] = [:]

    init(directory: Directory, compiler: DocumentCompiler, known: [DocumentDigest: CompiledDocument]) {
        self.directory = directory
        self.compiler = compiler
        self.known = known
    }

    /// Compiles every document that is not known yet.
    mutating func compileAll() throws(SnapshotError) {
        for (key, policy) in directory.policies.sorted(by: { $0.key < $1.key }) {
            try compile(policy.source, .managed(key))
        }
        for (key, user) in directory.users.sorted(by: { $0.key < $1.key }) { try compile(user.holdings, of: key) }
        for (key, group) in directory.groups.sorted(by: { $0.key < $1.key }) { try compile(group.holdings, of: key) }
        for (key, role) in directory.roles.sorted(by: { $0.key < $1.key }) { try compile(role.holdings, of: key) }
        for (key, entry) in directory.resources.sorted(by: { $0.key < $1.key }) {
            if let policy = entry.policy { try compile(policy, .resource(key), isResourcePolicy: true) }
        }
        for (key, role) in directory.roles.sorted(by: { $0.key < $1.key }) {
            try compile(role.trustPolicy, .trust(key), isResourcePolicy: true)
        }
        if directory.organization != nil { try compileControlPolicies() }
    }

    /// Resource control policies do not complete short ARNs, service control policies do (spec §2.5).
    private mutating func compileControlPolicies() throws(SnapshotError) {
        try compile(OrganizationTree.fullAccess, .fullAccess)
        for (key, policy) in directory.serviceControlPolicies.sorted(by: { $0.key < $1.key }) {
            try compile(policy.source, .control(key))
        }
        for (key, policy) in directory.resourceControlPolicies.sorted(by: { $0.key < $1.key }) {
            try compile(policy.source, .control(key), isResourcePolicy: true)
        }
    }

    private mutating func compile(_ holdings: PolicyHoldings, of key: EntityKey) throws(SnapshotError) {
        for policy in holdings.inlinePolicies { try compile(policy.source, .inline(key, policy.name)) }
    }

    private mutating func compile(
        _ source: PolicySource, _ key: SourceKey, isResourcePolicy: Bool = false
    ) throws(SnapshotError) {
        let digest = DocumentDigest(source, isResourcePolicy: isResourcePolicy)
        if let slot = slots[digest] {
            sourceSlots[key] = slot
            return
        }
        let document: CompiledDocument
        do throws(VerificationFailure) {
            if let compiled = known[digest] {
                document = compiled
            } else {
                document = try compiler.compile(source.document, completesARNs: !isResourcePolicy)
            }
        } catch {
            throw .malformedTree(file: source.file, offset: error.offset, expectation: error.expectation)
        }
        let slot = UInt32(documents.count)
        documents.append(document)
        used[digest] = document
        slots[digest] = slot
        sourceSlots[key] = slot
    }

    // MARK: Tables

    /// The tables of everything, and the registry's entries by rank; called once all documents are compiled.
    func tables(_ symbols: Symbols) -> (tables: DecisionTables, rankedResources: [EntityKey]) {
        var builder = TablesBuilder(symbols: symbols, documents: documents)
        addAccounts(to: &builder)
        for (key, policy) in directory.policies.sorted(by: { $0.key < $1.key }) {
            if let slot = sourceSlots[.managed(key)] { builder.add(managedPolicy: policy.arn, slot: slot) }
        }
        for (key, user) in directory.users.sorted(by: { $0.key < $1.key }) { builder.add(input(user, key)) }
        for (key, role) in directory.roles.sorted(by: { $0.key < $1.key }) { builder.add(input(role, key)) }
        let resources = directory.resources.sorted { $0.key < $1.key }
        for (key, entry) in resources {
            builder.add(
                RegistryInput(
                    pattern: entry.pattern, owner: entry.owner, isPolicyRequired: entry.isPolicyRequired,
                    policySlot: sourceSlots[.resource(key)], tags: entry.tags.map(SnapshotAssembly.pairs)))
        }
        let declared = directory.declaredKeys.sorted { $0.key < $1.key }
        let tables = builder.build(declaredKeys: declared.map { ($0.key, $0.value) })
        return (tables, builder.registryOrder.map { resources[$0].key })
    }

    /// The accounts of the store, and those that only the organization names.
    private func addAccounts(to builder: inout TablesBuilder) {
        let tree = directory.organization.map { OrganizationTree($0, directory) }
        let places =
            tree?.places {
                serviceSlot($0)
            } resource: {
                resourceSlot($0)
            } ?? [:]
        for id in Set(directory.accounts.keys).union(places.keys).sorted() {
            let account = directory.accounts[id]
            builder.add(
                AccountInput(
                    id: id, isRootUserEnabled: account?.isRootUserEnabled ?? false,
                    canonicalID: account?.canonicalID, isInStore: account != nil, place: places[id]))
        }
        guard let organization = directory.organization else { return }
        builder.add(
            OrganizationInput(
                id: organization.id, masterAccount: organization.masterAccount,
                defaultResourceAccount: organization.defaultResourceAccount,
                services: organization.resourceControlPolicyServices?.map(\.foldedASCII)))
    }

    private func serviceSlot(_ name: Text) -> UInt32? {
        if name == Organization.fullAccess { return sourceSlots[.fullAccess] }
        let key = EntityKey.serviceControlPolicy(name.foldedASCII)
        return directory.serviceControlPolicies[key]?.name == name ? sourceSlots[.control(key)] : nil
    }

    private func resourceSlot(_ name: Text) -> UInt32? {
        let key = EntityKey.resourceControlPolicy(name.foldedASCII)
        return directory.resourceControlPolicies[key]?.name == name ? sourceSlots[.control(key)] : nil
    }

    private static func pairs(_ tags: [Tag]) -> [(key: Text, value: Text)] {
        tags.map { ($0.key, $0.value) }
    }

    private func input(_ user: User, _ key: EntityKey) -> PrincipalInput {
        let own = ownSlots(user.holdings, of: key)
        let groups = user.groups.map { name -> (slots: [UInt32], isWhole: Bool) in
            let groupKey = EntityKey.group(user.account, name.foldedASCII)
            guard let group = directory.groups[groupKey], !directory.quarantined.contains(groupKey) else {
                return ([], false)
            }
            return ownSlots(group.holdings, of: groupKey)
        }
        let boundary = boundarySlot(user.holdings)
        let isWhole = own.isWhole && boundary.isWhole && groups.allSatisfy(\.isWhole)
        return PrincipalInput(
            isRole: false, account: user.account, arn: user.arn, id: user.id, name: user.name,
            isQuarantined: !isWhole || directory.quarantined.contains(key), ownSlots: own.slots,
            groupSlots: groups.map(\.slots), boundarySlot: boundary.slot, tags: SnapshotAssembly.pairs(user.tags))
    }

    private func input(_ role: Role, _ key: EntityKey) -> PrincipalInput {
        let own = ownSlots(role.holdings, of: key)
        let boundary = boundarySlot(role.holdings)
        var input = PrincipalInput(
            isRole: true, account: role.account, arn: role.arn, id: role.id, name: role.name,
            isQuarantined: !(own.isWhole && boundary.isWhole) || directory.quarantined.contains(key),
            ownSlots: own.slots, boundarySlot: boundary.slot, tags: SnapshotAssembly.pairs(role.tags))
        input.trustSlot = sourceSlots[.trust(key)]
        input.maxSessionDurationSeconds = role.maxSessionDurationSeconds
        return input
    }

    /// The slots of inline and attached policies, and whether every one of them was found.
    private func ownSlots(_ holdings: PolicyHoldings, of key: EntityKey) -> (slots: [UInt32], isWhole: Bool) {
        let inline = holdings.inlinePolicies.map { sourceSlots[.inline(key, $0.name)] }
        let attached = holdings.attachedPolicies.map { managedSlot($0) }
        let slots = inline + attached
        return (slots.compactMap { $0 }, slots.allSatisfy { $0 != nil })
    }

    private func managedSlot(_ arn: Text) -> UInt32? {
        directory.policy(named: arn).flatMap { sourceSlots[.managed($0.key)] }
    }

    private func boundarySlot(_ holdings: PolicyHoldings) -> (slot: UInt32?, isWhole: Bool) {
        guard let arn = holdings.permissionsBoundary else { return (nil, true) }
        let slot = managedSlot(arn)
        return (slot, slot != nil)
    }

    // MARK: Counts

    func counts(_ tables: DecisionTables, conditions: Int) -> DirectoryCounts {
        var counts = DirectoryCounts()
        counts.accounts = directory.accounts.count
        counts.users = directory.users.count
        counts.groups = directory.groups.count
        counts.roles = directory.roles.count
        counts.managedPolicies = directory.policies.count
        counts.resources = directory.resources.count
        counts.controlPolicies = directory.serviceControlPolicies.count + directory.resourceControlPolicies.count
        counts.quarantined = directory.quarantined.count
        counts.trees = documents.count
        counts.statements = documents.reduce(0) { $0 + $1.statementCount }
        counts.conditions = conditions
        counts.tableBytes = tables.byteCount
        return counts
    }
}
