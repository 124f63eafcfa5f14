package import Directory
internal import PolicyModel
package import PolicyReference
internal import PolicySyntax

/// The entities that make a reference question what it is: accounts, the caller with its policies, the resource's entries.
extension Directory {
    /// The directory of a question.
    package init(asking question: ReferenceQuestion) {
        var directory = Directory()
        for account in [question.caller.account, question.resourceAccount] {
            directory.accounts[account] = Account(id: account)
        }
        directory.accounts[question.caller.account] = Account(
            id: question.caller.account, isRootUserEnabled: true, canonicalID: question.caller.canonicalID)
        // A second account, so that nothing is owned for want of another.
        if let other = AccountID("999999999999") { directory.accounts[other] = Account(id: other) }
        directory.declaredKeys = question.declaredKeys
        Directory.addCaller(question, to: &directory)
        Directory.addResource(question, to: &directory)
        self = directory
    }

    private static func source(_ document: Document) -> PolicySource {
        PolicySource(
            document: document, text: Array(PolicyPrinter.print(document, pretty: false).utf8), file: "test.json",
            statementPositions: [])
    }

    private static func addCaller(_ question: ReferenceQuestion, to directory: inout Directory) {
        let caller = question.caller
        var holdings = PolicyHoldings()
        for (index, document) in question.identityPolicies.enumerated() {
            holdings.inlinePolicies.append(InlinePolicy(name: Text("inline\(index)"), source: source(document)))
        }
        if let boundary = question.permissionsBoundary {
            let policy = ManagedPolicy(account: caller.account, name: "Boundary", source: source(boundary))
            directory.policies[policy.key] = policy
            holdings.permissionsBoundary = policy.arn
        }
        let tags = caller.tags.map { Tag(key: $0.key, value: $0.value) }
        let named = (caller.roleARN ?? caller.arn).split(at: ASCII.slash)
        let name = named.last ?? ""
        let path = Text("/" + named.dropFirst().dropLast().map { $0.string + "/" }.joined())
        switch caller.kind {
        case .root: break
        case .user:
            let user = User(
                account: caller.account, name: name, path: path, id: caller.userID, tags: tags, holdings: holdings)
            directory.users[user.key] = user
        case .roleSession:
            let nobody = Document(version: .v2012, statements: [])
            let role = Role(
                account: caller.account, name: name, path: path, id: caller.roleID, tags: tags,
                trustPolicy: source(nobody), holdings: holdings)
            directory.roles[role.key] = role
        }
    }

    /// One entry a policy, all matching the resource: stars behind the name match nothing more of it.
    private static func addResource(_ question: ReferenceQuestion, to directory: inout Directory) {
        guard question.resource != "*" else { return }
        for index in 0..<max(question.resourcePolicies.count, 1) {
            let entry = ResourceEntry(
                account: question.resourceAccount,
                pattern: Text(question.resource.string + String(repeating: "*", count: index)),
                policy: index < question.resourcePolicies.count ? source(question.resourcePolicies[index]) : nil,
                tags: index == 0 && !question.resourceTags.isEmpty
                    ? question.resourceTags.map { Tag(key: $0.key, value: $0.value) } : nil,
                isPolicyRequired: question.resourcePolicyRequired)
            directory.resources[entry.key] = entry
        }
    }
}
