import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax

/// A question that the generator makes of the input's choices, decided by the tree and by the reference.
enum DecideTarget {
    static func run(_ input: [UInt8]) {
        var generator = Generator(choices: input)
        let question = ReferenceQuestion(generator.question())
        let expected = DecisionRules.decide(question)
        do {
            let deciding = try Deciding(question)
            let verdict = try deciding.verdict()
            // Both stop somewhere; where the tree stops, the reference has no say.
            if verdict.reason == .tooCostly { return }
            require(
                verdict.decision == expected.decision && verdict.reason == expected.reason,
                "\(verdict) but the reference says \(expected)\n\(describe(question))")
            let trace = try deciding.trace()
            require(
                trace.verdict == verdict && trace.recorded.decision == verdict.decision
                    && trace.recorded.reason == verdict.reason
                    && trace.deniedBy.map { "\($0)" } == expected.deniedBy.map(\.rawValue),
                "\(verdict) is explained as \(trace.recorded), denied by \(trace.deniedBy)\n\(describe(question))")
        } catch {
            violated("\(error)\n\(describe(question))")
        }
    }

    private static func describe(_ question: ReferenceQuestion) -> String {
        let ceilings = (question.serviceControlPolicies ?? []) + (question.resourceControlPolicies ?? [])
        let documents =
            question.identityPolicies + question.resourcePolicies + (question.permissionsBoundary.map { [$0] } ?? [])
            + (question.sessionPolicies ?? []) + ceilings.flatMap { $0 }
        return "\(question)\n" + documents.map { PolicyPrinter.print($0, pretty: false) }.joined(separator: "\n")
    }
}
