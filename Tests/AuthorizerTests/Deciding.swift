import Authorizer
import DecisionTree
import Directory
import PolicyModel
import PolicyReference
import PolicySyntax

/// A reference question asked of the real thing: its entities become a directory, the directory a snapshot.
struct Deciding {
    let snapshot: Snapshot
    let principal: Text
    let question: ReferenceQuestion

    init(_ question: ReferenceQuestion) throws {
        self.question = question
        principal = question.caller.arn
        snapshot = try SnapshotBuilder().build(Deciding.directory(question), revision: "test")
    }

    /// Decides with the tree.
    func verdict() throws(RequestFault) -> Verdict {
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        return try Deciding.decide(question, principal, snapshot, &view, &scratch)
    }

    static func decide(
        _ question: ReferenceQuestion, _ principal: Text, _ snapshot: Snapshot, _ view: inout RequestView,
        _ scratch: inout Scratch
    ) throws(RequestFault) -> Verdict {
        view.reset()
        view.principal = view.keep(principal)
        view.action = view.keep(question.action)
        view.resource = view.keep(question.resource)
        for entry in question.context {
            let key = view.keep(entry.key)
            let first = view.values.count
            for value in entry.value.values {
                let kept = view.keep(value)
                view.values.append(kept)
            }
            let isList = if case .multiple = entry.value { true } else { false }
            view.entries.append(
                RequestView.Entry(
                    key: key, keyID: snapshot.tables.keys.id(of: key), firstValue: first,
                    valueCount: view.values.count - first, isList: isList))
        }
        return try Authorizer.decide(
            &view, context: 0..<question.context.count, tables: snapshot.tables, scratch: &scratch, now: question.now)
    }

    // MARK: The directory

    private static func directory(_ question: ReferenceQuestion) -> Directory {
        var directory = Directory()
        for account in [question.caller.account, question.resourceAccount] {
            directory.accounts[account] = Account(id: account)
        }
        directory.accounts[question.caller.account] = Account(
            id: question.caller.account, isRootUserEnabled: true, canonicalID: question.caller.canonicalID)
        // A second account, so that nothing is owned for want of another.
        if let other = AccountID("999999999999") { directory.accounts[other] = Account(id: other) }
        directory.declaredKeys = question.declaredKeys
        addCaller(question, to: &directory)
        addResource(question, to: &directory)
        return directory
    }

    static func source(_ document: Document) -> PolicySource {
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

extension RequestView {
    /// Copies text into the arena.
    mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
