import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

/// Denies of all actions but some, whose sets pass them over by a condition that they remember.
@Suite("Denies that share a condition, or have one each, or none")
struct GatedDenyTests {
    private static func statement(
        _ effect: Effect, _ action: ActionElement, when key: Text? = nil
    ) -> Statement {
        let conditions = key.map {
            [Condition(operator: ConditionOperator(base: .stringEquals), key: $0, values: ["yes"])]
        }
        return Statement(effect: effect, action: action, resource: .resource(["*"]), conditions: conditions ?? [])
    }

    private static func document(_ statements: Statement...) -> Document {
        Document(version: .v2012, statements: statements)
    }

    private static let everything = document(statement(.allow, .action(["*"])))

    /// Of each kind of Deny one: by one condition, by another, with a Deny by name beside it, without any, and of no action
    /// that is asked for.
    private static let documents: [Document] = [
        document(statement(.deny, .notAction(["own:Thing"]), when: "app:one")),
        document(statement(.deny, .notAction(["own:Thing"]), when: "app:two")),
        document(
            statement(.deny, .action(["docs:Read"])), statement(.deny, .notAction(["own:Thing"]), when: "app:one")),
        document(
            statement(.deny, .notAction(["own:Thing"]), when: "app:one"),
            statement(.deny, .notAction(["docs:*"]), when: "app:two")),
        document(statement(.deny, .notAction(["own:Thing", "docs:Read"]))),
        document(statement(.deny, .action(["other:Thing"]))),
    ]

    private static let contexts: [[Request.ContextEntry]] = [
        [("app:one", "yes"), ("app:two", "yes")], [("app:one", "yes"), ("app:two", "no")],
        [("app:one", "no"), ("app:two", "yes")], [("app:one", "no"), ("app:two", "no")], [("app:two", "yes")], [],
    ].map { entries in entries.map { Request.ContextEntry(key: $0.0, value: .single($0.1)) } }

    /// Two documents in one set, a third in a group's or an organization's.
    private static func question(_ first: Int, _ second: Int, _ third: Int) throws -> ReferenceQuestion {
        let account = try #require(AccountID("111111111111"))
        var question = ReferenceQuestion(
            caller: .user(account, arn: "arn:aws:iam::111111111111:user/alice"), action: "docs:Read",
            resource: "arn:aws:docs::111111111111:x", resourceAccount: account)
        question.identityPolicies = [everything, documents[first], documents[second]]
        question.groupPolicies = [[documents[third]]]
        question.serviceControlPolicies = [[everything], [everything, documents[(third + first) % documents.count]]]
        return question
    }

    @Test("the tree decides as the reference does, whatever it remembers", arguments: documents.indices)
    func gates(first: Int) throws {
        var decisions: [Decision: Int] = [:]
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        for second in Self.documents.indices {
            for third in Self.documents.indices {
                var question = try Self.question(first, second, third)
                let deciding = try Deciding(question)
                for action in ["docs:Read", "docs:Write", "own:Thing", "other:Thing", "new:Thing"] {
                    for context in Self.contexts {
                        (question.action, question.context) = (Text(action), context)
                        let verdict = try Deciding.decide(
                            question, deciding.principal, deciding.snapshot, &view, &scratch)
                        let expected = DecisionRules.decide(question)
                        decisions[verdict.decision, default: 0] += 1
                        if verdict.decision != expected.decision || verdict.reason != expected.reason {
                            Issue.record(
                                "\(first) \(second) \(third) \(action) \(context): \(verdict), not \(expected)")
                        }
                    }
                }
            }
        }
        #expect(decisions[.explicitDeny, default: 0] > 50 && decisions[.allowed, default: 0] > 10)
    }
}
