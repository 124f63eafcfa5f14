internal import DecisionTree
internal import PolicyCompiler
internal import PolicyModel
internal import PolicySyntax

/// What a builder keeps of the tables it made last, to make the next version of them.
struct TablesState {
    var ledger: TablesLedger
    /// The set of each group.
    var groupSets: [EntityKey: UInt32]
    /// The registry's entries by rank.
    var rankedResources: [EntityKey]
}

/// The next version of a snapshot, for the few entities that changed.
///
/// Only what can be said of a change without looking at the rest is done here; for anything else the whole is built. A
/// property holds the answers of both ways against each other.
struct SnapshotUpdate {
    private let old: Directory
    private let new: Directory
    /// Sorted, so that equal changes make equal tables.
    private let changed: [EntityKey]

    /// `nil` when a change is not of those that can be made by themselves.
    init?(from old: Directory, to new: Directory, changed: Set<EntityKey>) {
        guard old.quarantined.isEmpty, new.quarantined.isEmpty else { return nil }
        (self.old, self.new, self.changed) = (old, new, changed.sorted())
        guard changed.allSatisfy(isPossible) else { return nil }
    }

    private func isPossible(_ key: EntityKey) -> Bool {
        switch key {
        case .user(let account, _):
            guard let user = new.users[key], old.accounts[account] != nil else { return false }
            return old.users[key].map { $0.arn == user.arn } ?? true
        case .role(let account, _):
            guard let role = new.roles[key], old.accounts[account] != nil else { return false }
            return old.roles[key].map { $0.arn == role.arn } ?? true
        case .group: return new.groups[key] != nil
        case .policy(let account, _):
            guard let policy = new.policies[key] else { return false }
            if let account, old.accounts[account] == nil { return false }
            return old.policies[key].map { $0.arn == policy.arn } ?? true
        case .resource:
            return new.resources[key].map { old.accounts[$0.account] != nil } ?? true
        case .serviceControlPolicy: return isSameName(old.serviceControlPolicies[key], new.serviceControlPolicies[key])
        case .resourceControlPolicy:
            return isSameName(old.resourceControlPolicies[key], new.resourceControlPolicies[key])
        // No table has anything of these.
        case .mapping, .catalogue: return true
        case .account, .schema, .organization: return false
        }
    }

    private func isSameName(_ old: ControlPolicy?, _ new: ControlPolicy?) -> Bool {
        guard let old, let new else { return false }
        return old.name == new.name
    }

    // MARK: Documents

    /// The documents of what changed, compiled.
    func compiled(
        _ compiler: DocumentCompiler, known: (DocumentDigest) -> CompiledDocument?
    ) throws(SnapshotError) -> [PlacedDocument] {
        var placed: [PlacedDocument] = []
        for key in changed {
            for (place, source) in new.sources(of: key) {
                placed.append(try compiler.placed(source, place, known: known))
            }
        }
        return placed
    }

    /// Puts the documents into their slots; gives the slots of which sets must learn something else.
    func place(_ placed: [PlacedDocument], in documents: inout DocumentSlots) -> Set<UInt32> {
        let renewed = Set(placed.compactMap { documents.place($0) })
        let places = Set(placed.map(\.key))
        for key in changed {
            for (place, _) in old.sources(of: key) where !places.contains(place) { documents.remove(place) }
        }
        return renewed
    }

    // MARK: Tables

    /// The next version of the tables; `nil` when they have no room for it.
    func tables(
        after state: TablesState, symbols: Symbols, documents: DocumentSlots, renewed: Set<UInt32>
    ) -> (tables: DecisionTables, state: TablesState)? {
        var next = state
        var builder = TablesBuilder(after: state.ledger, symbols: symbols, documents: documents.documents)
        var inputs = SnapshotInputs(new, slots: documents.slots)
        builder.renew(slots: renewed)
        for key in changed {
            guard let policy = new.policies[key], old.policies[key] == nil, let slot = documents.slots[.managed(key)]
            else { continue }
            builder.add(managedPolicy: policy.arn, slot: slot)
        }
        for key in changed {
            guard let group = new.groups[key] else { continue }
            guard let slots = inputs.slots(of: group, key) else { return nil }
            next.groupSets[key] =
                next.groupSets[key].map { builder.replaceGroupSet($0, slots) } ?? builder.groupSet(slots)
        }
        inputs.groupSets = next.groupSets
        for key in changed {
            if let user = new.users[key] { builder.add(inputs.input(user, key)) }
            if let role = new.roles[key] { builder.add(inputs.input(role, key)) }
        }
        var resources: [(key: EntityKey, value: ResourceEntry)]?
        if changed.contains(where: isRegisteredAnew) {
            let inOrder = new.resources.inOrder
            builder.set(registry: inputs.registry(inOrder))
            resources = inOrder
        }
        guard let (tables, ledger) = builder.build(declaredKeys: inputs.declaredKeys) else { return nil }
        next.ledger = ledger
        if let resources { next.rankedResources = builder.registryOrder.map { resources[$0].key } }
        return (tables, next)
    }

    private func isRegisteredAnew(_ key: EntityKey) -> Bool {
        guard case .resource = key else { return false }
        guard let before = old.resources[key], let now = new.resources[key] else { return true }
        return !before.isRegisteredLike(now)
    }
}

extension DocumentCompiler {
    /// A document with its digest, compiled unless it is known.
    func placed(
        _ source: PolicySource, _ key: SourceKey, known: (DocumentDigest) -> CompiledDocument?
    ) throws(SnapshotError) -> PlacedDocument {
        let digest = DocumentDigest(source, isResourcePolicy: key.isResourcePolicy)
        if let document = known(digest) { return PlacedDocument(key: key, digest: digest, document: document) }
        guard let read = source.readDocument else { throw .unreadable(file: source.file) }
        do throws(VerificationFailure) {
            let document = try compile(read, completesARNs: !key.isResourcePolicy)
            return PlacedDocument(key: key, digest: digest, document: document)
        } catch {
            throw .malformedTree(file: source.file, offset: error.offset, expectation: error.expectation)
        }
    }
}

extension Directory {
    /// The documents that an entity holds itself.
    func sources(of key: EntityKey) -> [(SourceKey, PolicySource)] {
        switch key {
        case .user: inline(users[key]?.holdings, key)
        case .group: inline(groups[key]?.holdings, key)
        case .role: inline(roles[key]?.holdings, key) + (roles[key].map { [(.trust(key), $0.trustPolicy)] } ?? [])
        case .policy: policies[key].map { [(.managed(key), $0.source)] } ?? []
        case .resource: resources[key]?.policy.map { [(.resource(key), $0)] } ?? []
        // Without an organization they hang on nothing.
        case .serviceControlPolicy where organization != nil:
            serviceControlPolicies[key].map { [(.control(key), $0.source)] } ?? []
        case .resourceControlPolicy where organization != nil:
            resourceControlPolicies[key].map { [(.control(key), $0.source)] } ?? []
        case .serviceControlPolicy, .resourceControlPolicy: []
        case .account, .schema, .organization, .mapping, .catalogue: []
        }
    }

    private func inline(_ holdings: PolicyHoldings?, _ key: EntityKey) -> [(SourceKey, PolicySource)] {
        holdings?.inlinePolicies.map { (SourceKey.inline(key, $0.name), $0.source) } ?? []
    }
}

extension ResourceEntry {
    /// Whether the registry says the same of both: all but the text of the policy.
    fileprivate func isRegisteredLike(_ other: ResourceEntry) -> Bool {
        var (one, two) = (self, other)
        guard (one.policy == nil) == (two.policy == nil) else { return false }
        (one.policy, two.policy) = (nil, nil)
        return one == two
    }
}
