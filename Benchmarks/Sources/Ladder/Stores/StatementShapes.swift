import PolicyModel
import PolicySyntax

/// Statements in the shapes of real policies (design §5): 95 % of actions are exact, 38 % of resources are `*`, 41 % of
/// statements have conditions; a customer's own also deny, say `NotAction`, and use variables.
struct StatementShapes {
    var numbers: SeededNumbers

    static let services = 60
    static let verbs = ["Get", "List", "Put", "Delete", "Describe", "Update", "Create", "Tag"]
    static let kinds = ["Report", "Folder", "Comment", "Invoice", "Member", "Project"]
    static let environments = ["prod", "stage", "test", "dev"]
    static let regions = ["eu-1", "eu-2", "us-1", "ap-1"]

    /// How many actions a statement has at most, and of how many in a hundred the effect is Deny.
    struct Habits {
        var actionsMax = 6
        var denyPercent = 1
        var notActionPercent = 0

        static let vendor = Habits(actionsMax: 24)
        static let customer = Habits(denyPercent: 4, notActionPercent: 2)
    }

    mutating func service() -> Int { numbers.below(Self.services) }

    /// A document of so many statements about one service.
    mutating func document(statements count: Int, _ habits: Habits = Habits()) -> Document {
        let service = service()
        return Document(version: .v2012, statements: (0..<count).map { _ in statement(service: service, habits) })
    }

    /// A document whose text has about so many bytes.
    mutating func document(bytes: Int, _ habits: Habits = Habits()) -> Document {
        let service = service()
        var statements: [Statement] = []
        var length = 0
        while length < bytes {
            let next = statement(service: service, habits)
            length += PolicyPrinter.print(Document(version: .v2012, statements: [next]), pretty: false).utf8.count - 42
            statements.append(next)
        }
        return Document(version: .v2012, statements: statements)
    }

    mutating func statement(service: Int, _ habits: Habits) -> Statement {
        if numbers.chance(percent: habits.notActionPercent) { return denyOthers(service: service) }
        let effect: Effect = numbers.chance(percent: habits.denyPercent) ? .deny : .allow
        let actions = (0..<(1 + numbers.below(habits.actionsMax))).map { _ in action(service: service) }
        let resources =
            numbers.chance(percent: 38) ? ["*"] : (0..<(1 + numbers.below(2))).map { _ in resource(service: service) }
        let conditions = numbers.chance(percent: 41) ? [condition()] : []
        return Statement(
            effect: effect, action: .action(actions), resource: .resource(resources), conditions: conditions)
    }

    /// What people write to refuse everything but a few actions to callers without TLS.
    private mutating func denyOthers(service: Int) -> Statement {
        Statement(
            effect: .deny, action: .notAction([action(service: service), action(service: service)]),
            resource: .resource(["*"]),
            conditions: [
                Condition(operator: ConditionOperator(base: .bool), key: "app:Secure", values: ["false"])
            ])
    }

    mutating func action(service: Int) -> Text {
        let isPattern = numbers.chance(percent: 5)
        return Text("s\(service):\(numbers.pick(Self.verbs))\(isPattern ? "*" : numbers.pick(Self.kinds))")
    }

    mutating func resource(service: Int) -> Text {
        let tail = numbers.chance(percent: 20) ? "${aws:username}/*" : "\(numbers.below(500))/*"
        return Text("arn:aws:s\(service):::\(numbers.pick(Self.kinds))/\(tail)")
    }

    mutating func condition() -> Condition {
        switch numbers.below(5) {
        case 0:
            test(.ipAddress, "aws:SourceIp", ["10.\(2 * numbers.below(2)).0.0/15", "192.0.2.0/24"])
        case 1: test(.bool, "app:Secure", ["true"])
        case 2: test(.numericLessThan, "app:Amount", ["\(numbers.below(5000))"])
        case 3: test(.stringLike, "app:Team", ["team\(numbers.below(40))*"])
        default: test(.stringEquals, "app:Env", [numbers.pick(Self.environments)])
        }
    }

    private func test(_ base: BaseOperator, _ key: Text, _ values: [String]) -> Condition {
        Condition(operator: ConditionOperator(base: base), key: key, values: values.map { Text($0) })
    }

    /// The five keys that a question brings.
    mutating func context() -> [Request.ContextEntry] {
        [
            .init(key: "aws:SourceIp", value: .single(Text("10.\(numbers.below(4)).0.7"))),
            .init(key: "app:Secure", value: .single("true")),
            .init(key: "app:Env", value: .single(Text(numbers.pick(Self.environments)))),
            .init(key: "app:Team", value: .single(Text("team\(numbers.below(40))"))),
            .init(key: "app:Amount", value: .single(Text("\(numbers.below(5000))"))),
        ]
    }
}
