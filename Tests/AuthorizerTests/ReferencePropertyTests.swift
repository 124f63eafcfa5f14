import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

@Suite("The authorizer decides as the reference does")
struct ReferencePropertyTests {
    /// Seeds that once showed a difference stay here.
    static let seeds = PropertySeeds.all([1, 2, 3, 4, 5, 6, 7, 8, 825])

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
                try expectExplained(deciding, verdict, expected)
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

    /// The third equality: what an explanation is made of comes to the same decision, for the same layers.
    private func expectExplained(
        _ deciding: Deciding, _ verdict: Verdict, _ expected: ReferenceAnswer
    ) throws(RequestFault) {
        let trace = try deciding.trace()
        #expect(trace.verdict == verdict)
        #expect(
            trace.recorded.decision == verdict.decision && trace.recorded.reason == verdict.reason,
            "recorded \(trace.recorded) but decided \(verdict)\n\(describe(deciding.question))")
        #expect(
            trace.deniedBy.map { "\($0)" } == expected.deniedBy.map(\.rawValue), "\(describe(deciding.question))")
    }

    private func describe(_ question: ReferenceQuestion) -> String {
        var lines = ["caller \(question.caller)", "\(question.action) on \(question.resource)"]
        lines.append(
            "owner \(String(describing: question.resourceAccount)) required \(question.resourcePolicyRequired)")
        lines += question.context.map { "context \($0.key) = \($0.value)" }
        lines += question.resourceTags.map { "resource tag \($0.key) = \($0.value)" }
        lines += question.identityPolicies.map { "identity " + PolicyPrinter.print($0, pretty: false) }
        lines.append("session \(String(describing: question.session))")
        lines += (question.sessionPolicies ?? []).map { "session " + PolicyPrinter.print($0, pretty: false) }
        for (level, policies) in (question.serviceControlPolicies ?? []).enumerated() {
            lines += policies.map { "scp \(level) " + PolicyPrinter.print($0, pretty: false) }
        }
        for (level, policies) in (question.resourceControlPolicies ?? []).enumerated() {
            lines += policies.map { "rcp \(level) " + PolicyPrinter.print($0, pretty: false) }
        }
        if let boundary = question.permissionsBoundary {
            lines.append("boundary " + PolicyPrinter.print(boundary, pretty: false))
        }
        lines += question.resourcePolicies.map { "resource " + PolicyPrinter.print($0, pretty: false) }
        return lines.joined(separator: "\n")
    }
}
