import Directory
import PolicyModel
import PolicyReference
import PolicySyntax

/// What the reference must know to answer a question, gathered from a directory by plain look-ups.
struct ReferenceView {
    let directory: Directory
    let now: Instant

    func answer(_ question: BenchmarkQuestion) throws -> ReferenceAnswer {
        DecisionRules.decide(try gather(question))
    }

    private func gather(_ question: BenchmarkQuestion) throws -> ReferenceQuestion {
        let (caller, holdings, groups) = try caller(question.principal)
        var asked = ReferenceQuestion(
            caller: caller, action: question.action, resource: question.resource, resourceAccount: caller.account)
        asked.identityPolicies = holdings.inlinePolicies.map(\.source.document)
        asked.attachedPolicies = holdings.attachedPolicies.compactMap(document)
        asked.groupPolicies = groups.map { group in
            group.inlinePolicies.map(\.source.document) + group.attachedPolicies.compactMap(document)
        }
        asked.permissionsBoundary = holdings.permissionsBoundary.flatMap(document)
        asked.serviceControlPolicies = serviceControlPolicies
        asked.resourceControlPolicies = serviceControlPolicies.map { $0.map { _ in [Self.everything] } }
        let account = caller.account
        asked.resourceOrganization = account.flatMap(place)
        asked.resourceTags = tags(of: question.resource)
        asked.context = question.context
        asked.now = now
        return asked
    }

    private func caller(_ principal: Text) throws -> (ReferenceCaller, PolicyHoldings, [PolicyHoldings]) {
        switch Caller(principal) {
        case .user(let account, let arn)?:
            let name = arn.split(at: ASCII.slash).last ?? ""
            guard let user = directory.users[.user(account, name.foldedASCII)] else { break }
            var caller = ReferenceCaller.user(
                account, arn: arn, tags: user.tags.map { .init(key: $0.key, value: $0.value) })
            caller.organization = place(of: account)
            let groups = user.groups.compactMap { directory.groups[.group(account, $0.foldedASCII)]?.holdings }
            return (caller, user.holdings, groups)
        case .assumedRole(let account, let roleName, let sessionName)?:
            guard let role = directory.roles[.role(account, roleName.foldedASCII)] else { break }
            var caller = ReferenceCaller.roleSession(account, roleARN: role.arn, sessionName: sessionName)
            caller.organization = place(of: account)
            return (caller, role.holdings, [])
        default: break
        }
        throw BenchmarkFailure(description: "`\(principal)` is nobody in this store")
    }

    private func document(_ arn: Text) -> Document? { directory.policy(named: arn)?.source.document }

    private func tags(of resource: Text) -> [ReferenceCaller.Tag] {
        (directory.resources[.resource(resource)]?.tags ?? []).map { .init(key: $0.key, value: $0.value) }
    }

    // MARK: Organization

    private static let everything = Document(
        version: .v2012,
        statements: [Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))])

    /// The generator's organizations have one unit below the root, and the account in it.
    private var serviceControlPolicies: [[Document]]? {
        guard let root = directory.organization?.root, let unit = root.units.first, let account = unit.accounts.first
        else { return nil }
        return [root.policies, unit.policies, account.policies].map { level in
            (level.service ?? []).map { name in
                directory.serviceControlPolicies[.serviceControlPolicy(name.foldedASCII)]?.source.document
                    ?? Self.everything
            }
        }
    }

    private func place(of account: AccountID) -> ReferenceOrganization? {
        guard let organization = directory.organization else { return nil }
        let units = organization.root.units.filter { unit in unit.accounts.contains { $0.id == account } }
        return ReferenceOrganization(
            id: organization.id, masterAccount: organization.masterAccount,
            nodes: [organization.root.id] + units.map(\.id))
    }
}
