import PolicyModel

/// A hundred policies: a group may do three actions beneath one path, some only in one environment.
struct Company {
    /// One policy.
    struct Policy {
        var group: Int
        var actions: [String]
        /// Everything whose name begins so.
        var prefix: String
        /// `nil`: in all.
        var environment: String?
    }

    /// A question.
    struct Question {
        var user: Int
        var action: String
        var name: String
        var environment: String
    }

    private static let policyCount = 100
    private static let groupCount = 10
    private static let userCount = 200
    private static let environmentPercent = 41

    let policies: [Policy]
    let groupsOfUser: [[Int]]

    init() {
        var numbers = SeededNumbers(seed: Rung.seed)
        let actions = StatementShapes.verbs.map { "app:\($0)Report" }
        policies = (0..<Self.policyCount).map { index in
            Policy(
                group: index % Self.groupCount, actions: numbers.sample(3, of: actions), prefix: "folder\(index)/",
                environment: numbers.chance(percent: Self.environmentPercent)
                    ? numbers.pick(StatementShapes.environments) : nil)
        }
        groupsOfUser = (0..<Self.userCount).map { _ in numbers.sample(2, of: Array(0..<Self.groupCount)) }
    }

    func isAllowed(_ question: Question) -> Bool {
        policies.contains { policy in
            groupsOfUser[question.user].contains(policy.group) && policy.actions.contains(question.action)
                && question.name.hasPrefix(policy.prefix)
                && (policy.environment == nil || policy.environment == question.environment)
        }
    }

    /// Half of them about what a policy of the user's speaks of.
    func questions(_ count: Int) -> [Question] {
        var numbers = SeededNumbers(seed: Rung.seed &+ 1)
        return (0..<count).map { index in
            let user = numbers.below(Self.userCount)
            let mine = policies.filter { groupsOfUser[user].contains($0.group) }
            let policy = numbers.pick(index % 2 == 0 ? mine : policies)
            return Question(
                user: user, action: numbers.pick(policy.actions), name: "\(policy.prefix)report\(numbers.below(5))",
                environment: policy.environment ?? numbers.pick(StatementShapes.environments))
        }
    }

    func store(questions count: Int) throws -> BenchmarkStore {
        guard var builder = StoreBuilder("100 policies", seed: 0) else {
            throw BenchmarkFailure(description: "the generator's account is no account")
        }
        let arns = policies.enumerated().map { builder.addPolicy("Policy\($0)", document($1)) }
        for group in 0..<Self.groupCount {
            let attached = zip(policies, arns).filter { $0.0.group == group }.map(\.1)
            _ = builder.addGroup("group\(group)", attached: attached)
        }
        for (user, groups) in groupsOfUser.enumerated() {
            builder.addUser("user\(user)", groups: groups.map { Text("group\($0)") })
        }
        for question in questions(count) {
            builder.ask(
                BenchmarkQuestion(
                    principal: Text("arn:aws:iam::\(builder.account):user/user\(question.user)"),
                    action: Text(question.action), resource: Text("arn:aws:app:::\(question.name)"),
                    context: [.init(key: "app:Env", value: .single(Text(question.environment)))]))
        }
        return builder.store
    }

    private func document(_ policy: Policy) -> Document {
        let tests = policy.environment.map {
            [Condition(operator: ConditionOperator(base: .stringEquals), key: "app:Env", values: [Text($0)])]
        }
        let statement = Statement(
            effect: .allow, action: .action(policy.actions.map { Text($0) }),
            resource: .resource([Text("arn:aws:app:::\(policy.prefix)*")]), conditions: tests ?? [])
        return Document(version: .v2012, statements: [statement])
    }

    /// The same as plain data; the script writes each engine's own language from it.
    func peers(_ count: Int) -> JSONText {
        .object([
            (
                "policies",
                .array(
                    policies.map {
                        .object([
                            ("group", .string("group\($0.group)")), ("actions", .array($0.actions.map { .string($0) })),
                            ("prefix", .string($0.prefix)), ("environment", .string($0.environment ?? "*")),
                        ])
                    })
            ),
            (
                "groups",
                .object(
                    groupsOfUser.enumerated().map { user, groups in
                        ("user\(user)", .array(groups.map { .string("group\($0)") }))
                    })
            ),
            (
                "questions",
                .array(
                    questions(count).map {
                        .object([
                            ("principal", .string("user\($0.user)")), ("action", .string($0.action)),
                            ("resource", .string($0.name)), ("environment", .string($0.environment)),
                            ("allowed", .raw("\(isAllowed($0))")),
                        ])
                    })
            ),
        ])
    }
}
