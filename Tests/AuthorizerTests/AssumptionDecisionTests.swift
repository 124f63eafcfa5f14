import Authorizer
import JSONDocument
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import Testing

/// Calls of AssumeRole below the protocol: the tree and its trace against the reference.
@Suite("A role is assumed as the reference says")
struct AssumptionDecisionTests {
    @Test("by the specification's rows", arguments: CaseFile.cases(.assumption).filter { $0.node["fault"] == nil })
    func row(row: Case) throws {
        try compare(ReferenceAssumption(row), "\(row)")
    }

    @Test("by random calls", arguments: PropertySeeds.all([21, 22, 23]))
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for number in 0..<200 {
            try compare(ReferenceAssumption(generator.assumption()), "seed \(seed) call \(number)")
        }
    }

    private func compare(_ assumption: ReferenceAssumption, _ label: String) throws {
        // What is wrong with the call's texts the scanner says.
        guard let expected = try? AssumptionRules.decide(assumption) else { return }
        let deciding = try DecidingAssumption(assumption)
        let account = "\(label)\n\(assumption.question.story)"
        do throws(RequestFault) {
            let outcome = try deciding.outcome()
            let trace = try deciding.trace()
            #expect(outcome.verdict.decision == expected.answer.decision, "\(account)")
            #expect(outcome.verdict.reason == expected.answer.reason, "\(account)")
            #expect(trace.verdict.decision == expected.answer.decision, "\(account)")
            #expect(trace.verdict.reason == expected.answer.reason, "\(account)")
            #expect(trace.recorded.reason == expected.answer.reason, "\(account)")
            #expect(trace.deniedBy.map { "\($0)" } == expected.answer.deniedBy.map(\.rawValue), "\(account)")
            #expect(outcome.session?.principal == expected.newSession?.principal, "\(account)")
        } catch {
            Issue.record("\(error.message)\n\(account)")
        }
    }
}
