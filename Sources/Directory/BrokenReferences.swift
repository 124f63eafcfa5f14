internal import Authorizer
internal import PolicyModel

/// What is broken where every decision is `brokenReference`: who names what, down to what is missing (design §3.2
/// rule 3).
struct BrokenReferences {
    private let directory: Directory
    private let asked: AskedQuestion
    private let trace: Trace

    init(_ directory: Directory, _ asked: AskedQuestion, _ trace: Trace) {
        self.directory = directory
        self.asked = asked
        self.trace = trace
    }

    /// The sentences, in the order in which a decision looks.
    var sentences: [String] {
        var found: [String] = []
        if let account = ARN(asked.principal).flatMap({ AccountID($0.account) }) {
            found += organization(above: account, \.service, directory.serviceControlPolicies) {
                .serviceControlPolicy($0)
            }
        }
        // The caller's groups are named by the caller itself.
        if let own = directory.holdings(of: asked).first { found += entity(own.key, own.holdings) }
        if trace.caller.isTrustPolicy || asked.isAssumption, let role = directory.role(named: asked.resource) {
            found += entity(role.key, role.holdings)
        }
        if let account = AccountID(trace.resourceAccount) {
            found += organization(above: account, \.resource, directory.resourceControlPolicies) {
                .resourceControlPolicy($0)
            }
        }
        return found.isEmpty ? [] : found + ["`postern status` shows the files that have errors"]
    }

    // MARK: Users, groups and roles

    private func entity(_ key: EntityKey, _ holdings: PolicyHoldings) -> [String] {
        var found = policies(holdings, of: key)
        if let user = directory.users[key] {
            for name in user.groups {
                let groupKey = EntityKey.group(user.account, name.foldedASCII)
                guard let group = directory.groups[groupKey] else {
                    found.append("\(key) names group `\(name)`, which is deleted or broken")
                    continue
                }
                let broken = policies(group.holdings, of: groupKey)
                if !broken.isEmpty || directory.quarantined.contains(groupKey) {
                    found.append("\(key) is in \(groupKey), which is quarantined")
                }
                found += broken
            }
        }
        // More than names can quarantine it: too many documents, say.
        if found.isEmpty, directory.quarantined.contains(key) { found.append("\(key) is quarantined") }
        return found
    }

    private func policies(_ holdings: PolicyHoldings, of key: EntityKey) -> [String] {
        let attached = holdings.attachedPolicies.filter { directory.policy(named: $0) == nil }
            .map { "\(key) names policy `\($0)`, which is deleted or broken" }
        guard let boundary = holdings.permissionsBoundary, directory.policy(named: boundary) == nil else {
            return attached
        }
        return attached + ["\(key) names the permissions boundary `\(boundary)`, which is deleted or broken"]
    }

    // MARK: The organization

    private func organization(
        above account: AccountID, _ names: KeyPath<AttachedControlPolicies, [Text]?>,
        _ policies: [EntityKey: ControlPolicy], _ key: (Text) -> EntityKey
    ) -> [String] {
        guard let organization = directory.organization, account != organization.masterAccount,
            let levels = OrganizationTree(organization, directory).levels(above: account)
        else { return [] }
        let builtIn: Set<Text> = [Organization.fullAccess, Organization.resourceFullAccess]
        return levels.flatMap { level in
            (level.policies[keyPath: names] ?? []).filter { name in
                !builtIn.contains(name) && policies[key(name.foldedASCII)]?.name != name
            }.map { name in
                "`organization.json` hangs \(key(name)) on `\(level.id)`, above account \(account); it is deleted or"
                    + " broken"
            }
        }
    }
}
