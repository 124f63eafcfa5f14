import Directory
import PolicyModel
import PolicySyntax

/// A random number generator whose numbers are the same on every machine (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func chance(percent: Int) -> Bool { below(100) < percent }
}

/// A question with what the reference needs to answer it.
struct BenchmarkQuestion {
    var principal: Text
    var action: Text
    var resource: Text
    var context: [Request.ContextEntry]
    var identityPolicies: [Document]
    var boundary: Document
}

/// A store of a wanted number of statements, with the shapes of real policies (design §5).
///
/// 95 % of actions are exact, 38 % of resources are `*`, 41 % of statements have conditions, 1 % deny. Each user has
/// three attached policies, an inline one, a group and a boundary.
struct GeneratedStore {
    private(set) var directory = Directory()
    private(set) var questions: [BenchmarkQuestion] = []
    private var numbers: SeededNumbers
    private var managed: [ManagedPolicy] = []
    private var boundaries: [ManagedPolicy] = []
    private var groups: [Group] = []
    private let account: AccountID
    private var files = 0

    static let services = 60
    static let verbs = ["Get", "List", "Put", "Delete", "Describe", "Update", "Create", "Tag"]
    static let kinds = ["Report", "Folder", "Comment", "Invoice", "Member", "Project"]
    static let environments = ["prod", "stage", "test", "dev"]
    private static let managedStatements = 8
    private static let inlineStatements = 2
    private static let boundaryCount = 4
    /// One user for so many statements.
    private static let statementsPerUser = 25

    init?(statements: Int, seed: UInt64) {
        guard let account = AccountID("111122223333") else { return nil }
        self.account = account
        numbers = SeededNumbers(seed: seed)
        directory.accounts[account] = Account(id: account)
        let users = max(statements / Self.statementsPerUser, 1)
        let rest = statements - users * Self.inlineStatements - Self.boundaryCount
        addBoundaries()
        var left = rest
        while left > 0 {
            addManaged(statements: min(left, Self.managedStatements))
            left -= Self.managedStatements
        }
        addGroups(max(users / 20, 1))
        for index in 0..<users { addUser(index) }
    }

    // MARK: Entities

    private mutating func source(_ statements: [Statement]) -> PolicySource {
        let document = Document(version: .v2012, statements: statements)
        files += 1
        return PolicySource(
            document: document, text: Array(PolicyPrinter.print(document, pretty: false).utf8), file: "\(files).json",
            statementPositions: [])
    }

    private mutating func addBoundaries() {
        for index in 0..<Self.boundaryCount {
            // Each leaves out the services of one quarter of one fifteenth.
            let patterns = (0..<Self.services).filter { $0 % 15 != index }.map { Text("s\($0):*") }
            let allow = Statement(effect: .allow, action: .action(patterns), resource: .resource(["*"]))
            let policy = ManagedPolicy(account: account, name: Text("Boundary\(index)"), source: source([allow]))
            directory.policies[policy.key] = policy
            boundaries.append(policy)
        }
    }

    private mutating func addManaged(statements count: Int) {
        let service = numbers.below(Self.services)
        let statements = (0..<count).map { _ in statement(service: service) }
        let policy = ManagedPolicy(account: account, name: Text("Policy\(managed.count)"), source: source(statements))
        directory.policies[policy.key] = policy
        managed.append(policy)
    }

    private mutating func addGroups(_ count: Int) {
        for index in 0..<count {
            let policy = managed[numbers.below(managed.count)]
            let group = Group(
                account: account, name: Text("Group\(index)"), holdings: PolicyHoldings(attachedPolicies: [policy.arn]))
            directory.groups[group.key] = group
            groups.append(group)
        }
    }

    private mutating func addUser(_ index: Int) {
        let service = numbers.below(Self.services)
        let inline = source((0..<Self.inlineStatements).map { _ in statement(service: service) })
        let attached = (0..<3).map { _ in managed[numbers.below(managed.count)] }
        let boundary = boundaries[numbers.below(boundaries.count)]
        let group = groups[numbers.below(groups.count)]
        let user = User(
            account: account, name: Text("user\(index)"), tags: [Tag(key: "team", value: Text("team\(index % 40)"))],
            groups: [group.name],
            holdings: PolicyHoldings(
                inlinePolicies: [InlinePolicy(name: "Own", source: inline)], attachedPolicies: attached.map(\.arn),
                permissionsBoundary: boundary.arn))
        directory.users[user.key] = user
        let ofGroup = group.holdings.attachedPolicies.compactMap { directory.policy(named: $0)?.source.document }
        addQuestion(
            of: user, policies: [inline.document] + attached.map(\.source.document) + ofGroup,
            boundary: boundary.source.document)
    }

    // MARK: Statements

    private mutating func statement(service: Int) -> Statement {
        let effect: Effect = numbers.chance(percent: 1) ? .deny : .allow
        let actions = (0..<(1 + numbers.below(6))).map { _ in action(service: service) }
        let resources =
            numbers.chance(percent: 38) ? ["*"] : (0..<(1 + numbers.below(2))).map { _ in resource(service: service) }
        let conditions = numbers.chance(percent: 41) ? [condition()] : []
        return Statement(
            effect: effect, action: .action(actions), resource: .resource(resources), conditions: conditions)
    }

    private mutating func action(service: Int) -> Text {
        let verb = Self.verbs[numbers.below(Self.verbs.count)]
        let isPattern = numbers.chance(percent: 5)
        return Text("s\(service):\(verb)\(isPattern ? "*" : Self.kinds[numbers.below(Self.kinds.count)])")
    }

    private mutating func resource(service: Int) -> Text {
        let tail = numbers.chance(percent: 20) ? "${aws:username}/*" : "\(numbers.below(500))/*"
        return Text("arn:aws:s\(service):::\(Self.kinds[numbers.below(Self.kinds.count)])/\(tail)")
    }

    private mutating func condition() -> Condition {
        switch numbers.below(5) {
        case 0:
            Condition(
                operator: ConditionOperator(base: .ipAddress), key: "aws:SourceIp",
                values: [Text("10.\(numbers.below(4)).0.0/15"), "192.0.2.0/24"])
        case 1: Condition(operator: ConditionOperator(base: .bool), key: "app:Secure", values: ["true"])
        case 2:
            Condition(
                operator: ConditionOperator(base: .numericLessThan), key: "app:Amount",
                values: [Text("\(numbers.below(5000))")])
        case 3:
            Condition(
                operator: ConditionOperator(base: .stringLike), key: "app:Team",
                values: [Text("team\(numbers.below(40))*")])
        default:
            Condition(
                operator: ConditionOperator(base: .stringEquals), key: "app:Env",
                values: [Text(Self.environments[numbers.below(4)])])
        }
    }

    // MARK: Questions

    /// Asks what one of the user's statements speaks of, so that most questions have to look closely.
    private mutating func addQuestion(of user: User, policies: [Document], boundary: Document) {
        let statements = policies[numbers.below(policies.count)].statements
        let statement = statements[numbers.below(statements.count)]
        let action = statement.action.patterns[0].string.replacing("*", with: "Report")
        let service = action.prefix { $0 != ":" }
        let pattern = statement.resource?.patterns.first ?? "*"
        let resource =
            pattern == "*"
            ? "arn:aws:\(service):::Report/7/a"
            : pattern.string.replacing("${aws:username}", with: user.name.string).replacing("*", with: "a")
        let context: [Request.ContextEntry] = [
            .init(key: "aws:SourceIp", value: .single(Text("10.\(numbers.below(4)).0.7"))),
            .init(key: "app:Secure", value: .single("true")),
            .init(key: "app:Env", value: .single(Text(Self.environments[numbers.below(4)]))),
            .init(key: "app:Team", value: .single(Text("team\(numbers.below(40))"))),
            .init(key: "app:Amount", value: .single(Text("\(numbers.below(5000))"))),
        ]
        questions.append(
            BenchmarkQuestion(
                principal: user.arn, action: Text(action), resource: Text(resource), context: context,
                identityPolicies: policies, boundary: boundary))
    }
}
