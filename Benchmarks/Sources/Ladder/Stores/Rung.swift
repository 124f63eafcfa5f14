import Directory
import PolicyModel

/// The rungs of the ladder: stores of rising size and difficulty, the same from the same seed.
package enum Rung: Sendable, Hashable {
    /// 40 users, 5 groups, 80 roles, 84 policies.
    case small
    /// 3,400 identities; 600 own and 300 large policies; 3 attached and 1 inline policy each, a boundary, 2 control policies.
    case medium
    /// 5,000 users, 300 groups, 5,000 roles, 1,500 policies of 6 KB; 110 documents count for a user.
    case large
    /// 100,000 users and 10,000 groups with a statement each.
    case extraLarge
    /// 1,548 actions in a statement, a document of 135 KB, patterns of many stars, 77 resources, 12 keys.
    case awkward
    /// So many statements, a user for 25 of them.
    case growth(Int)

    static let seed: UInt64 = 20_260_101

    package var name: String {
        switch self {
        case .small: "S"
        case .medium: "M"
        case .large: "L"
        case .extraLarge: "XL"
        case .awkward: "A"
        case .growth(let statements): "\(statements) statements"
        }
    }

    /// Reads what `name` says, the last one as a number.
    package init?(_ name: String) {
        switch name {
        case "S": self = .small
        case "M": self = .medium
        case "L": self = .large
        case "XL": self = .extraLarge
        case "A": self = .awkward
        default:
            guard let statements = Int(name), statements > 0 else { return nil }
            self = .growth(statements)
        }
    }

    /// Generates the store; `divisor` makes all its numbers so many times smaller, for tests and quick runs.
    func store(divisor: Int = 1) throws -> BenchmarkStore {
        guard var builder = StoreBuilder(name, seed: Rung.seed) else {
            throw BenchmarkFailure(description: "the generator's account is no account")
        }
        func scaled(_ count: Int) -> Int { max(count / divisor, 2) }
        switch self {
        case .small: builder.addSmall(scaled)
        case .medium: builder.addMedium(scaled)
        case .large: builder.addLarge(scaled)
        case .extraLarge: builder.addExtraLarge(scaled)
        case .awkward: builder.addAwkward(scaled)
        case .growth(let statements): builder.addGrowth(statements: max(statements / divisor, 60))
        }
        return builder.store
    }
}

extension StoreBuilder {
    /// A start-up: everybody has a group, and some roles and policies are for programs.
    mutating func addSmall(_ scaled: (Int) -> Int) {
        let policies = (0..<scaled(84)).map {
            addPolicy("Policy\($0)", shapes.document(statements: 4, .customer))
        }
        let groups = (0..<scaled(5)).map { addGroup("Group\($0)", attached: shapes.numbers.sample(3, of: policies)) }
        for index in 0..<scaled(40) {
            ask(
                addUser(
                    "user\(index)", groups: [shapes.numbers.pick(groups)],
                    attached: shapes.numbers.sample(1, of: policies)))
        }
        for index in 0..<scaled(80) {
            ask(addRole("Role\(index)", attached: shapes.numbers.sample(2, of: policies)))
        }
    }

    mutating func addMedium(_ scaled: (Int) -> Int) {
        let own = (0..<scaled(600)).map { addPolicy("Own\($0)", shapes.document(statements: 5, .customer)) }
        let large = (0..<scaled(300)).map { addPolicy("Large\($0)", shapes.document(bytes: 12_000, .vendor)) }
        let boundaries = (0..<4).map { addPolicy("Boundary\($0)", boundary(leavingOut: $0)) }
        addOrganization([
            ("NoIntranet", denial("s3:*", "aws:SourceIp", "203.0.113.0/24")),
            ("NoInvoices", denial("s9:DeleteInvoice", "aws:SourceIp", "10.3.0.0/16")),
        ])
        func attach() -> [Text] {
            shapes.numbers.sample(2, of: own) + [shapes.numbers.pick(large)]
        }
        for index in 0..<scaled(3_000) {
            let inline = shapes.document(statements: 2, .customer)
            ask(
                addUser(
                    "user\(index)", attached: attach(), inline: inline, boundary: shapes.numbers.pick(boundaries)))
        }
        for index in 0..<scaled(400) {
            let inline = shapes.document(statements: 2, .customer)
            ask(
                addRole(
                    "Role\(index)", attached: attach(), inline: inline, boundary: shapes.numbers.pick(boundaries)))
        }
    }

    /// All services but one of fifteen.
    private func boundary(leavingOut index: Int) -> Document {
        let patterns = (0..<StatementShapes.services).filter { $0 % 15 != index }.map { Text("s\($0):*") }
        let allow = Statement(effect: .allow, action: .action(patterns), resource: .resource(["*"]))
        return Document(version: .v2012, statements: [allow])
    }

    private func denial(_ action: Text, _ key: Text, _ network: Text) -> Document {
        let test = Condition(operator: ConditionOperator(base: .ipAddress), key: key, values: [network])
        let deny = Statement(
            effect: .deny, action: .action([action]), resource: .resource(["*"]), conditions: [test])
        return Document(version: .v2012, statements: [deny])
    }

    mutating func addLarge(_ scaled: (Int) -> Int) {
        let policies = (0..<scaled(1_500)).map { addPolicy("Policy\($0)", shapes.document(bytes: 6_000, .customer)) }
        let groups = (0..<scaled(300)).map {
            addGroup("Group\($0)", attached: shapes.numbers.sample(10, of: policies))
        }
        for index in 0..<scaled(5_000) {
            let inline = shapes.document(statements: 2, .customer)
            ask(
                addUser(
                    "user\(index)", groups: shapes.numbers.sample(10, of: groups),
                    attached: shapes.numbers.sample(10, of: policies), inline: inline))
        }
        for index in 0..<scaled(5_000) {
            let inline = shapes.document(statements: 2, .customer)
            ask(addRole("Role\(index)", attached: shapes.numbers.sample(10, of: policies), inline: inline))
        }
    }

    mutating func addExtraLarge(_ scaled: (Int) -> Int) {
        let groups = (0..<scaled(10_000)).map { addGroup("Group\($0)", inline: shapes.document(statements: 1)) }
        for index in 0..<scaled(100_000) {
            ask(
                addUser(
                    "user\(index)", groups: [shapes.numbers.pick(groups)], inline: shapes.document(statements: 1)))
        }
    }

    /// Each user has three attached policies, an inline one, a group and a boundary.
    mutating func addGrowth(statements: Int) {
        let users = max(statements / 25, 1)
        let boundaries = (0..<4).map { addPolicy("Boundary\($0)", boundary(leavingOut: $0)) }
        var left = statements - users * 2 - boundaries.count
        var policies: [Text] = []
        while left > 0 {
            policies.append(addPolicy("Policy\(policies.count)", shapes.document(statements: min(left, 8))))
            left -= 8
        }
        let groups = (0..<max(users / 20, 1)).map {
            addGroup("Group\($0)", attached: [shapes.numbers.pick(policies)])
        }
        for index in 0..<users {
            let inline = shapes.document(statements: 2)
            ask(
                addUser(
                    "user\(index)", tags: [.init(key: "team", value: Text("team\(index % 40)"))],
                    groups: [shapes.numbers.pick(groups)], attached: shapes.numbers.sample(3, of: policies),
                    inline: inline, boundary: shapes.numbers.pick(boundaries)))
        }
    }
}
