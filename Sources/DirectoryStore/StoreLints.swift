internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// What is doubtful about a store as a whole: only `check` looks for it, and nothing of it stops a load.
struct StoreLints {
    private let files: [EntityFile]
    private let directory: Directory

    init(_ verdict: StoreVerdict) {
        files = verdict.inForce.values.sorted { $0.path < $1.path }
        directory = verdict.directory
    }

    var warnings: [StoreDiagnostic] {
        (unattachedPolicies + emptyGroups + unattachedControlPolicies + mixedKeys + inlineSums + accountCounts).sorted()
    }

    private func warning(
        _ code: String, _ message: String, _ file: EntityFile, at position: JSONPosition = .start
    ) -> StoreDiagnostic {
        StoreDiagnostic(.warning, code, message, file: file.path.string, position: position)
    }

    // MARK: Nobody's

    /// Policies of an account that no user, group or role has; the vendor's are there to be chosen from.
    private var unattachedPolicies: [StoreDiagnostic] {
        let named = Set(files.flatMap(\.references).map(\.target))
        return files.compactMap { file in
            guard case .policy(let policy) = file.entity, policy.account != nil, !named.contains(file.key) else {
                return nil
            }
            return warning(
                "unattached-policy",
                "`\(policy.arn)` is attached to nobody and is nobody's boundary; only a session can name it", file)
        }
    }

    private var emptyGroups: [StoreDiagnostic] {
        let members = Set(
            directory.users.values.flatMap { user in user.groups.map { (user.account, $0) } }.map {
                EntityKey.group($0.0, $0.1.foldedASCII)
            })
        return files.compactMap { file in
            guard case .group(let group) = file.entity, !members.contains(file.key) else { return nil }
            return warning("empty-group", "the group `\(group.name)` has no users", file)
        }
    }

    private var unattachedControlPolicies: [StoreDiagnostic] {
        let named = Set(files.flatMap(\.references).map(\.target))
        return files.compactMap { file in
            switch file.entity {
            case .serviceControlPolicy(let policy), .resourceControlPolicy(let policy):
                guard !named.contains(file.key) else { return nil }
                return warning(
                    "unattached-policy", "`\(policy.name)` hangs nowhere in the organization, and so binds nobody", file
                )
            default: return nil
            }
        }
    }

    // MARK: Keys

    private struct Use {
        /// As written.
        var key: Text
        var test: ConditionOperator
        var file: EntityFile
        var position: JSONPosition
    }

    /// Application keys that nothing declares, tested with a set operator in one file and without in another: a request
    /// may then send no list of values at all (design §3.3).
    private var mixedKeys: [StoreDiagnostic] {
        var plain: [Text: Use] = [:]
        var set: [Text: Use] = [:]
        for file in files {
            for source in file.sources {
                for (index, statement) in source.document.statements.enumerated() {
                    for condition in statement.conditions where isUndeclared(condition) {
                        let place = source.place(ofStatement: index)
                        let position = JSONPosition(line: place.line, column: place.column)
                        let use = Use(key: condition.key, test: condition.operator, file: file, position: position)
                        let key = condition.key.foldedASCII
                        if condition.operator.quantifier == nil, plain[key] == nil { plain[key] = use }
                        if condition.operator.quantifier != nil, set[key] == nil { set[key] = use }
                    }
                }
            }
        }
        return plain.compactMap { key, use in
            // Within one file the document's own warning says it.
            guard let other = set[key], other.file.path != use.file.path else { return nil }
            return warning(
                "mixed-set-operators",
                "`\(use.key)` is tested with `\(use.test)` here and with `\(other.test)` in `\(other.file.path)`: requests may "
                    + "then send no list of it; declare the key in `schema.json`, and use one form", use.file,
                at: use.position)
        }
    }

    private func isUndeclared(_ condition: Condition) -> Bool {
        guard condition.operator.base != .null else { return false }
        let key = condition.key.foldedASCII
        return ConditionKeys.declaration(ofFolded: key) == nil && directory.declaredKeys[key] == nil
    }

    // MARK: IAM's quotas (spec §2.7, §10)

    private var inlineSums: [StoreDiagnostic] {
        files.compactMap { file in
            guard let most = file.entity.inlineCharactersMax, let holdings = file.entity.holdings else { return nil }
            let sum = holdings.inlinePolicies.reduce(0) {
                $0 + PolicyQuota.characters(of: $1.source.text, kind: .identity)
            }
            guard sum > most else { return nil }
            return warning(
                "quota",
                "the inline policies of \(file.entity.keyAsWritten) have \(sum) characters together; IAM allows \(most)",
                file)
        }
    }

    private var accountCounts: [StoreDiagnostic] {
        var counts: [AccountKind: [EntityFile]] = [:]
        for file in files {
            guard let kind = AccountKind(file.entity) else { continue }
            counts[kind, default: []].append(file)
        }
        return counts.compactMap { kind, files in
            guard files.count > kind.most, let first = files.first else { return nil }
            return warning(
                "quota", "account \(kind.account) has \(files.count) \(kind.name); IAM allows \(kind.most)", first)
        }
    }

    /// What IAM counts in an account.
    private struct AccountKind: Hashable {
        var account: AccountID
        var name: String
        var most: Int

        init?(_ entity: Entity) {
            switch entity {
            case .user(let user): (account, name, most) = (user.account, "users", Quota.usersMax)
            case .group(let group): (account, name, most) = (group.account, "groups", Quota.groupsOfAccountMax)
            case .role(let role): (account, name, most) = (role.account, "roles", Quota.rolesMax)
            case .policy(let policy):
                guard let owner = policy.account else { return nil }
                (account, name, most) = (owner, "managed policies", Quota.policiesMax)
            default: return nil
            }
        }
    }
}

extension Entity {
    /// The most characters of all inline policies together.
    fileprivate var inlineCharactersMax: Int? {
        switch self {
        case .user: Quota.userInlineCharactersMax
        case .group: Quota.groupInlineCharactersMax
        case .role: Quota.roleInlineCharactersMax
        default: nil
        }
    }
}

extension EntityFile {
    /// Every document in the file.
    fileprivate var sources: [PolicySource] {
        let inline = entity.holdings?.inlinePolicies.map(\.source) ?? []
        switch entity {
        case .role(let role): return inline + [role.trustPolicy]
        case .resource(let entry): return entry.policy.map { [$0] } ?? []
        default: return inline + (entity.namedPolicy.map { [$0.source] } ?? [])
        }
    }
}
