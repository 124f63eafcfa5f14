import Directory
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing
import WireProtocol

@testable import Sidecar

/// The second equality: cached = uncached.
@Suite("Session policies that are kept decide as new ones do")
struct SessionPolicyCacheTests {
    private static func policies(_ number: Int) -> [String] {
        [
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"docs:Read","Resource":"*","#
                + #""Condition":{"StringEquals":{"app:n":"\#(number)"}}}}"#
        ]
    }

    private static func question(_ number: Int, context: Int) -> WireQuestion {
        var question = WireQuestion(
            principal: TestStore.alice, action: "docs:Read", resource: "arn:aws:docs::111122223333:report/7",
            context: [WireContextEntry("app:n", .string("\(context)"))])
        var session = WireSession()
        session.policies = policies(number)
        question.session = session
        return question
    }

    private static func ask(_ question: WireQuestion, _ harness: inout LoopHarness, _ client: TestClient) throws -> Bool
    {
        var buffer = WireBuffer()
        buffer.appendAuthorize(question, explain: false)
        client.write(buffer.bytes)
        harness.turn(times: 2)
        let reply = try #require(client.repliesSoFar().first)
        return try WireReply(Array(reply.utf8)).authorization().answer.decision == .allowed
    }

    @Test("policies that come again are compiled once, and the oldest of too many once more")
    func compilations() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let count = SessionPolicyCache.entriesMax + 10
        for number in 0..<count { #expect(try Self.ask(Self.question(number, context: number), &harness, client)) }
        var compiled = harness.loop.handler.sessionPolicies.compilations
        #expect(compiled == count)
        // The last 256 are there, and answer for each question's own context.
        for number in 10..<count {
            #expect(try Self.ask(Self.question(number, context: number), &harness, client))
            #expect(try !Self.ask(Self.question(number, context: number + 1), &harness, client))
        }
        compiled = harness.loop.handler.sessionPolicies.compilations
        #expect(compiled == count)
        #expect(try Self.ask(Self.question(0, context: 0), &harness, client))
        compiled = harness.loop.handler.sessionPolicies.compilations
        #expect(compiled == count + 1)
    }

    @Test("a new snapshot keeps nothing of the old one")
    func newSnapshot() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        #expect(try Self.ask(Self.question(1, context: 1), &harness, client))
        harness.source.publish(try TestStore.snapshot(revision: "r2", mayRead: false))
        #expect(try !Self.ask(Self.question(1, context: 1), &harness, client))
        harness.source.publish(try TestStore.snapshot(revision: "r3"))
        #expect(try Self.ask(Self.question(1, context: 1), &harness, client))
        let compiled = harness.loop.handler.sessionPolicies.compilations
        #expect(compiled == 3)
    }

    @Test("random sessions in random order answer as the reference does", arguments: PropertySeeds.all([1, 2, 3]))
    func agrees(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var generator = Generator(seed: seed)
        var harness = try LoopHarness()
        let client = try harness.connect()
        // One that has a new snapshot for every question, and so nothing kept.
        var forgetful = try LoopHarness()
        let other = try forgetful.connect()
        var compared = 0
        for round in 0..<40 {
            var question = ReferenceQuestion(generator.question())
            while question.sessionPolicies?.isEmpty ?? true || question.caller.account == nil {
                question = ReferenceQuestion(generator.question())
            }
            harness.time.seconds = question.now.seconds
            forgetful.time.seconds = question.now.seconds
            let directory = Directory(asking: question)
            harness.source.publish(try SnapshotBuilder().build(directory, revision: "\(round)"))
            // Some sessions, each asked for several times in any order: most answers come from what is kept.
            let sessions = [question.sessionPolicies ?? []] + (0..<4).map { _ in [generator.document(kind: .session)] }
            for _ in 0..<12 {
                question.sessionPolicies = random.pick(sessions)
                let label = "seed \(seed) round \(round)"
                forgetful.source.publish(try SnapshotBuilder().build(directory, revision: "\(round)"))
                let kept = try Self.reply(to: question, &harness, client)
                let fresh = try Self.reply(to: question, &forgetful, other)
                #expect(kept == fresh, "\(label)")
                compared += try compare(question, kept, label) ? 1 : 0
            }
        }
        #expect(compared > 200, "\(compared)")
        // Most came from what was kept, and none where nothing is; what is refused is compiled by neither.
        let compiled = harness.loop.handler.sessionPolicies.compilations
        #expect(compiled > 40 && compiled * 2 < compared, "\(compiled) of \(compared)")
        let compiledAnew = forgetful.loop.handler.sessionPolicies.compilations
        #expect(compiledAnew >= compared, "\(compiledAnew) of \(compared)")
    }

    private static func reply(
        to question: ReferenceQuestion, _ harness: inout LoopHarness, _ client: TestClient
    ) throws -> String {
        var asked = WireQuestion(
            principal: question.caller.arn.string, action: question.action.string, resource: question.resource.string,
            context: question.context.map { WireContextEntry($0) })
        asked.session = WireSession(question)
        var buffer = WireBuffer()
        buffer.appendAuthorize(asked, explain: false)
        client.write(buffer.bytes)
        harness.turn(times: 2)
        return try #require(client.repliesSoFar().first)
    }

    /// Whether there was an answer: the generator writes session policies that write-time rules refuse.
    private func compare(_ question: ReferenceQuestion, _ reply: String, _ label: String) throws -> Bool {
        if reply.contains("io.postern.BadRequest") { return false }
        let expected = DecisionRules.decide(question)
        let decision = try WireReply(Array(reply.utf8)).authorization().answer.decision
        #expect(decision == expected.decision, "\(label): \(reply), not \(expected)")
        return true
    }
}
