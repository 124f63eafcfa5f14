import Authorizer
import DecisionTree
import Directory
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

@Suite("The authorizer decides as the reference does")
struct ReferencePropertyTests {
    /// Seeds that once showed a difference stay here.
    static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]

    @Test("on random questions", arguments: seeds)
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var counts: [Decision: Int] = [:]
        for number in 0..<400 {
            let generated = generator.question()
            let question = ReferenceQuestion(generated)
            let expected = DecisionRules.decide(question)
            let deciding = try Deciding(question)
            let verdict: Verdict
            do {
                verdict = try deciding.verdict()
            } catch {
                Issue.record("seed \(seed) question \(number): \(error.message)\n\(describe(question))")
                continue
            }
            counts[verdict.decision, default: 0] += 1
            #expect(
                verdict.decision == expected.decision && verdict.reason == expected.reason,
                "seed \(seed) question \(number): \(verdict) but the reference says \(expected)\n\(describe(question))")
        }
        // A generator that never allows, or never denies, proves nothing.
        for decision in Decision.allCases { #expect(counts[decision, default: 0] > 10, "\(decision)") }
    }

    private func describe(_ question: ReferenceQuestion) -> String {
        var lines = ["caller \(question.caller)", "\(question.action) on \(question.resource)"]
        lines.append("owner \(question.resourceAccount) required \(question.resourcePolicyRequired)")
        lines += question.context.map { "context \($0.key) = \($0.value)" }
        lines += question.resourceTags.map { "resource tag \($0.key) = \($0.value)" }
        lines += question.identityPolicies.map { "identity " + PolicyPrinter.print($0, pretty: false) }
        if let boundary = question.permissionsBoundary {
            lines.append("boundary " + PolicyPrinter.print(boundary, pretty: false))
        }
        lines += question.resourcePolicies.map { "resource " + PolicyPrinter.print($0, pretty: false) }
        return lines.joined(separator: "\n")
    }
}
