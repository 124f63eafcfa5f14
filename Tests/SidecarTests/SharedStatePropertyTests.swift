import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing
import WireProtocol

@testable import Directory
@testable import Sidecar

/// One loop and one builder for all: what one store and one question leave behind meets the next.
///
/// Symbols, masks and tables have grown past what fits one word before the first question is asked.
@Suite("A loop that has seen many stores answers as the reference does")
struct SharedStatePropertyTests {
    /// A store whose services and keys take every bit that masks have.
    private static func crowd() throws -> Directory {
        let account = try #require(AccountID("111111111111"))
        var directory = Directory()
        directory.accounts[account] = Account(id: account)
        let actions = (0..<90).map { #""svc\#($0):Read""# }.joined(separator: ",")
        let keys = (0..<90).map { #""app:k\#($0)":"v""# }.joined(separator: ",")
        let text =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[\#(actions)],"Resource":"*","#
            + #""Condition":{"StringEquals":{\#(keys)}}}}"#
        let user = User(
            account: account, name: "crowd",
            holdings: PolicyHoldings(inlinePolicies: [InlinePolicy(name: "p", source: try TestCity.source(text))]))
        directory.users[user.key] = user
        return directory
    }

    private static let actions: [Text] = ["docs:Read", "DOCS:write", "mail:Send", "docs:ReadAll", "svc3:Read", "x:Y"]

    /// The question, and others of the same store that differ in action or circumstances.
    private static func family(_ question: ReferenceQuestion) -> [ReferenceQuestion] {
        var family = [question]
        guard !question.isTrustPolicy else { return family }
        for action in actions {
            var other = question
            other.action = action
            family.append(other)
            other.context = []
            family.append(other)
        }
        return family + [question]
    }

    private static func wire(_ question: ReferenceQuestion) -> WireQuestion {
        var asked = WireQuestion(
            principal: question.caller.arn.string, action: question.action.string, resource: question.resource.string,
            context: question.context.map { WireContextEntry($0) })
        asked.session = WireSession(question)
        return asked
    }

    /// A message cannot hold many questions that bring session policies along.
    private static let batchMax = 3

    @Test("on random stores, one after the other", arguments: PropertySeeds.all([11, 12, 13, 14]))
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var harness = try LoopHarness()
        let client = try harness.connect()
        // Some builders compile everything anew before long.
        let builder = seed % 2 == 0 ? SnapshotBuilder() : SnapshotBuilder(symbolsMin: 600)
        harness.source.publish(try builder.build(try Self.crowd(), revision: "crowd"))
        var counts: [Decision: Int] = [:]
        for number in 0..<120 {
            let label = "seed \(seed) store \(number)"
            let question = ReferenceQuestion(generator.question())
            harness.time.seconds = question.now.seconds
            harness.source.publish(try builder.build(Directory(asking: question), revision: "\(number)"))
            for batch in Self.batches(Self.family(question)) {
                try compare(batch, label, &harness, client, &counts)
            }
            try compareAssumption(ReferenceAssumption(generator.assumption()), label, builder, &harness, client)
        }
        for decision in Decision.allCases { #expect(counts[decision, default: 0] > 50, "\(counts)") }
    }

    private static func batches(_ questions: [ReferenceQuestion]) -> [[ReferenceQuestion]] {
        stride(from: 0, to: questions.count, by: batchMax)
            .map { Array(questions[$0..<min($0 + batchMax, questions.count)]) }
    }

    private static func replies(
        _ count: Int, to bytes: [UInt8], _ harness: inout LoopHarness, _ client: TestClient
    ) throws -> [String] {
        client.write(bytes)
        var replies: [String] = []
        for _ in 0..<40 where replies.count < count {
            harness.turn()
            replies += client.repliesSoFar()
        }
        try #require(replies.count == count, "\(replies)")
        return replies
    }

    /// Asks one by one, all at once, and explained.
    private func compare(
        _ questions: [ReferenceQuestion], _ label: String, _ harness: inout LoopHarness, _ client: TestClient,
        _ counts: inout [Decision: Int]
    ) throws {
        var buffer = WireBuffer()
        for question in questions { buffer.appendAuthorize(Self.wire(question)) }
        for question in questions { buffer.appendAuthorize(Self.wire(question), explain: true) }
        buffer.appendAuthorizeMany(questions.map { Self.wire($0) })
        let count = questions.count
        let replies = try Self.replies(count * 2 + 1, to: buffer.bytes, &harness, client)
        let batch = try WireReply(Array(replies[count * 2].utf8)).authorizations(count: count).answers
        for (index, question) in questions.enumerated() {
            if replies[index].contains("BadRequest") {
                #expect(batch[index].error != nil, "\(label): \(replies[index])")
                continue
            }
            let expected = DecisionRules.decide(question)
            let answer = try WireReply(Array(replies[index].utf8)).authorization().answer
            let explained = try WireReply(Array(replies[count + index].utf8)).authorization().answer
            #expect(answer.decision == expected.decision, "\(label): not \(expected)\n\(question.story)")
            #expect(batch[index].decision == expected.decision, "\(label), in a batch\n\(question.story)")
            #expect(explained.decision == expected.decision, "\(label), explained\n\(question.story)")
            #expect(explained.explanation?.reason == expected.reason.rawValue, "\(label)\n\(question.story)")
            #expect(
                explained.explanation?.deniedBy == expected.deniedBy.map(\.rawValue), "\(label)\n\(question.story)")
            counts[expected.decision, default: 0] += 1
        }
    }

    private func compareAssumption(
        _ assumption: ReferenceAssumption, _ label: String, _ builder: SnapshotBuilder,
        _ harness: inout LoopHarness, _ client: TestClient
    ) throws {
        harness.time.seconds = assumption.question.now.seconds
        harness.source.publish(try builder.build(Directory(asking: assumption), revision: label))
        var buffer = WireBuffer()
        buffer.appendAssumeRole(WireAssumption(assumption))
        let reply = try Self.replies(1, to: buffer.bytes, &harness, client)[0]
        guard let expected = try? AssumptionRules.decide(assumption) else {
            #expect(reply.contains("io.postern.BadRequest"), "\(label): \(reply)")
            return
        }
        // The generator writes session policies that write-time rules refuse.
        if reply.contains("BadRequest"), reply.contains("session.policies[") { return }
        let answer = try WireReply(Array(reply.utf8)).assumedRole()
        #expect(answer.answer.decision == expected.answer.decision, "\(label): \(reply), not \(expected)")
    }
}
