package import Directory
internal import PolicyModel
package import PolicyReference
internal import PolicySyntax

/// The entities that make a reference question what it is: accounts, the caller with its policies, the resource's
/// entries, the organization.
extension Directory {
    /// The directory of a question.
    package init(asking question: ReferenceQuestion) {
        var directory = Directory()
        for account in [question.caller.account, question.resourceAccount].compactMap({ $0 }) {
            directory.accounts[account] = Account(id: account)
        }
        if let account = question.caller.account {
            directory.accounts[account] = Account(
                id: account, isRootUserEnabled: true, canonicalID: question.caller.canonicalID)
        }
        // Two accounts more, so that nothing is owned for want of another.
        for other in ["888888888888", "999999999999"].compactMap({ AccountID($0) })
        where directory.accounts[other] == nil {
            directory.accounts[other] = Account(id: other)
        }
        directory.declaredKeys = question.declaredKeys
        Directory.addCaller(question, to: &directory)
        Directory.addResource(question, to: &directory)
        Directory.addOrganization(of: question, to: &directory)
        self = directory
    }

    /// The directory of a call.
    package init(asking assumption: ReferenceAssumption) {
        self.init(asking: assumption.question)
        guard let name = EntityName(assumption.question.resource) else { return }
        let key = Role(account: name.account, name: name.name, trustPolicy: Directory.source(.empty)).key
        roles[key]?.maxSessionDurationSeconds = assumption.maxSessionDurationSeconds
    }

    static func source(_ document: Document) -> PolicySource {
        PolicySource(
            document: document, text: Array(PolicyPrinter.print(document, pretty: false).utf8), file: "test.json",
            statementPositions: [])
    }

    private static func addCaller(_ question: ReferenceQuestion, to directory: inout Directory) {
        let caller = question.caller
        guard let arn = caller.roleARN ?? caller.userARN, let name = EntityName(arn) else { return }
        var holdings = PolicyHoldings()
        for (index, document) in question.identityPolicies.enumerated() {
            holdings.inlinePolicies.append(InlinePolicy(name: Text("inline\(index)"), source: source(document)))
        }
        if let boundary = question.permissionsBoundary {
            let policy = ManagedPolicy(account: name.account, name: "Boundary", source: source(boundary))
            directory.policies[policy.key] = policy
            holdings.permissionsBoundary = policy.arn
        }
        let tags = caller.tags.map { Tag(key: $0.key, value: $0.value) }
        if caller.roleARN == nil {
            let user = User(
                account: name.account, name: name.name, path: name.path, id: caller.userID, tags: tags,
                holdings: holdings)
            directory.users[user.key] = user
        } else {
            let role = Role(
                account: name.account, name: name.name, path: name.path, id: caller.roleID, tags: tags,
                trustPolicy: source(.empty), holdings: holdings)
            directory.roles[role.key] = role
        }
    }

    /// The role that is asked about, or one entry a policy, all matching the resource: stars behind the name match
    /// nothing more of it.
    private static func addResource(_ question: ReferenceQuestion, to directory: inout Directory) {
        if question.isTrustPolicy {
            addRole(question, to: &directory)
            return
        }
        guard question.resource != "*", let owner = question.resourceAccount else { return }
        for index in 0..<max(question.resourcePolicies.count, 1) {
            let entry = ResourceEntry(
                account: owner,
                pattern: Text(question.resource.string + String(repeating: "*", count: index)),
                policy: index < question.resourcePolicies.count ? source(question.resourcePolicies[index]) : nil,
                tags: index == 0 && !question.resourceTags.isEmpty
                    ? question.resourceTags.map { Tag(key: $0.key, value: $0.value) } : nil,
                isPolicyRequired: question.resourcePolicyRequired)
            directory.resources[entry.key] = entry
        }
    }

    /// The role whose trust policy is asked about; it may be the caller's own.
    private static func addRole(_ question: ReferenceQuestion, to directory: inout Directory) {
        guard let name = EntityName(question.resource) else { return }
        let trust = source(question.resourcePolicies.first ?? .empty)
        let tags = question.resourceTags.map { Tag(key: $0.key, value: $0.value) }
        let role = Role(account: name.account, name: name.name, path: name.path, tags: tags, trustPolicy: trust)
        if question.resource == question.caller.roleARN {
            directory.roles[role.key]?.trustPolicy = trust
        } else {
            directory.roles[role.key] = role
        }
    }
}

extension Document {
    /// A document that says nothing.
    static var empty: Document { Document(version: .v2012, statements: []) }
}

/// A user or role by the parts of its ARN.
struct EntityName {
    var account: AccountID
    var name: Text
    /// `/`, or `/a/b/`.
    var path: Text

    init?(_ arn: Text) {
        guard let parsed = ARN(arn), let account = AccountID(parsed.account) else { return nil }
        let parts = parsed.resource.split(at: ASCII.slash)
        guard let name = parts.last, parts.count >= 2 else { return nil }
        self.account = account
        self.name = name
        path = Text("/" + parts.dropFirst().dropLast().map { $0.string + "/" }.joined())
    }
}
