internal import Directory
internal import JSONDocument
internal import PolicyModel

/// Reads the tree of an organization: its units, its accounts, and the control policies that hang on them.
struct OrganizationReader {
    private(set) var reader: MemberReader
    private(set) var references: [EntityReference] = []
    private(set) var accounts: Set<AccountID> = []
    private var ids: Set<Text> = []

    init(_ reader: MemberReader) {
        self.reader = reader
    }

    /// Reads the root, or a unit at a depth beneath it; the recursion is bounded by the depth of the file.
    mutating func unit(_ node: JSONNode, depth: Int = 0) -> OrganizationUnit? {
        let what = depth == 0 ? "the root" : "an organizational unit"
        let members = reader.members(
            of: node, what: what,
            known: [
                "Id", "Name", "ServiceControlPolicies", "ResourceControlPolicies", "Accounts", "OrganizationalUnits",
            ],
            reportOnly: depth == 0 ? ["Arn", "PolicyTypes"] : ["Arn"])
        guard node.members != nil else { return nil }
        if depth == Quota.unitDepthMax + 1 {
            reader.warning(
                "quota", "units are nested more than \(Quota.unitDepthMax) deep, which is what AWS allows",
                at: node.position)
        }
        let id = reader.required("Id", in: members, of: what, at: node.position)
            .flatMap { identifier($0, prefix: depth == 0 ? "r-" : "ou-") }
        let name = reader.string(members["Name"], "`Name`")
        let policies = attached(members)
        let accounts = reader.elements(members["Accounts"], "`Accounts`").compactMap { account($0) }
        let units = units(members["OrganizationalUnits"], depth: depth + 1)
        return id.map { OrganizationUnit(id: $0, name: name, policies: policies, accounts: accounts, units: units) }
    }

    private mutating func units(_ node: JSONNode?, depth: Int) -> [OrganizationUnit] {
        var names: Set<Text> = []
        return reader.elements(node, "`OrganizationalUnits`").compactMap { element in
            let unit = unit(element, depth: depth)
            if let name = unit?.name, !names.insert(name).inserted {
                reader.warning(
                    "duplicate-unit", "two units side by side are named \(UserText.quoted(name.string))",
                    at: element.position)
            }
            return unit
        }
    }

    /// `r-…` or `ou-…`, given once: paths of an organization are made of them.
    private mutating func identifier(_ node: JSONNode, prefix: Text) -> Text? {
        guard let id = reader.organizationID(node, prefix: prefix) else { return nil }
        if !ids.insert(id).inserted {
            reader.error("duplicate-unit", "the id `\(id)` is given to two units", at: node.position)
        }
        return id
    }

    private mutating func account(_ node: JSONNode) -> OrganizationAccount? {
        let members = reader.members(
            of: node, what: "an account", known: ["Id", "ServiceControlPolicies", "ResourceControlPolicies"],
            reportOnly: ["Arn", "Email", "Name", "Status", "State", "JoinedMethod", "JoinedTimestamp"])
        guard node.members != nil else { return nil }
        let policies = attached(members)
        guard let idNode = reader.required("Id", in: members, of: "an account", at: node.position),
            let id = reader.accountID(idNode, "`Id`")
        else { return nil }
        if !accounts.insert(id).inserted {
            reader.error("duplicate-account", "the account \(id) has two places in the tree", at: idNode.position)
        }
        return OrganizationAccount(id: id, policies: policies)
    }

    private mutating func attached(_ members: MemberNodes) -> AttachedControlPolicies {
        AttachedControlPolicies(service: names(members, .service), resource: names(members, .resource))
    }

    /// An absent list is no empty one: that allows nothing (design §3.2).
    private mutating func names(_ members: MemberNodes, _ kind: ControlPolicyKind) -> [Text]? {
        guard let list = members[kind.member] else { return nil }
        var names: [Text] = []
        for element in reader.elements(list, "`\(kind.member)`") {
            guard let name = reader.controlPolicyName(element, "a policy's name") else { continue }
            if names.contains(where: { $0.foldedASCII == name.foldedASCII }) {
                reader.warning("duplicate-policy", "`\(name)` is attached twice", at: element.position)
            } else if kind.isBuiltIn(name) {
                names.append(kind.builtInName)
            } else {
                names.append(name)
                references.append(
                    EntityReference(
                        ReferenceName(target: kind.key(name), path: nil, text: name), at: element.position))
            }
        }
        if names.count > Quota.nodePoliciesMax {
            reader.warning(
                "quota", "\(names.count) attached policies; AWS allows \(Quota.nodePoliciesMax)", at: list.position)
        }
        return names
    }
}

extension MemberReader {
    /// Twelve digits.
    mutating func accountID(_ node: JSONNode, _ what: String) -> AccountID? {
        guard let text = string(node, what) else { return nil }
        if let account = AccountID(text) { return account }
        error(
            "wrong-value", "\(what) \(UserText.quoted(text.string)) is no account: expected twelve digits",
            at: node.position)
        return nil
    }

    /// An id of an organization, a root or a unit; what it is made of becomes part of `aws:PrincipalOrgPaths`.
    mutating func organizationID(_ node: JSONNode, prefix: Text) -> Text? {
        guard let id = string(node, "`Id`") else { return nil }
        let rest = id.utf8.dropFirst(prefix.utf8.count)
        let isGood = rest.allSatisfy { ASCII.isDigit($0) || ($0 >= 0x61 && $0 <= 0x7A) || $0 == UInt8(ascii: "-") }
        if id.hasPrefix(prefix), !rest.isEmpty, isGood { return id }
        error(
            "invalid-id",
            "`Id` \(UserText.quoted(id.string)) must be `\(prefix)` and small letters, digits or `-`", at: node.position
        )
        return nil
    }

    /// A control policy's name: unlike IAM's it may hold blanks, for no ARN is made of it.
    mutating func controlPolicyName(_ node: JSONNode, _ what: String) -> Text? {
        string(node, what).flatMap { controlPolicyName($0, what, at: node.position) }
    }

    /// Checks a control policy's name, wherever it was found.
    mutating func controlPolicyName(_ name: Text, _ what: String, at position: JSONPosition) -> Text? {
        let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "`") }
        guard isPlain, !name.isEmpty else {
            error(
                "invalid-name",
                "\(what) \(UserText.quoted(name.string)) may not be empty or hold control characters or backticks",
                at: position)
            return nil
        }
        let length = name.string.unicodeScalars.count
        if length > Quota.nameLengthMax {
            warning("quota", "\(what) has \(length) characters; AWS allows \(Quota.nameLengthMax)", at: position)
        }
        return name
    }
}
