internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// What is in force after a reading, and everything there is to tell about it.
struct StoreVerdict: Sendable {
    /// The version in force of every file, by path.
    let inForce: [Text: EntityFile]
    /// The same as entities, with what rule 3 quarantines.
    let directory: Directory
    /// The same by the entity they hold.
    let targets: Targets
    /// The same with their digests, in the order in which these make the revision.
    let revisionList: RevisionList
    /// Of the files in force.
    let revision: String
    /// Errors and warnings, sorted.
    let diagnostics: [StoreDiagnostic]
    let ignoredFiles: Int
    /// Whether something is not in force as its file says now; a deletion that holds leaves nothing behind, however much
    /// it quarantines.
    let isStale: Bool

    /// The errors alone; empty means that a start accepts the same files.
    var errors: [StoreDiagnostic] { diagnostics.filter(\.isError) }

    /// What is only told.
    var warnings: [StoreDiagnostic] { diagnostics.filter { !$0.isError } }

    init(
        chosen: [Text: EntityFile], diagnostics: Set<StoreDiagnostic>, limits: StoreLimits, ignoredFiles: Int
    ) {
        inForce = chosen
        revisionList = RevisionList(chosen.values.map { ($0.path, $0.digest) })
        revision = revisionList.revision
        self.ignoredFiles = ignoredFiles
        isStale = diagnostics.contains(where: \.isError)
        targets = Targets(chosen.values)
        let quarantine = Quarantine(targets, limits: limits)
        var directory = Directory()
        for file in chosen.values.sorted(by: { $0.path < $1.path }) { directory.add(targets.resolved(file)) }
        directory.quarantined = quarantine.entities
        self.directory = directory
        let mentions = chosen.values.flatMap(MissingPrincipals(directory).warnings)
        self.diagnostics = diagnostics.union(quarantine.problems).union(mentions).sorted()
    }
}

/// Rule 3: entities in force that name something that is not, the users of such groups, and the accounts on which an
/// organization hangs it.
private struct Quarantine {
    private(set) var entities: Set<EntityKey> = []
    private(set) var problems: [StoreDiagnostic] = []

    init(_ targets: Targets, limits: StoreLimits) {
        for file in targets.files.values {
            noteDangling(targets.dangling(file), of: file)
            if targets.documentsCount(of: file) > limits.principalDocumentsMax {
                entities.insert(file.key)
                problems.append(targets.countProblem(of: file, documentsMax: limits.principalDocumentsMax))
            }
        }
        // Groups do not nest: one step closes it.
        for file in targets.files.values where file.references.contains(where: { entities.contains($0.target) }) {
            entities.insert(file.key)
        }
    }

    private mutating func noteDangling(_ references: [EntityReference], of file: EntityFile) {
        guard !references.isEmpty else { return }
        var quarantined = "\(file.entity.keyAsWritten) is quarantined"
        if case .organization(let organization) = file.entity {
            // Nothing binds the management account, so nothing that is missing can (spec §6.2).
            let accounts = Set(organization.root.accounts(naming: Set(references.map(\.target))))
                .subtracting([organization.masterAccount])
            entities.formUnion(accounts.map(EntityKey.account))
            quarantined = "the accounts under this place of the organization are quarantined"
        } else {
            entities.insert(file.key)
        }
        for reference in references {
            problems.append(
                StoreDiagnostic(
                    .error, "broken-reference",
                    "\(quarantined): `\(reference.text)`, which it names, does not exist",
                    file: file.path.string, position: reference.position))
        }
    }
}

extension Directory {
    /// Adds an entity and, for one in an account's folder, the account.
    mutating func add(_ entity: Entity) {
        switch entity {
        case .account(let account): accounts[account.id] = account
        case .user(let user): (users[user.key], _) = (user, note(user.account))
        case .group(let group): (groups[group.key], _) = (group, note(group.account))
        case .role(let role): (roles[role.key], _) = (role, note(role.account))
        case .policy(let policy): (policies[policy.key], _) = (policy, policy.account.map { note($0) })
        case .resource(let entry): (resources[entry.key], _) = (entry, note(entry.account))
        case .schema(let keys): declaredKeys = keys
        case .organization(let tree): organization = tree
        case .serviceControlPolicy(let policy): serviceControlPolicies[entity.key] = policy
        case .resourceControlPolicy(let policy): resourceControlPolicies[entity.key] = policy
        case .mapping(let mapping): mappings[mapping.kind] = mapping
        case .catalogue(let catalogue): catalogues[catalogue.key] = catalogue
        }
    }

    private mutating func note(_ account: AccountID) {
        if accounts[account] == nil { accounts[account] = Account(id: account) }
    }
}
