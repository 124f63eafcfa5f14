import Authorizer
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference

/// A question or a call of AssumeRole that the generator makes of the input's choices: tree, trace and reference answer
/// alike.
enum DecideTarget {
    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        var generator = Generator(choices: Array(input.dropFirst()))
        // A third of the first bytes are calls.
        if first % 3 == 0 {
            assume(ReferenceAssumption(generator.assumption()))
        } else {
            decide(ReferenceQuestion(generator.question()))
        }
    }

    private static func decide(_ question: ReferenceQuestion) {
        let expected = DecisionRules.decide(question)
        do {
            let asked = try FuzzedQuestion(question)
            let verdict = try asked.verdict()
            // Both stop somewhere; where the tree stops, the reference has no say.
            if verdict.reason == .tooCostly { return }
            compare(verdict, try asked.trace(), expected, question)
        } catch {
            violated("\(error)\n\(question.story)")
        }
    }

    private static func assume(_ call: ReferenceAssumption) {
        // What is wrong with the texts of a call the scanner says.
        guard let expected = try? AssumptionRules.decide(call) else { return }
        do {
            let asked = try FuzzedAssumption(call)
            let outcome = try asked.outcome()
            if outcome.verdict.reason == .tooCostly { return }
            let trace = try asked.trace()
            if trace.verdict.reason == .tooCostly { return }
            compare(outcome.verdict, trace, expected.answer, call.question)
            require(
                outcome.session?.principal == expected.newSession?.principal
                    && outcome.session?.sourceIdentity == expected.newSession?.session.sourceIdentity
                    && outcome.session?.tags.count ?? 0 == expected.newSession?.session.tags.count ?? 0,
                "another session than \(String(describing: expected.newSession))\n\(call.question.story)")
        } catch {
            violated("\(error)\n\(call.question.story)")
        }
    }

    /// What an explanation is made of comes to the same decision, for the same layers.
    private static func compare(
        _ verdict: Verdict, _ trace: Trace, _ expected: ReferenceAnswer, _ question: ReferenceQuestion
    ) {
        require(
            verdict.decision == expected.decision && verdict.reason == expected.reason,
            "\(verdict) but the reference says \(expected)\n\(question.story)")
        require(
            trace.verdict.decision == verdict.decision && trace.verdict.reason == verdict.reason,
            "traced \(trace.verdict) but decided \(verdict)\n\(question.story)")
        require(
            trace.recorded.decision == verdict.decision && trace.recorded.reason == verdict.reason,
            "recorded \(trace.recorded) but decided \(verdict)\n\(question.story)")
        require(
            trace.deniedBy.map { "\($0)" } == expected.deniedBy.map(\.rawValue),
            "denied by \(trace.deniedBy) but the reference says \(expected.deniedBy)\n\(question.story)")
    }
}
