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
        revision = Revision.make(of: chosen.values.map { ($0.path, $0.digest) })
        self.ignoredFiles = ignoredFiles
        isStale = diagnostics.contains(where: \.isError)
        let targets = Targets(chosen.values)
        let quarantine = Quarantine(targets, limits: limits)
        var directory = Directory()
        for file in chosen.values.sorted(by: { $0.path < $1.path }) { directory.add(targets.resolved(file)) }
        directory.quarantined = quarantine.entities
        self.directory = directory
        let mentions = MissingPrincipals(directory).warnings(chosen.values)
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
    fileprivate mutating func add(_ entity: Entity) {
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
        }
    }

    private mutating func note(_ account: AccountID) {
        if accounts[account] == nil { accounts[account] = Account(id: account) }
    }
}

/// ARNs in `Principal` elements that name no user or role in force: they match nobody, which is only worth a warning.
private struct MissingPrincipals {
    private let directory: Directory
    /// The ids of users and roles.
    private let ids: Set<Text>

    init(_ directory: Directory) {
        self.directory = directory
        ids = Set(directory.users.values.compactMap(\.id) + directory.roles.values.compactMap(\.id))
    }

    func warnings(_ files: some Sequence<EntityFile>) -> [StoreDiagnostic] {
        files.flatMap { file -> [StoreDiagnostic] in
            switch file.entity {
            case .role(let role): warnings(role.trustPolicy, file)
            case .resource(let entry): entry.policy.map { warnings($0, file) } ?? []
            default: []
            }
        }
    }

    private func warnings(_ source: PolicySource, _ file: EntityFile) -> [StoreDiagnostic] {
        source.document.statements.enumerated().flatMap { index, statement in
            (statement.principal?.patterns ?? []).filter { !exists($0) }.map { pattern in
                StoreDiagnostic(
                    .warning, "unknown-principal",
                    "`\(pattern.written.value)` is nobody in this store: it matches no caller",
                    file: file.path.string,
                    position: index < source.statementPositions.count ? source.statementPositions[index] : .start)
            }
        }
    }

    private func exists(_ pattern: PrincipalPattern) -> Bool {
        switch pattern {
        case .user(let arn): named(arn) { directory.users[.user($0, $1)]?.arn == arn }
        case .role(let arn): named(arn) { directory.roles[.role($0, $1)]?.arn == arn }
        case .userID(let id), .roleID(let id): ids.contains(id)
        case .assumedRole(let text): assumedRoleExists(text)
        case .everyone, .account, .federatedUser, .federated, .service, .canonicalUser: true
        }
    }

    /// Looks for the account and folded name that an ARN ends in.
    private func named(_ text: Text, _ exists: (AccountID, Text) -> Bool) -> Bool {
        guard let arn = ARN(text), let account = AccountID(arn.account) else { return false }
        return exists(account, (arn.resource.split(at: ASCII.slash).last ?? "").foldedASCII)
    }

    private func assumedRoleExists(_ text: Text) -> Bool {
        guard let arn = ARN(text), let account = AccountID(arn.account) else { return false }
        let parts = arn.resource.split(at: ASCII.slash)
        return parts.count >= 2 && directory.roles[.role(account, parts[1].foldedASCII)] != nil
    }
}
