internal import PolicyCompiler
internal import PolicyModel
internal import PolicySyntax

/// What tables are told of the entities of a directory, given the slots of their documents.
struct SnapshotInputs {
    let directory: Directory
    let slots: [SourceKey: UInt32]
    /// The set of each group that tables have.
    var groupSets: [EntityKey: UInt32] = [:]
    /// The slots of managed policies by ARN, where many are asked for.
    private var managedSlots: [Text: UInt32]?

    init(_ directory: Directory, slots: [SourceKey: UInt32]) {
        self.directory = directory
        self.slots = slots
    }

    /// Gets ready for being asked of everybody.
    mutating func prepareForAll() {
        managedSlots = Dictionary(
            directory.policies.compactMap { key, policy in slots[.managed(key)].map { (policy.arn, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// A user; quarantined when it names what the directory lacks.
    func input(_ user: User, _ key: EntityKey) -> PrincipalInput {
        let own = ownSlots(user.holdings, of: key)
        let groups = user.groups.map { name in
            let groupKey = EntityKey.group(user.account, name.foldedASCII)
            return directory.quarantined.contains(groupKey) ? nil : groupSets[groupKey]
        }
        let boundary = boundarySlot(user.holdings)
        let isWhole = own.isWhole && boundary.isWhole && groups.allSatisfy { $0 != nil }
        return PrincipalInput(
            isRole: false, account: user.account, arn: user.arn, id: user.id, name: user.name,
            isQuarantined: !isWhole || directory.quarantined.contains(key), ownSlots: own.slots,
            groupSets: groups.compactMap { $0 }, boundarySlot: boundary.slot, tags: SnapshotInputs.pairs(user.tags))
    }

    /// A role; quarantined when it names what the directory lacks.
    func input(_ role: Role, _ key: EntityKey) -> PrincipalInput {
        let own = ownSlots(role.holdings, of: key)
        let boundary = boundarySlot(role.holdings)
        var input = PrincipalInput(
            isRole: true, account: role.account, arn: role.arn, id: role.id, name: role.name,
            isQuarantined: !(own.isWhole && boundary.isWhole) || directory.quarantined.contains(key),
            ownSlots: own.slots, boundarySlot: boundary.slot, tags: SnapshotInputs.pairs(role.tags))
        input.trustSlot = slots[.trust(key)]
        input.maxSessionDurationSeconds = role.maxSessionDurationSeconds
        return input
    }

    /// The slots of a group's documents; `nil` when it names what the directory lacks.
    func slots(of group: Group, _ key: EntityKey) -> [UInt32]? {
        let own = ownSlots(group.holdings, of: key)
        return own.isWhole ? own.slots : nil
    }

    /// The registry's entries.
    func registry(_ resources: [(key: EntityKey, value: ResourceEntry)]) -> [RegistryInput] {
        resources.map { key, entry in
            RegistryInput(
                pattern: entry.pattern, owner: entry.owner, isPolicyRequired: entry.isPolicyRequired,
                policySlot: slots[.resource(key)], tags: entry.tags.map(SnapshotInputs.pairs))
        }
    }

    /// Declared application keys, sorted.
    var declaredKeys: [(key: Text, declaration: KeyDeclaration)] {
        directory.declaredKeys.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func pairs(_ tags: [Tag]) -> [(key: Text, value: Text)] {
        tags.map { ($0.key, $0.value) }
    }

    /// The slots of inline and attached policies, and whether every one of them was found.
    private func ownSlots(_ holdings: PolicyHoldings, of key: EntityKey) -> (slots: [UInt32], isWhole: Bool) {
        let inline = holdings.inlinePolicies.map { slots[.inline(key, $0.name)] }
        let attached = holdings.attachedPolicies.map { managedSlot($0) }
        let found = inline + attached
        return (found.compactMap { $0 }, found.allSatisfy { $0 != nil })
    }

    private func managedSlot(_ arn: Text) -> UInt32? {
        if let managedSlots { return managedSlots[arn] }
        return directory.policy(named: arn).flatMap { slots[.managed($0.key)] }
    }

    private func boundarySlot(_ holdings: PolicyHoldings) -> (slot: UInt32?, isWhole: Bool) {
        guard let arn = holdings.permissionsBoundary else { return (nil, true) }
        let slot = managedSlot(arn)
        return (slot, slot != nil)
    }
}

extension DirectoryCounts {
    /// What there is to count of a directory and what was compiled of it.
    init(_ directory: Directory, _ documents: DocumentSlots, conditions: Int, tableBytes: Int) {
        self.init()
        accounts = directory.accounts.count
        users = directory.users.count
        groups = directory.groups.count
        roles = directory.roles.count
        managedPolicies = directory.policies.count
        resources = directory.resources.count
        controlPolicies = directory.serviceControlPolicies.count + directory.resourceControlPolicies.count
        quarantined = directory.quarantined.count
        trees = documents.count
        statements = documents.statementCount
        self.conditions = conditions
        self.tableBytes = tableBytes
    }
}
