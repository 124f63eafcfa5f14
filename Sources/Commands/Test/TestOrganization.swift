internal import Directory
internal import JSONDocument
internal import PolicyModel

/// Where in an organization the accounts of a case are.
struct TestOrganization {
    private var id: Text
    private var masterAccount: AccountID
    /// The ids of the nodes above an account, root first; `nil` where nothing puts the account into the organization.
    private var principalPath: [Text]?
    private var resourcePath: [Text]?
    private var services: [Text]?
    /// The names on each level, the account's last; `nil` when that kind is not in play.
    private var serviceControl: [[Text]]?
    private var resourceControl: [[Text]]?

    private static let members = [
        "id", "masterAccount", "principalPath", "resourcePath", "resourceControlPolicyServices",
    ]

    /// Reads the member `organization` of a case; `nil` when neither it nor control policies make an organization.
    init?(_ outer: ObjectReader, of simulation: Simulation) throws(MemberFault) {
        let path = outer.path.appending("organization")
        let node = outer.node("organization")
        let reader = try node.map { (node) throws(MemberFault) in
            try ObjectReader(node, at: path, known: TestOrganization.members, of: "an organization")
        }
        serviceControl = simulation.policies.serviceControl.map { $0.map { $0.map(\.label) } }
        resourceControl = simulation.policies.resourceControl.map { $0.map { $0.map(\.label) } }
        guard reader != nil || serviceControl != nil || resourceControl != nil else { return nil }
        id = try reader?.text("id") ?? "o-1"
        services = try reader?.texts("resourceControlPolicyServices")
        masterAccount = try TestOrganization.account(try reader?.text("masterAccount") ?? "999999999999", path)
        principalPath = try reader?.texts("principalPath") ?? serviceControl.map(TestOrganization.path)
        resourcePath = try reader?.texts("resourcePath") ?? resourceControl.map(TestOrganization.path)
        try check(reader, path)
        if TestOrganization.isOneAccount(simulation) {
            (principalPath, resourcePath) = (principalPath ?? resourcePath, resourcePath ?? principalPath)
            guard principalPath == resourcePath else {
                throw MemberFault("one account has one path: give `principalPath` alone", at: path)
            }
        }
    }

    private static func account(_ text: Text, _ path: JSONPath) throws(MemberFault) -> AccountID {
        guard let account = AccountID(text) else {
            throw MemberFault("`masterAccount` is the twelve digits of an account", at: path)
        }
        return account
    }

    /// The nodes of which nothing more is said: as many as there are levels above the account's.
    private static func path(of levels: [[Text]]) -> [Text] {
        ["r-1"] + (0..<max(levels.count - 2, 0)).map { Text("ou-\($0 + 1)") }
    }

    private static func isOneAccount(_ simulation: Simulation) -> Bool {
        simulation.caller.account == nil || simulation.caller.account == simulation.resourceAccount
    }

    /// A path that is given has one node fewer than there are levels, and every path begins at one root.
    private func check(_ reader: ObjectReader?, _ path: JSONPath) throws(MemberFault) {
        let given = [("principalPath", principalPath, serviceControl), ("resourcePath", resourcePath, resourceControl)]
        for (name, nodes, levels) in given {
            guard let nodes, reader?.node(name) != nil else { continue }
            guard !nodes.isEmpty, nodes.allSatisfy({ !$0.isEmpty }) else {
                throw MemberFault("a path begins with the root, such as `r-1`", at: path.appending(name))
            }
            guard let levels, levels.count != nodes.count + 1 else { continue }
            throw MemberFault(
                "the path has \(nodes.count) nodes, so \(nodes.count + 1) lists of control policies are needed: one a "
                    + "node and one of the account", at: path.appending(name))
        }
        guard principalPath?.first == resourcePath?.first || principalPath == nil || resourcePath == nil else {
            throw MemberFault("both paths begin with the same root", at: path)
        }
    }
}

/// The tree.
extension TestOrganization {
    /// An account's place with what hangs on each level of it.
    private struct Branch {
        var account: AccountID
        var nodes: [Text]
        /// One list more than there are nodes; `nil` is the built-in policy.
        var service: [[Text]?]
        var resource: [[Text]?]
    }

    /// Puts the organization into a directory that has the control policies of the case.
    func add(to directory: inout Directory, of simulation: Simulation) {
        if directory.accounts[masterAccount] == nil { directory.accounts[masterAccount] = Account(id: masterAccount) }
        var branches: [Branch] = []
        if let account = simulation.caller.account ?? simulation.resourceAccount, let principalPath {
            branches.append(branch(account, principalPath, service: serviceControl))
        }
        if let account = simulation.resourceAccount, let resourcePath {
            let own = branch(account, resourcePath, resource: resourceControl)
            if branches.first?.account == account { branches[0].resource = own.resource } else { branches.append(own) }
        }
        directory.organization = Organization(
            id: id, masterAccount: masterAccount, resourceControlPolicyServices: services?.map(\.foldedASCII),
            root: TestOrganization.unit(branches, depth: 0))
    }

    private func branch(
        _ account: AccountID, _ nodes: [Text], service: [[Text]]? = nil, resource: [[Text]]? = nil
    ) -> Branch {
        Branch(
            account: account, nodes: nodes, service: TestOrganization.fitted(service, to: nodes.count + 1),
            resource: TestOrganization.fitted(resource, to: nodes.count + 1))
    }

    /// As many lists as there are levels: the account's stays last, and the built-in policy fills up before it.
    private static func fitted(_ lists: [[Text]]?, to count: Int) -> [[Text]?] {
        guard let lists else { return Array(repeating: nil, count: count) }
        let above: [[Text]?] = lists.dropLast().map { $0 }
        return above + Array(repeating: nil, count: max(count - max(lists.count, 1), 0)) + [lists.last ?? []]
    }

    /// The unit at which all the branches stand at a depth; they part below where their nodes do.
    private static func unit(_ branches: [Branch], depth: Int) -> OrganizationUnit {
        var unit = OrganizationUnit(
            id: branches.first?.nodes[depth] ?? "r-1",
            policies: AttachedControlPolicies(
                service: branches.lazy.compactMap { $0.service[depth] }.first,
                resource: branches.lazy.compactMap { $0.resource[depth] }.first))
        unit.accounts = branches.filter { $0.nodes.count == depth + 1 }.map {
            OrganizationAccount(
                id: $0.account,
                policies: AttachedControlPolicies(service: $0.service[depth + 1], resource: $0.resource[depth + 1]))
        }
        let deeper = branches.filter { $0.nodes.count > depth + 1 }
        for (index, branch) in deeper.enumerated() {
            let node = branch.nodes[depth + 1]
            guard !deeper[..<index].contains(where: { $0.nodes[depth + 1] == node }) else { continue }
            unit.units.append(self.unit(deeper.filter { $0.nodes[depth + 1] == node }, depth: depth + 1))
        }
        return unit
    }
}
