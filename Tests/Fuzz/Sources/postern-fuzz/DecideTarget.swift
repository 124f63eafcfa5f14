import Authorizer
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax

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
                "\(verdict) but the reference says \(expected)\n\(describe(question))")
            compare(try asked.trace(), verdict, expected, question)
        } catch {
            violated("\(error)\n\(describe(question))")
        }
    }

    /// What an explanation is made of comes to the same decision, for the same layers.
    private static func compare(
        _ trace: Trace, _ verdict: Verdict, _ expected: ReferenceAnswer, _ question: ReferenceQuestion
    ) {
        require(trace.verdict == verdict, "traced \(trace.verdict) but decided \(verdict)\n\(describe(question))")
        require(
            trace.recorded.decision == verdict.decision && trace.recorded.reason == verdict.reason,
            "recorded \(trace.recorded) but decided \(verdict)\n\(describe(question))")
        require(
            trace.deniedBy.map { "\($0)" } == expected.deniedBy.map(\.rawValue),
            "denied by \(trace.deniedBy) but the reference says \(expected.deniedBy)\n\(describe(question))")
    }

    // MARK: Account of a difference

    private static func describe(_ question: ReferenceQuestion) -> String {
        var lines = [
            "caller \(question.caller)", "\(question.action) on \(question.resource)",
            "owner \(String(describing: question.resourceAccount)) required \(question.resourcePolicyRequired)",
            "session \(String(describing: question.session))",
        ]
        lines += question.context.map { "context \($0.key) = \($0.value)" }
        lines += question.resourceTags.map { "resource tag \($0.key) = \($0.value)" }
        lines += printed("identity", question.identityPolicies)
        lines += printed("boundary", question.permissionsBoundary.map { [$0] } ?? [])
        lines += printed("session", question.sessionPolicies ?? [])
        lines += printed("resource", question.resourcePolicies)
        for (level, policies) in (question.serviceControlPolicies ?? []).enumerated() {
            lines += printed("scp \(level)", policies)
        }
        for (level, policies) in (question.resourceControlPolicies ?? []).enumerated() {
            lines += printed("rcp \(level)", policies)
        }
        return lines.joined(separator: "\n")
    }

    private static func printed(_ layer: String, _ documents: [Document]) -> [String] {
        documents.map { layer + " " + PolicyPrinter.print($0, pretty: false) }
    }
}
