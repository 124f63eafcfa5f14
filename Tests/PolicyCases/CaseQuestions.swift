internal import JSONDocument
internal import PolicyModel
package import PolicyReference

extension ReferenceQuestion {
    /// The question of a `decision` case; its members are listed in `Cases/README.md`.
    package init(_ decision: Case) throws {
        let caller = try ReferenceCaller(decision)
        let resource = try decision.text("resource")
        let owner = decision.node["resourceAccount"]?.string.map { Text($0) } ?? ARN(resource)?.account
        self.init(
            caller: caller, action: try decision.text("action"), resource: resource,
            resourceAccount: owner.flatMap { AccountID($0) })
        resourcePolicyRequired = decision.node["resourcePolicyRequired"]?.value == .bool(true)
        resourceTags = try readTags(decision.node["resourceTags"])
        context = try decision.context
        identityPolicies = try (decision.node["identityPolicies"]?.elements ?? []).map(CaseDocuments.document)
        permissionsBoundary = try decision.node["permissionsBoundary"].map(CaseDocuments.document)
        resourcePolicies = try (decision.node["resourcePolicies"]?.elements ?? []).map(CaseDocuments.document)
        if let text = decision.node["now"]?.string {
            let instant = Instant(Array(text.utf8).span)
            now = try required(instant, text)
        }
    }
}

extension ReferenceCaller {
    /// The principal of a `decision` case.
    package init(_ decision: Case) throws {
        let arn = try decision.text("principal")
        let tags = try readTags(decision.node["tags"])
        func member(_ name: String) -> Text? { decision.node[name]?.string.map { Text($0) } }
        switch try required(Caller(arn), "\(arn)") {
        case .user(let account, let arn):
            self = .user(account, arn: arn, id: member("userID"), tags: tags, canonicalID: member("canonicalID"))
        case .assumedRole(let account, let roleName, let sessionName):
            self = .roleSession(
                account, roleARN: member("roleARN") ?? Text("arn:aws:iam::\(account):role/\(roleName)"),
                sessionName: sessionName, roleID: member("roleID"), tags: tags, canonicalID: member("canonicalID"))
        case .root(let account):
            self = .root(account, canonicalID: member("canonicalID"))
        case .federatedUser, .service, .anonymous:
            throw CaseError(what: "\(arn) is not evaluated yet")
        }
    }
}

private func readTags(_ node: JSONNode?) throws -> [ReferenceCaller.Tag] {
    try (node?.members ?? []).map { ReferenceCaller.Tag(key: Text($0.name), value: try scalarText($0.value)) }
}
