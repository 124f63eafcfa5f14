import Authorizer
import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// The rows of the decision table, each as a directory of its own: every set of grades, at home and abroad.
@Suite("The decision table, by the tree")
struct DecisionTableTreeTests {
    /// The bearer of a token asks nothing but to assume a role.
    private static let kinds = ReferenceCaller.Kind.allCases.filter { $0 != .bearer }

    @Test("every row comes out as the reference says, by the same layers", arguments: kinds)
    func rows(kind: ReferenceCaller.Kind) throws {
        for row in DecisionTable.rows where row.kind == kind { try compare(ReferenceQuestion(row), "\(row)") }
    }

    @Test("so does every row with a Deny in some set of layers", arguments: kinds)
    func denies(kind: ReferenceCaller.Kind) throws {
        // The sets go around, so that every kind meets all of them; only one who has an account has session policies.
        let layers = ReferenceLayer.allCases.filter {
            $0 != .sessionPolicy || ![.service, .anonymous].contains(kind)
        }
        let sets = DecisionTable.subsets(of: layers)
        for (number, row) in DecisionTable.rows.enumerated() where row.kind == kind && number % 2 == 0 {
            var question = try ReferenceQuestion(row)
            for layer in sets[number / 2 % sets.count] { question.deny(by: layer) }
            try compare(question, "\(row) denied by \(sets[number / 2 % sets.count])")
        }
    }

    private func compare(_ asked: ReferenceQuestion, _ label: String) throws {
        var question = asked
        // Policies come with a session.
        if question.hasSessionPolicies, question.session == nil { question.session = ReferenceSession() }
        let answer = try ReferenceAnswer(Deciding(question).trace())
        let expected = DecisionRules.decide(question)
        if answer != expected { Issue.record("\(label): \(answer), not \(expected)") }
    }
}
