import JSONDocument
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import Testing

@testable import Commands

/// The equality "simulate = enforce", by way of the reference: what the engine would compute is given as context.
@Suite("`simulate` decides as the reference does")
struct SimulatePropertyTests {
    private static let questions = 250

    @Test("on random questions", arguments: PropertySeeds.all([11, 12, 13, 5_009]))
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var counts: [String: Int] = [:]
        var trusts = 0
        for number in 0..<Self.questions {
            var question = ReferenceQuestion(generator.question())
            // A line has no ids and no schema.
            (question.caller.userID, question.caller.roleID, question.caller.canonicalID) = (nil, nil, nil)
            question.declaredKeys = [:]
            let outcome = try compare(question, "seed \(seed) question \(number)")
            counts[outcome, default: 0] += 1
            if question.isTrustPolicy, Decision(rawValue: outcome) != nil { trusts += 1 }
        }
        for decision in Decision.allCases { #expect(counts[decision.rawValue, default: 0] > 5, "\(counts)") }
        #expect(trusts > 5)
        // What cannot be said is a small part; nothing that is said is refused.
        let compared = Decision.allCases.reduce(0) { $0 + counts[$1.rawValue, default: 0] }
        #expect(compared > Self.questions * 3 / 4, "\(counts)")
    }

    /// What it came to.
    private func compare(_ question: ReferenceQuestion, _ label: String) throws -> String {
        let simulated: SimulatedQuestion
        do throws(Unsayable) {
            simulated = try SimulatedQuestion(question)
        } catch {
            return error.rawValue
        }
        let expected = DecisionRules.decide(question)
        let answer = try Simulated.answer(simulated.line)
        let decision = try #require(answer["decision"]?.string, "\(label): \(simulated.line)\n\(answer)")
        #expect(decision == expected.decision.rawValue, "\(label): \(simulated.line)\nthe reference says \(expected)")
        #expect(answer.layers == expected.deniedBy.map(\.rawValue), "\(label): \(simulated.line)")
        return decision
    }
}
