internal import JSONDocument
internal import PolicyModel
package import PolicyReference

extension ReferenceQuestion {
    /// The question of a `decision` case; its members are listed in `Cases/README.md`.
    package init(_ decision: Case) throws {
        let resource = try decision.text("resource")
        let owner = decision.node["resourceAccount"]?.string.map { Text($0) } ?? ARN(resource)?.account
        self.init(
            caller: try ReferenceCaller(decision), action: try decision.text("action"), resource: resource,
            resourceAccount: owner.flatMap { AccountID($0) })
        resourcePolicyRequired = decision.flag("resourcePolicyRequired")
        isTrustPolicy = decision.flag("isTrustPolicy")
        resourceTags = try readTags(decision.node["resourceTags"])
        resourcePolicies = try decision.documents("resourcePolicies") ?? []
        try readCommon(decision)
    }

    /// The members that decisions and assumptions share.
    fileprivate mutating func readCommon(_ decision: Case) throws {
        session = try decision.node["session"].map { try ReferenceSession($0) }
        context = try decision.context
        identityPolicies = try decision.documents("identityPolicies") ?? []
        attachedPolicies = try decision.documents("attachedPolicies") ?? []
        groupPolicies = try decision.lists("groups") ?? []
        if !groupPolicies.isEmpty { _ = try required(caller.userARN, "a user for the groups of \(decision.name)") }
        permissionsBoundary = try decision.node["permissionsBoundary"].map(CaseDocuments.document)
        sessionPolicies = try decision.documents("sessionPolicies")
        managedSessionPolicies = try decision.documents("managedSessionPolicies")
        // Policies come with a session.
        if hasSessionPolicies, session == nil { session = ReferenceSession() }
        serviceControlPolicies = try decision.levels("serviceControlPolicies")
        resourceControlPolicies = try decision.levels("resourceControlPolicies")
        try readOrganization(decision.node["organization"])
        if let text = decision.node["now"]?.string {
            let instant = Instant(Array(text.utf8).span)
            now = try required(instant, text)
        }
    }

    private mutating func readOrganization(_ node: JSONNode?) throws {
        let id = Text(node?["id"]?.string ?? "o-1")
        let master = try required(AccountID(Text(node?["masterAccount"]?.string ?? "999999999999")), "masterAccount")
        let isOneAccount = caller.account == nil || caller.account == resourceAccount
        let own = try node?["principalPath"].map(readTexts) ?? serviceControlPolicies.map(Self.path)
        let resources = try node?["resourcePath"].map(readTexts) ?? resourceControlPolicies.map(Self.path)
        for (nodes, levels) in [(own, serviceControlPolicies), (resources, resourceControlPolicies)] {
            guard let nodes, let levels else { continue }
            _ = try required(nodes.count + 1 == levels.count ? nodes : nil, "a level for each node and the account")
        }
        if isOneAccount, let own, let resources { _ = try required(own == resources ? own : nil, "one path") }
        func place(_ nodes: [Text]?) -> ReferenceOrganization? {
            nodes.map { ReferenceOrganization(id: id, masterAccount: master, nodes: $0) }
        }
        resourceOrganization = place(isOneAccount ? resources ?? own : resources)
        if caller.account != nil { caller.organization = place(isOneAccount ? own ?? resources : own) }
        resourceControlPolicyServices = try node?["resourceControlPolicyServices"].map(readTexts)
    }

    /// The nodes of which nothing more is said: as many as there are levels above the account's.
    private static func path(of levels: [[Document]]) -> [Text] {
        ["r-1"] + (0..<max(levels.count - 2, 0)).map { Text("ou-\($0 + 1)") }
    }
}

extension ReferenceAssumption {
    /// The call of an `assumption` case.
    package init(_ row: Case) throws {
        let role = try row.text("role")
        let call = try required(row.node["call"], "call of \(row.name)")
        var question = ReferenceQuestion(
            caller: try ReferenceCaller(row), action: "sts:AssumeRole", resource: role,
            resourceAccount: ARN(role).flatMap { AccountID($0.account) })
        try question.readCommon(row)
        self.init(
            by: question, of: role, tags: try readTags(row.node["roleTags"]),
            trustPolicy: try CaseDocuments.document(required(row.node["trustPolicy"], "trustPolicy")),
            sessionName: try Text(required(call["sessionName"]?.string, "sessionName")))
        tags = try readTags(call["tags"])
        transitiveTagKeys = try call["transitiveTagKeys"].map(readTexts) ?? []
        sourceIdentity = call["sourceIdentity"]?.string.map { Text($0) }
        externalID = call["externalId"]?.string.map { Text($0) }
        rolePolicies = try row.documents("rolePolicies") ?? []
        roleBoundary = try row.node["roleBoundary"].map(CaseDocuments.document)
        sessionPolicies = try call["policies"].map(readDocuments)
        managedSessionPolicies = try call["managedPolicies"].map(readDocuments)
        durationSeconds = try call["durationSeconds"].flatMap { Int(try scalarText($0).string) }
        if let longest = row.node["maxSessionDuration"] {
            maxSessionDurationSeconds = try required(Int(scalarText(longest).string), "maxSessionDuration")
        }
    }
}

extension ReferenceCaller {
    /// The principal of a case.
    package init(_ row: Case) throws {
        let arn = try row.text("principal")
        let tags = try readTags(row.node["tags"])
        func member(_ name: String) -> Text? { row.node[name]?.string.map { Text($0) } }
        switch try required(Caller(arn), "\(arn)") {
        case .user(let account, let arn):
            self = .user(account, arn: arn, id: member("userID"), tags: tags, canonicalID: member("canonicalID"))
        case .assumedRole(let account, let roleName, let sessionName):
            self = .roleSession(
                account, roleARN: member("roleARN") ?? Text("arn:aws:iam::\(account):role/\(roleName)"),
                sessionName: sessionName, roleID: member("roleID"), tags: tags, canonicalID: member("canonicalID"))
        case .root(let account):
            self = .root(account, canonicalID: member("canonicalID"))
        case .federatedUser(let account, let name):
            self = .federatedUser(
                account, name: name, userARN: row.node["session"]?["user"]?.string.map { Text($0) },
                userID: member("userID"), tags: tags, canonicalID: member("canonicalID"))
        case .service(let name): self = .service(name)
        case .anonymous:
            let provider = row.node["call"]?["federatedProvider"]?.string
            self = provider.map { .bearer(provider: Text($0)) } ?? .anonymous
        }
    }
}

extension ReferenceSession {
    /// The `session` of a case; who is behind a federated user is the caller's.
    fileprivate init(_ node: JSONNode) throws {
        let known: Set = [
            "user", "tags", "transitiveTagKeys", "sourceIdentity", "federatedProvider", "issued", "mfaPresent",
            "mfaAgeSeconds",
        ]
        let unknown = (node.members ?? []).map(\.name).filter { !known.contains($0) }
        guard unknown.isEmpty else { throw CaseError(what: "a session has no \(unknown)") }
        self.init()
        tags = try readTags(node["tags"])
        transitiveTagKeys = try node["transitiveTagKeys"].map(readTexts) ?? []
        sourceIdentity = node["sourceIdentity"]?.string.map { Text($0) }
        federatedProvider = node["federatedProvider"]?.string.map { Text($0) }
        issued = node["issued"]?.string.map { Text($0) }
        mfaPresent = node["mfaPresent"]?.value == .bool(true)
        mfaAgeSeconds = try node["mfaAgeSeconds"].flatMap { Int(try scalarText($0).string) }
    }
}

extension Case {
    fileprivate func flag(_ member: String) -> Bool { node[member]?.value == .bool(true) }

    fileprivate func documents(_ member: String) throws -> [Document]? { try node[member].map(readDocuments) }

    fileprivate func lists(_ member: String) throws -> [[Document]]? {
        try node[member].map { try required($0.elements, member).map(readDocuments) }
    }

    fileprivate func levels(_ member: String) throws -> [[Document]]? {
        let levels = try lists(member)
        if let levels, levels.count < 2 { throw CaseError(what: "\(member) of \(name) needs the root and the account") }
        return levels
    }

    /// What `deniedBy` says, where it says anything.
    package var deniedBy: [ReferenceLayer]? {
        get throws {
            try node["deniedBy"].map { node in
                try readTexts(node).map { try required(ReferenceLayer(rawValue: $0.string), "layer \($0)") }
            }
        }
    }

    /// What `newSession` says, where it says anything.
    package var newSession: AssumptionAnswer.NewSession? {
        get throws {
            guard let node = node["newSession"] else { return nil }
            var session = ReferenceSession()
            session.tags = try readTags(node["tags"]).sorted { $0.key.foldedASCII < $1.key.foldedASCII }
            session.transitiveTagKeys = try node["transitiveTagKeys"].map(readTexts) ?? []
            session.sourceIdentity = node["sourceIdentity"]?.string.map { Text($0) }
            session.federatedProvider = node["federatedProvider"]?.string.map { Text($0) }
            var made = AssumptionAnswer.NewSession(
                principal: Text(try required(node["principal"]?.string, "principal")), session: session)
            made.sessionPolicies = try node["policies"].map(readDocuments)
            made.managedSessionPolicies = try node["managedPolicies"].map(readDocuments)
            return made
        }
    }
}

private func readDocuments(_ node: JSONNode) throws -> [Document] {
    try required(node.elements, "a list of documents").map(CaseDocuments.document)
}

private func readTexts(_ node: JSONNode) throws -> [Text] {
    try required(node.elements, "a list").map(scalarText)
}

private func readTags(_ node: JSONNode?) throws -> [ReferenceCaller.Tag] {
    try (node?.members ?? []).map { ReferenceCaller.Tag(key: Text($0.name), value: try scalarText($0.value)) }
}
