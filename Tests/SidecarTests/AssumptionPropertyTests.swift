import Directory
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing
import WireProtocol

@testable import Sidecar

@Suite("AssumeRole over a connection answers as the reference does")
struct AssumptionPropertyTests {
    @Test("on random calls", arguments: PropertySeeds.all([1, 2, 3, 4, 5_008]))
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var harness = try LoopHarness()
        let client = try harness.connect()
        var counts: [String: Int] = [:]
        for number in 0..<150 {
            let assumption = ReferenceAssumption(generator.assumption())
            harness.time.seconds = assumption.question.now.seconds
            harness.source.publish(
                try SnapshotBuilder().build(Directory(asking: assumption), revision: "\(number)"))
            var buffer = WireBuffer()
            buffer.appendAssumeRole(WireAssumption(assumption), explain: true)
            client.write(buffer.bytes)
            harness.turn(times: 2)
            let replies = client.repliesSoFar()
            try #require(replies.count == 1)
            let outcome = try compare(replies[0], assumption, "seed \(seed) call \(number)")
            counts[outcome, default: 0] += 1
        }
        for outcome in ["fault", "allowed", "explicitDeny", "implicitDeny"] {
            #expect(counts[outcome, default: 0] > 2, "\(counts)")
        }
    }

    /// What it came to.
    private func compare(
        _ reply: String, _ assumption: ReferenceAssumption, _ label: String
    ) throws -> String {
        let expected: AssumptionAnswer
        do throws(AssumptionFault) {
            expected = try AssumptionRules.decide(assumption)
        } catch {
            #expect(reply.contains("io.postern.BadRequest"), "\(label): \(error) but \(reply)")
            return "fault"
        }
        // The generator writes session policies that write-time rules refuse.
        if reply.contains("BadRequest"), reply.contains("session.policies[") { return "refused" }
        let answer = try WireReply(Array(reply.utf8)).assumedRole()
        #expect(answer.answer.decision == expected.answer.decision, "\(label): \(reply), not \(expected)")
        #expect(
            answer.answer.explanation?.reason == expected.answer.reason.rawValue, "\(label): \(reply), not \(expected)")
        #expect(
            answer.answer.explanation?.deniedBy == expected.answer.deniedBy.map(\.rawValue),
            "\(label): \(reply), not \(expected)")
        #expect(answer.principal == expected.newSession?.principal.string, "\(label)")
        let policies = expected.newSession?.sessionPolicies?.map { PolicyPrinter.print($0, pretty: false) }
        #expect(answer.session?.policies == policies, "\(label)")
        let isManaged = expected.newSession?.managedSessionPolicies != nil
        let arns = isManaged ? assumption.managedSessionPolicyARNs?.map(\.string) : nil
        #expect(answer.session?.policyARNs == arns, "\(label)")
        let tags = (answer.session?.tags ?? []).map { "\(Text($0.key).foldedASCII)=\($0.value)" }.sorted()
        let wanted = (expected.newSession?.session.tags ?? []).map { "\($0.key.foldedASCII)=\($0.value)" }.sorted()
        #expect(tags == wanted, "\(label)")
        #expect(answer.session?.sourceIdentity == expected.newSession?.session.sourceIdentity?.string, "\(label)")
        return expected.answer.decision.rawValue
    }
}
