import Authorizer
import PolicyCases
import PolicyGenerators
import PolicyReference

/// A question that the generator makes of the input's choices: tree, trace and reference answer alike.
enum DecideTarget {
    static func run(_ input: [UInt8]) {
        var generator = Generator(choices: input)
        let question = ReferenceQuestion(generator.question())
        let expected = DecisionRules.decide(question)
        do {
            let asked = try FuzzedQuestion(question)
            let verdict = try asked.verdict()
            // Both stop somewhere; where the tree stops, the reference has no say.
            if verdict.reason == .tooCostly { return }
            require(
                verdict.decision == expected.decision && verdict.reason == expected.reason,
                "\(verdict) but the reference says \(expected)\n\(question.story)")
            compare(try asked.trace(), verdict, expected, question)
        } catch {
            violated("\(error)\n\(question.story)")
        }
    }

    /// What an explanation is made of comes to the same decision, for the same layers.
    private static func compare(
        _ trace: Trace, _ verdict: Verdict, _ expected: ReferenceAnswer, _ question: ReferenceQuestion
    ) {
        require(trace.verdict == verdict, "traced \(trace.verdict) but decided \(verdict)\n\(question.story)")
        require(
            trace.recorded.decision == verdict.decision && trace.recorded.reason == verdict.reason,
            "recorded \(trace.recorded) but decided \(verdict)\n\(question.story)")
        require(
            trace.deniedBy.map { "\($0)" } == expected.deniedBy.map(\.rawValue),
            "denied by \(trace.deniedBy) but the reference says \(expected.deniedBy)\n\(question.story)")
    }
}
