import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
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
                Issue.record("seed \(seed) question \(number): \(error.message)\n\(question.story)")
                continue
            }
            counts[verdict.decision, default: 0] += 1
            #expect(
                verdict.decision == expected.decision && verdict.reason == expected.reason,
                "seed \(seed) question \(number): \(verdict) but the reference says \(expected)\n\(question.story)")
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
            "recorded \(trace.recorded) but decided \(verdict)\n\(deciding.question.story)")
        #expect(
            trace.deniedBy.map { "\($0)" } == expected.deniedBy.map(\.rawValue), "\(deciding.question.story)")
    }
}
