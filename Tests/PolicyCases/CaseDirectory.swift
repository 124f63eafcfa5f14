package import Directory
package import PolicyModel
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
        if let account = question.caller.account {
            for (index, document) in (question.managedSessionPolicies ?? []).enumerated() {
                directory.add(question.managedSessionPolicy(index, document, account))
            }
        }
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
        // Whoever assumes its own role has its own policies, which are the question's.
        if assumption.question.resource != assumption.question.caller.roleARN {
            var holdings = holdings(assumption.rolePolicies, attached: [], of: name.account, named: "Role")
            holdings.permissionsBoundary = assumption.roleBoundary.map {
                add(ManagedPolicy(account: name.account, name: "RoleBoundary", source: Directory.source($0)))
            }
            roles[key]?.holdings = holdings
        }
        for (index, document) in (assumption.managedSessionPolicies ?? []).enumerated() {
            add(
                ManagedPolicy(
                    account: name.account, name: assumption.policyName(index), source: Directory.source(document)))
        }
    }

    static func source(_ document: Document) -> PolicySource {
        PolicySource(
            document: document, text: Array(PolicyPrinter.print(document, pretty: false).utf8), file: "test.json",
            statementPositions: [])
    }

    private static func addCaller(_ question: ReferenceQuestion, to directory: inout Directory) {
        let caller = question.caller
        guard let arn = caller.roleARN ?? caller.userARN, let name = EntityName(arn) else { return }
        var holdings = directory.holdings(
            question.identityPolicies, attached: question.attachedPolicies, of: name.account, named: "Own")
        if let boundary = question.permissionsBoundary {
            holdings.permissionsBoundary = directory.add(
                ManagedPolicy(account: name.account, name: "Boundary", source: source(boundary)))
        }
        let tags = caller.tags.map { Tag(key: $0.key, value: $0.value) }
        if caller.roleARN == nil {
            let user = User(
                account: name.account, name: name.name, path: name.path, id: caller.userID, tags: tags,
                groups: directory.addGroups(question.groupPolicies, to: name.account), holdings: holdings)
            directory.users[user.key] = user
        } else {
            let role = Role(
                account: name.account, name: name.name, path: name.path, id: caller.roleID, tags: tags,
                trustPolicy: source(.empty), holdings: holdings)
            directory.roles[role.key] = role
        }
    }

    /// Puts a policy into the directory; gives its ARN.
    @discardableResult
    private mutating func add(_ policy: ManagedPolicy) -> Text {
        policies[policy.key] = policy
        return policy.arn
    }

    /// Policies of an entity; of the attached ones every other is the vendor's.
    private mutating func holdings(
        _ inline: [Document], attached: [Document], of account: AccountID, named name: String
    ) -> PolicyHoldings {
        var holdings = PolicyHoldings()
        holdings.inlinePolicies = inline.enumerated().map { index, document in
            InlinePolicy(name: Text("inline\(index)"), source: Directory.source(document))
        }
        holdings.attachedPolicies = attached.enumerated().map { index, document in
            add(
                ManagedPolicy(
                    account: index % 2 == 0 ? account : nil, name: Text("\(name)Attached\(index)"),
                    path: index % 2 == 0 ? "/" : "/path/", source: Directory.source(document)))
        }
        return holdings
    }

    /// Groups of an account, each with its documents in turn embedded in it and attached to it; gives their names.
    private mutating func addGroups(_ documents: [[Document]], to account: AccountID) -> [Text] {
        documents.enumerated().map { index, documents in
            let name = Text("Group\(index)")
            let places = Dictionary(grouping: documents.indices) { $0 % 2 }.mapValues { $0.map { documents[$0] } }
            let group = Group(
                account: account, name: name,
                holdings: holdings(places[0] ?? [], attached: places[1] ?? [], of: account, named: name.string))
            groups[group.key] = group
            return name
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

extension ReferenceQuestion {
    /// The ARNs by which the session names its managed policies; `nil` when it names none, not even no policies.
    package var managedSessionPolicyARNs: [Text]? {
        managedSessionPolicies.map { documents in
            guard let account = caller.account else { return [] }
            return documents.indices.map { managedSessionPolicy($0, documents[$0], account).arn }
        }
    }

    /// One of them; every other is the vendor's.
    fileprivate func managedSessionPolicy(_ index: Int, _ document: Document, _ account: AccountID) -> ManagedPolicy {
        ManagedPolicy(
            account: index % 2 == 0 ? account : nil, name: Text("Session\(index)"), source: Directory.source(document))
    }
}

extension ReferenceAssumption {
    /// The ARNs by which the call names the managed policies of the session to be; they are of the role's account.
    package var managedSessionPolicyARNs: [Text]? {
        managedSessionPolicies.map { documents in
            let account = ARN(question.resource)?.account ?? ""
            return documents.indices.map { Text("arn:aws:iam::\(account):policy/\(policyName($0))") }
        }
    }

    fileprivate func policyName(_ index: Int) -> Text { Text("NewSession\(index)") }
}

extension Document {
    /// A document that says nothing.
    static var empty: Document { Document(version: .v2012, statements: []) }
}

/// A user or role by the parts of its ARN.
package struct EntityName {
    package var account: AccountID
    package var name: Text
    /// `/`, or `/a/b/`.
    var path: Text

    package init?(_ arn: Text) {
        guard let parsed = ARN(arn), let account = AccountID(parsed.account) else { return nil }
        let parts = parsed.resource.split(at: ASCII.slash)
        guard let name = parts.last, parts.count >= 2 else { return nil }
        self.account = account
        self.name = name
        path = Text("/" + parts.dropFirst().dropLast().map { $0.string + "/" }.joined())
    }
}
