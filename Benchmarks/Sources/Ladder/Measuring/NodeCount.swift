import CMeasure
import Directory
import PolicyModel

/// What runs under callgrind for a kind of node: a store of one user with one statement, and a question that comes to it.
package enum NodeCount: String, CaseIterable {
    case exactAction = "an action by name"
    case serviceAction = "all actions of a service"
    case patternAction = "an action by pattern"
    case notAction = "all actions but one"
    case literalResource = "a resource by name"
    case prefixResource = "a resource by prefix"
    case patternResource = "a resource by pattern"
    case variableResource = "a resource with a variable"
    case notResource = "all resources but one"
    case stringEquals = "StringEquals"
    case stringLike = "StringLike"
    case stringEqualsIgnoreCase = "StringEqualsIgnoreCase"
    case numericLessThan = "NumericLessThan"
    case dateLessThan = "DateLessThan"
    case bool = "Bool"
    case ipAddress = "IpAddress"
    case arnLike = "ArnLike"
    case null = "Null"

    /// What its statement is.
    private var statement: Statement {
        var (action, resource) = (ActionElement.action(["s1:GetReport"]), ResourceElement.resource(["*"]))
        switch self {
        case .serviceAction: action = .action(["s1:*"])
        case .patternAction: action = .action(["s1:Get*"])
        case .notAction: action = .notAction(["s1:PutReport"])
        case .literalResource: resource = .resource(["arn:aws:s1:::Report/7/a"])
        case .prefixResource: resource = .resource(["arn:aws:s1:::Report/7/*"])
        case .patternResource: resource = .resource(["arn:aws:s1:::*/7/?"])
        case .variableResource: resource = .resource(["arn:aws:s1:::Report/${app:Amount}/*"])
        case .notResource: resource = .notResource(["arn:aws:s1:::Report/8/*"])
        default: break
        }
        return Statement(effect: .allow, action: action, resource: resource, conditions: condition.map { [$0] } ?? [])
    }

    private var condition: Condition? {
        switch self {
        case .stringEquals: test(.stringEquals, "app:Env", "prod")
        case .stringLike: test(.stringLike, "app:Team", "team*")
        case .stringEqualsIgnoreCase: test(.stringEqualsIgnoreCase, "app:Env", "PROD")
        case .numericLessThan: test(.numericLessThan, "app:Amount", "10")
        case .dateLessThan: test(.dateLessThan, "app:Since", "2030-01-01T00:00:00Z")
        case .bool: test(.bool, "app:Secure", "true")
        case .ipAddress: test(.ipAddress, "aws:SourceIp", "10.0.0.0/8")
        case .arnLike: test(.arnLike, "app:Origin", "arn:aws:s1:::Origin/*")
        case .null: test(.null, "app:Absent", "true")
        default: nil
        }
    }

    private func test(_ base: BaseOperator, _ key: Text, _ value: Text) -> Condition {
        Condition(operator: ConditionOperator(base: base), key: key, values: [value])
    }

    private static let context: [Request.ContextEntry] = [
        .init(key: "aws:SourceIp", value: .single("10.2.0.7")), .init(key: "app:Secure", value: .single("true")),
        .init(key: "app:Env", value: .single("prod")), .init(key: "app:Team", value: .single("team17")),
        .init(key: "app:Amount", value: .single("7")), .init(key: "app:Since", value: .single("2026-01-01T00:00:00Z")),
        .init(key: "app:Origin", value: .single("arn:aws:s1:::Origin/a")),
    ]

    /// A decider with the one question, which is allowed.
    func decider() throws -> Decider {
        guard var builder = StoreBuilder("node", seed: 1) else {
            throw BenchmarkFailure(description: "the generator's account is no account")
        }
        let user = builder.addUser("user", inline: Document(version: .v2012, statements: [statement]))
        builder.ask(
            BenchmarkQuestion(
                principal: user.arn, action: "s1:GetReport", resource: "arn:aws:s1:::Report/7/a",
                context: Self.context))
        var decider = try Decider.ready(builder.store)
        guard try decider.check().allowed == 1 else {
            throw BenchmarkFailure(description: "the question about `\(rawValue)` is not allowed")
        }
        return decider
    }

    /// Decides the question as often as is counted.
    func run() throws {
        var decider = try decider()
        measure_instrument(1)
        _ = try decider.collectedLoop(InstructionPart.decisions, inTurn: false)
        measure_instrument(0)
    }
}
