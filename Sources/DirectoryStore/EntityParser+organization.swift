internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// `organization.json`: who is in the organization, and where (design §3.2, spec §6.2).
extension EntityParser {
    mutating func organization(_ root: JSONNode) -> EntityReading {
        let members = reader.members(
            of: root, what: "the organization",
            known: [
                "Id", "MasterAccountId", "DefaultResourceAccount", "ResourceControlPolicyServices", "Partitions",
                "Root",
            ],
            reportOnly: ["Arn", "FeatureSet", "MasterAccountArn", "MasterAccountEmail", "AvailablePolicyTypes"])
        guard root.members != nil else { return finish(nil) }
        let id = need("Id", members, root).flatMap { reader.organizationID($0, prefix: "o-") }
        let masterNode = need("MasterAccountId", members, root)
        let master = masterNode.flatMap { reader.accountID($0, "`MasterAccountId`") }
        let defaultAccount = members["DefaultResourceAccount"]
            .flatMap { reader.accountID($0, "`DefaultResourceAccount`") }
        let services = names(members["ResourceControlPolicyServices"], "a service")?.map(\.foldedASCII)
        let partitions = names(members["Partitions"], "a partition")
        var tree = OrganizationReader(reader)
        let unit = need("Root", members, root).flatMap { tree.unit($0) }
        reader.add(Array(tree.reader.diagnostics.dropFirst(reader.diagnostics.count)))
        guard let id, let master, let masterNode, let unit else { return finish(nil) }
        if !tree.accounts.contains(master) {
            reader.error(
                "missing-account", "the management account \(master) has no place in the tree; name it in `Accounts`",
                at: masterNode.position)
        }
        let organization = Organization(
            id: id, masterAccount: master, defaultResourceAccount: defaultAccount,
            resourceControlPolicyServices: services, partitions: partitions, root: unit)
        return finish(.organization(organization), references: tree.references)
    }

    private mutating func need(_ name: String, _ members: MemberNodes, _ root: JSONNode) -> JSONNode? {
        reader.required(name, in: members, of: "the organization", at: root.position)
    }

    /// Names of services or partitions: letters, digits, `.` and `-`; `nil` where the list is absent.
    private mutating func names(_ list: JSONNode?, _ what: String) -> [Text]? {
        guard let list else { return nil }
        return reader.elements(list, "the list").compactMap { element in
            guard let name = reader.string(element, what) else { return nil }
            let isGood = name.utf8.allSatisfy {
                ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
            if isGood, !name.isEmpty { return name }
            reader.error(
                "invalid-name", "\(what) \(UserText.quoted(name.string)) may only hold letters, digits, `.` and `-`",
                at: element.position)
            return nil
        }
    }
}
