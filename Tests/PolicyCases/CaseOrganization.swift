internal import Directory
internal import PolicyModel
internal import PolicyReference

/// An organization that has the levels of a question: one unit in another, as deep as they say.
extension Directory {
    /// An account's place with what hangs on each level of it.
    private struct Branch {
        var account: AccountID
        var nodes: [Text]
        /// One list more than there are nodes, by name; `nil` is the built-in policy.
        var service: [[Text]?]
        var resource: [[Text]?]
    }

    static func addOrganization(of question: ReferenceQuestion, to directory: inout Directory) {
        guard let place = place(of: question) else { return }
        let services = names(
            of: question.serviceControlPolicies, prefix: "S", key: EntityKey.serviceControlPolicy,
            to: &directory.serviceControlPolicies)
        let resources = names(
            of: question.resourceControlPolicies, prefix: "R", key: EntityKey.resourceControlPolicy,
            to: &directory.resourceControlPolicies)
        let fallback = ReferenceOrganization(
            id: place.id, masterAccount: place.masterAccount,
            nodes: defaultNodes(question.serviceControlPolicies ?? question.resourceControlPolicies))
        var branches: [Branch] = []
        let bearer = question.caller.account ?? question.resourceAccount
        let owns = question.caller.account == nil ? question.resourceOrganization : question.caller.organization
        let own = owns ?? (services == nil ? nil : fallback)
        if let bearer, let own { add(bearer, own, service: services, to: &branches) }
        let resourcePlace = question.resourceOrganization ?? (resources == nil ? nil : fallback)
        if let owner = question.resourceAccount, let resourcePlace {
            add(owner, resourcePlace, resource: resources, to: &branches)
        }
        directory.organization = Organization(
            id: place.id, masterAccount: place.masterAccount,
            resourceControlPolicyServices: question.resourceControlPolicyServices, root: unit(branches, depth: 0))
    }

    /// Where anything stands at all; control policies alone make an organization.
    private static func place(of question: ReferenceQuestion) -> ReferenceOrganization? {
        if let place = question.caller.organization ?? question.resourceOrganization { return place }
        guard question.serviceControlPolicies != nil || question.resourceControlPolicies != nil else { return nil }
        return AccountID("999999999999").map { ReferenceOrganization(id: "o-1", masterAccount: $0, nodes: []) }
    }

    private static func defaultNodes(_ levels: [[Document]]?) -> [Text] {
        ["r-1"] + (0..<max((levels?.count ?? 0) - 2, 0)).map { Text("ou-\($0 + 1)") }
    }

    /// Puts the documents of each level into the directory; their names by level.
    private static func names(
        of levels: [[Document]]?, prefix: String, key: (Text) -> EntityKey,
        to policies: inout [EntityKey: ControlPolicy]
    ) -> [[Text]?]? {
        levels?.enumerated().map { level, documents in
            documents.enumerated().map { index, document in
                let name = Text("\(prefix)\(level)x\(index)")
                policies[key(name.foldedASCII)] = ControlPolicy(name: name, source: source(document))
                return name
            }
        }
    }

    /// Adds an account's branch, or its lists to the branch that is there.
    private static func add(
        _ account: AccountID, _ place: ReferenceOrganization, service: [[Text]?]? = nil, resource: [[Text]?]? = nil,
        to branches: inout [Branch]
    ) {
        let index = branches.firstIndex { $0.account == account } ?? branches.count
        if index == branches.count {
            let none: [[Text]?] = Array(repeating: nil, count: place.nodes.count + 1)
            branches.append(Branch(account: account, nodes: place.nodes, service: none, resource: none))
        }
        let count = branches[index].nodes.count + 1
        if let service { branches[index].service = fitted(service, to: count) }
        if let resource { branches[index].resource = fitted(resource, to: count) }
    }

    /// As many lists as there are levels: the account's stays last, and the built-in policy fills up before it.
    private static func fitted(_ lists: [[Text]?], to count: Int) -> [[Text]?] {
        precondition(lists.count <= count, "expected no more levels than nodes and the account")
        let above = lists.dropLast()
        return above + Array(repeating: nil, count: count - max(lists.count, 1)) + [lists.last ?? []]
    }

    /// The unit at which all the branches stand at a depth; they part below where their nodes do.
    private static func unit(_ branches: [Branch], depth: Int) -> OrganizationUnit {
        let service = branches.compactMap { $0.service[depth] }.first
        let resource = branches.compactMap { $0.resource[depth] }.first
        var unit = OrganizationUnit(
            id: branches.first?.nodes[depth] ?? "r-1",
            policies: AttachedControlPolicies(service: service, resource: resource))
        for branch in branches where branch.nodes.count == depth + 1 {
            let policies = AttachedControlPolicies(
                service: branch.service[depth + 1], resource: branch.resource[depth + 1])
            unit.accounts.append(OrganizationAccount(id: branch.account, policies: policies))
        }
        let deeper = branches.filter { $0.nodes.count > depth + 1 }
        var seen: [Text] = []
        for node in deeper.map({ $0.nodes[depth + 1] }) where !seen.contains(node) {
            seen.append(node)
            unit.units.append(self.unit(deeper.filter { $0.nodes[depth + 1] == node }, depth: depth + 1))
        }
        return unit
    }
}
