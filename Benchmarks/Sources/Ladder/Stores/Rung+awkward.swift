import Directory
import PolicyModel

// The worst that real policies hold (design §5), and patterns made to be slow.
extension StoreBuilder {
    private static let actionsOfOneStatement = 1_548
    private static let documentBytes = 135_000
    private static let resources = 77
    private static let keys = 12

    mutating func addAwkward(_ scaled: (Int) -> Int) {
        askAboutActions(scaled(Self.actionsOfOneStatement))
        askAboutDocument(bytes: scaled(Self.documentBytes))
        askAboutPatterns()
        askAboutResources(scaled(Self.resources))
        askAboutKeys()
    }

    /// Asks for the first, the middle and the last action, and for one that is not there.
    private mutating func askAboutActions(_ count: Int) {
        let actions = (0..<count).map { Text("s\($0 % 50):Get\($0)") }
        let user = give("actions", [allow(actions, ["*"])])
        for action in [actions[0], actions[count / 2], actions[count - 1], "s1:GetNothing"] {
            ask(BenchmarkQuestion(principal: user, action: action, resource: "arn:aws:s1:::a", context: []))
        }
    }

    private mutating func askAboutDocument(bytes: Int) {
        let document = shapes.document(bytes: bytes, .vendor)
        let user = addUser("document", attached: [addPolicy("Document", document)])
        for _ in 0..<4 { ask(user.arn, name: user.name, about: [document]) }
    }

    /// `*a*a*…b` against a run of `a`: what is exponential or quadratic elsewhere.
    private mutating func askAboutPatterns() {
        let stars = String(repeating: "*a", count: 30) + "*b"
        let user = give("patterns", [allow(["s1:Read"], [Text("arn:aws:s1:::\(stars)")])])
        for tail in ["", "b"] {
            let name = String(repeating: "a", count: 1_900) + tail
            ask(BenchmarkQuestion(principal: user, action: "s1:Read", resource: Text("arn:aws:s1:::\(name)")))
        }
    }

    private mutating func askAboutResources(_ count: Int) {
        let resources = (0..<count).map { Text("arn:aws:s2:::*/part\($0)/*") }
        let user = give("resources", [allow(["s2:Read"], resources)])
        for part in [0, count / 2, count - 1, count] {
            ask(
                BenchmarkQuestion(
                    principal: user, action: "s2:Read", resource: Text("arn:aws:s2:::folder/part\(part)/file")))
        }
    }

    /// One key more than hold, and exactly those.
    private mutating func askAboutKeys() {
        let keys = (0..<Self.keys).map { Text("app:Key\($0)") }
        let tests = keys.map {
            Condition(operator: ConditionOperator(base: .stringLike), key: $0, values: ["*x*y*", "value"])
        }
        var statement = allow(["s3:Read"], ["*"])
        statement.conditions = tests
        let user = give("keys", [statement])
        for last in ["value", "other"] {
            let context = keys.map { key in
                Request.ContextEntry(key: key, value: .single(key == keys.last ? Text(last) : "value"))
            }
            ask(
                BenchmarkQuestion(principal: user, action: "s3:Read", resource: "arn:aws:s3:::a", context: context))
        }
    }

    private func allow(_ actions: [Text], _ resources: [Text]) -> Statement {
        Statement(effect: .allow, action: .action(actions), resource: .resource(resources))
    }

    private mutating func give(_ name: String, _ statements: [Statement]) -> Text {
        let document = Document(version: .v2012, statements: statements)
        return addUser(name, attached: [addPolicy("Of-\(name)", document)]).arn
    }
}
