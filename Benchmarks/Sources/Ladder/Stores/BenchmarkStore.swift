import Directory
import PolicyModel
import PolicySyntax

/// A question as it is asked.
struct BenchmarkQuestion: Sendable, Hashable {
    var principal: Text
    var action: Text
    var resource: Text
    var context: [Request.ContextEntry] = []
}

/// A store that a benchmark decides in: in memory, and as files once `StoreFolder` has written it.
struct BenchmarkStore: Sendable {
    var name: String
    var directory = Directory()
    /// At least one for every principal, in the principals' order.
    var questions: [BenchmarkQuestion] = []
}

/// Puts entities into a store.
struct StoreBuilder {
    private(set) var store: BenchmarkStore
    var shapes: StatementShapes
    let account: AccountID
    /// The attached documents by ARN, for questions.
    private var documents: [Text: Document] = [:]

    /// `nil` only if the account were none.
    init?(_ name: String, seed: UInt64) {
        guard let account = AccountID("111122223333") else { return nil }
        self.account = account
        store = BenchmarkStore(name: name)
        store.directory.accounts[account] = Account(id: account)
        shapes = StatementShapes(numbers: SeededNumbers(seed: seed))
    }

    static func source(_ document: Document, _ file: String) -> PolicySource {
        PolicySource(
            document: document, text: Array(PolicyPrinter.print(document, pretty: false).utf8), file: file,
            statementPositions: [])
    }

    /// Gives the policy's ARN.
    mutating func addPolicy(_ name: String, _ document: Document) -> Text {
        let policy = ManagedPolicy(
            account: account, name: Text(name), source: Self.source(document, "policies/\(name).json"))
        store.directory.policies[policy.key] = policy
        documents[policy.arn] = document
        return policy.arn
    }

    /// Gives the group's name.
    mutating func addGroup(_ name: String, attached: [Text] = [], inline: Document? = nil) -> Text {
        let group = Group(account: account, name: Text(name), holdings: holdings(attached, inline, nil))
        store.directory.groups[group.key] = group
        return group.name
    }

    @discardableResult
    mutating func addUser(
        _ name: String, tags: [Tag] = [], groups: [Text] = [], attached: [Text] = [], inline: Document? = nil,
        boundary: Text? = nil
    ) -> User {
        let user = User(
            account: account, name: Text(name), tags: tags, groups: groups,
            holdings: holdings(attached, inline, boundary))
        store.directory.users[user.key] = user
        return user
    }

    @discardableResult
    mutating func addRole(
        _ name: String, attached: [Text] = [], inline: Document? = nil, boundary: Text? = nil
    ) -> Role {
        let trust = Statement(
            effect: .allow, principal: .principal([.account(account)]),
            action: .action(["sts:AssumeRole"]), resource: nil)
        let role = Role(
            account: account, name: Text(name),
            trustPolicy: Self.source(Document(version: .v2012, statements: [trust]), "roles/\(name).json"),
            holdings: holdings(attached, inline, boundary))
        store.directory.roles[role.key] = role
        return role
    }

    mutating func addResource(_ pattern: Text, tags: [Tag]) {
        let entry = ResourceEntry(account: account, pattern: pattern, tags: tags)
        store.directory.resources[entry.key] = entry
    }

    /// One unit below the root, with the account in it; each level allows all, and the unit also has these policies.
    mutating func addOrganization(_ policies: [(name: String, document: Document)]) {
        for policy in policies {
            let control = ControlPolicy(
                name: Text(policy.name), source: Self.source(policy.document, "\(policy.name).json"))
            store.directory.serviceControlPolicies[.serviceControlPolicy(control.name.foldedASCII)] = control
        }
        let all = AttachedControlPolicies(service: [Organization.fullAccess])
        let unit = OrganizationUnit(
            id: "ou-1", name: "Work",
            policies: AttachedControlPolicies(
                service: [Organization.fullAccess] + policies.map { Text($0.name) }),
            accounts: [OrganizationAccount(id: account, policies: all)])
        // No control policy binds the management account, so it is another one.
        let master = AccountID("999999999999") ?? account
        store.directory.accounts[master] = Account(id: master)
        store.directory.organization = Organization(
            id: "o-ladder", masterAccount: master, defaultResourceAccount: account,
            root: OrganizationUnit(
                id: "r-1", policies: all, accounts: [OrganizationAccount(id: master, policies: all)], units: [unit]))
    }

    private func holdings(_ attached: [Text], _ inline: Document?, _ boundary: Text?) -> PolicyHoldings {
        PolicyHoldings(
            inlinePolicies: inline.map { [InlinePolicy(name: "Own", source: Self.source($0, "inline.json"))] } ?? [],
            attachedPolicies: attached, permissionsBoundary: boundary)
    }

    // MARK: Questions

    mutating func ask(_ question: BenchmarkQuestion) { store.questions.append(question) }

    /// Asks what one statement of the documents speaks of, so that most questions have to look closely.
    mutating func ask(_ principal: Text, name: Text, about documents: [Document]) {
        let statement = shapes.numbers.pick(shapes.numbers.pick(documents).statements)
        let action = shapes.numbers.pick(statement.action.patterns).string.replacing("*", with: "Report")
        let service = action.prefix { $0 != ":" }
        let pattern = statement.resource?.patterns.first ?? "*"
        let resource =
            pattern == "*"
            ? "arn:aws:\(service):::Report/7/a"
            : pattern.string.replacing("${aws:username}", with: name.string).replacing("*", with: "a")
        ask(
            BenchmarkQuestion(
                principal: principal, action: Text(action), resource: Text(resource), context: shapes.context()))
    }

    mutating func ask(_ user: User) { ask(user.arn, name: user.name, about: documents(user.holdings, user.groups)) }

    /// As a session of the role.
    mutating func ask(_ role: Role) {
        let session = Text("arn:aws:sts::\(account):assumed-role/\(role.name)/session")
        ask(session, name: role.name, about: documents(role.holdings, []))
    }

    private func documents(_ holdings: PolicyHoldings, _ groups: [Text]) -> [Document] {
        let all = [holdings] + groups.compactMap { store.directory.groups[.group(account, $0.foldedASCII)]?.holdings }
        return all.flatMap { one in
            one.inlinePolicies.map(\.source.document) + one.attachedPolicies.compactMap { documents[$0] }
        }
    }
}
