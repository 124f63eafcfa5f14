import DecisionTree
import Directory
import Foundation
import JSONDocument
import Logging
import NIOConcurrencyHelpers
import PolicyModel
import PolicySyntax
import Testing
import WireProtocol

@testable import Sidecar

@Suite("What one explained call may take")
struct ExplainedCallTests {
    private static let alice = TestStore.alice

    /// Alice with policies of these statements, one each.
    private static func snapshot(_ policies: [String], revision: String = "r1") throws -> Snapshot {
        let account = try #require(AccountID("111122223333"))
        var inline: [InlinePolicy] = []
        for (number, statements) in policies.enumerated() {
            let text = #"{"Version":"2012-10-17","Statement":[\#(statements)]}"#
            let parsed = PolicyParser(kind: .identity).parse(Array(text.utf8), file: "alice.json")
            inline.append(
                InlinePolicy(name: Text("p\(number)"), source: try #require(parsed.source, "\(parsed.errors)")))
        }
        var directory = Directory()
        let user = User(account: account, name: "alice", holdings: PolicyHoldings(inlinePolicies: inline))
        directory.accounts[account] = Account(id: account)
        directory.users[user.key] = user
        return try SnapshotBuilder().build(directory, revision: revision)
    }

    private static func questions(_ count: Int, explain: Bool = true) -> String {
        let questions = (0..<count).map { #"{"action":"docs:\#($0 % 2 == 0 ? "Read" : "Write")"}"# }
        return #"{"method":"io.postern.AuthorizeMany","parameters":{"principal":"\#(alice)","explain":\#(explain),"#
            + #""resource":"arn:aws:docs::111122223333:x","questions":[\#(questions.joined(separator: ","))]}}"#
    }

    private static func answers(_ reply: String) throws -> [WireAnswer] {
        let elements = try WireReply(Array(reply.utf8)).parameters["answers"]?.elements ?? []
        return try WireReply(Array(reply.utf8)).authorizations(count: elements.count).answers
    }

    // MARK: Bounds

    @Test("so many questions are explained, the others are decided and told their reason")
    func questions() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let most = SidecarLimits.explainedQuestionsMax
        for count in [most, most + 1, WireBounds.questionsMax] {
            client.send(Self.questions(count), Self.questions(count, explain: false))
            harness.turn(times: 4)
            let replies = client.repliesSoFar()
            try #require(replies.count == 2)
            let (explained, plain) = (try Self.answers(replies[0]), try Self.answers(replies[1]))
            #expect(explained.count == count)
            #expect(explained.map(\.decision) == plain.map(\.decision))
            for (number, answer) in explained.enumerated() {
                let explanation = try #require(answer.explanation)
                #expect(explanation.reason == (number % 2 == 0 ? "allowed" : "identityPolicy"))
                #expect(explanation.isAbridged == (number >= most))
                #expect(explanation.summary.isEmpty == (number >= most))
            }
        }
        // A call of its own is explained as ever.
        client.send(TestStore.question(explain: true))
        harness.turn(times: 2)
        #expect(client.repliesSoFar().first?.contains(#""layers":"#) ?? false)
    }

    @Test("explanations of a call are at most so many bytes, and one is at most so many")
    func bytes() throws {
        let value = String(repeating: "x", count: 250)
        let values = (0..<20).map { #""\#(value)\#($0)""# }.joined(separator: ",")
        let statements = (0..<60).map {
            #"{"Sid":"S\#($0)","Effect":"Allow","Action":"docs:*","Resource":"*","Condition":{"StringEquals":{"app:k":[\#(values)]}}}"#
        }
        let policies = stride(from: 0, to: 60, by: 20).map { statements[$0..<$0 + 20].joined(separator: ",") }
        var harness = try LoopHarness()
        harness.source.publish(try Self.snapshot(policies))
        let client = try harness.connect()
        client.send(Self.questions(1), Self.questions(WireBounds.questionsMax))
        var replies: [String] = []
        // A large reply goes out as the client takes it.
        for _ in 0..<1_000 where replies.count < 2 {
            harness.turn()
            replies += client.repliesSoFar()
        }
        try #require(replies.count == 2)
        let bounds = ExplanationBounds.reply
        let one = replies[0].utf8.count
        // Beside the statements there are the sentences, the layers and the nearest Allow.
        #expect(one > bounds.bytesMax / 2 && one < bounds.bytesMax + bounds.statementBytesMax + 8_192, "\(one)")
        let answers = try Self.answers(replies[1])
        let explained = answers.count { $0.explanation?.isAbridged == false }
        #expect(explained < SidecarLimits.explainedQuestionsMax)
        #expect((1...2).contains(explained - SidecarLimits.explainedBytesMax / one), "\(explained) of \(one) bytes")
        #expect(replies[1].utf8.count < SidecarLimits.explainedBytesMax + one + WireBounds.questionsMax * 200)
        #expect(answers.allSatisfy { $0.decision == .implicitDeny })
    }

    @Test("an explanation of two thousand statements is small, and says how many it leaves out")
    func manyStatements() throws {
        let statements = (0..<2_000).map {
            #"{"Effect":"Allow","Action":"docs:*","Resource":"*","Condition":{"StringEquals":{"app:k":"v\#($0)"}}}"#
        }
        var harness = try LoopHarness()
        harness.source.publish(try Self.snapshot([statements.joined(separator: ",")]))
        let client = try harness.connect()
        client.send(TestStore.question(explain: true))
        harness.turn(times: 2)
        let reply = try #require(client.repliesSoFar().first)
        #expect(reply.utf8.count < 32 * 1_024, "\(reply.utf8.count)")
        let layer = try #require(
            try WireReply(Array(reply.utf8)).authorization().answer.explanation?.layers.first)
        #expect(layer.statements.count + layer.statementsLeftOut == 2_000)
    }

    // MARK: Turns

    /// A asks for many, B for one.
    ///
    ///     A ─512 questions─▶ queue ──▶ explainer: A's first few
    ///     B ─one question──▶ queue     explainer: B         ◀── the next turn
    ///                                  explainer: A's next few, and so on
    @Test("who asks for one explanation does not wait for another's hundred")
    func turns() throws {
        var harness = try LoopHarness()
        let many = try harness.connect()
        let one = try harness.connect()
        many.send(Self.questions(WireBounds.questionsMax))
        harness.loop.runOnce(waitMilliseconds: 0)
        one.send(TestStore.question(explain: true))
        for _ in 0..<2 { harness.loop.runOnce(waitMilliseconds: 0) }
        var worker = Explainer.Worker()
        for _ in 0..<2 {
            let hasTurn = harness.shared.explainer.runOnce(harness.shared, &worker)
            #expect(hasTurn)
        }
        for _ in 0..<2 { harness.loop.runOnce(waitMilliseconds: 0) }
        #expect(one.repliesSoFar().count == 1)
        #expect(many.repliesSoFar().isEmpty)
        harness.turn(times: 2)
        #expect(try Self.answers(#require(many.repliesSoFar().first)).count == WireBounds.questionsMax)
    }

    @Test("a call that takes turns is counted once, and each of its questions once")
    func tally() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(Self.questions(20), TestStore.call("Status"))
        harness.turn(times: 4)
        let replies = client.repliesSoFar()
        try #require(replies.count == 2)
        let status = try WireReply(Array(replies[1].utf8)).status()
        #expect(status.requests == 2)
        #expect(status.decisions.allowed + status.decisions.implicitDeny == 20)
    }

    @Test("a oneway call that takes turns has no reply")
    func oneway() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let call = Self.questions(20).replacing(#"{"method""#, with: #"{"oneway":true,"method""#)
        client.send(call, TestStore.question())
        harness.turn(times: 4)
        #expect(client.repliesSoFar() == [TestStore.allowed()])
    }

    // MARK: The end

    @Test("once the explainer is stopped, no further question is explained")
    func stopped() throws {
        let harness = try LoopHarness()
        harness.shared.explainer.stop()
        var handler = MessageHandler(
            shared: harness.shared, counters: harness.shared.counters[0], explains: true)
        let job = Explainer.Job(
            message: Array(Self.questions(4).utf8), peer: Peer(user: 0, isTrusted: true), inForce: handler.inForce,
            token: 0,
            port: harness.port)
        guard case .partly(let begun) = handler.explain(job) else {
            Issue.record("the call was answered")
            return
        }
        #expect(begun.progress.cursor.questionsDone == 0)
    }

    /// Explaining all of it would take minutes.
    @Test("a drain does not wait for a call that is still being explained")
    func drain() throws {
        let stars = String(repeating: "*a", count: 12) + "*b"
        let costly = (0..<20).map { document in
            (0..<40).map {
                #"{"Effect":"Allow","Action":"docs:*","Resource":"arn:aws:docs::111122223333:\#(stars)\#(document)-\#($0)"}"#
            }.joined(separator: ",")
        }
        let first = #"{"Effect":"Deny","Action":"docs:*","Resource":"*"}"#
        let running = try TestSidecar(try Self.snapshot([first] + costly)) { configuration, _ in
            configuration.loops = 1
            configuration.trustedUsers = [getuid()]
        }
        let begun = DispatchSemaphore(value: 0)
        running.sidecar.explainer.beforeJob.withLockedValue { $0 = { begun.signal() } }
        try running.start()
        let client = try running.connect()
        let resource = "arn:aws:docs::111122223333:" + String(repeating: "a", count: 1_900)
        client.send(Self.questions(WireBounds.questionsMax).replacing("arn:aws:docs::111122223333:x", with: resource))
        begun.wait()
        let start = ContinuousClock.now
        running.stop()
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(client.repliesToEnd().isEmpty)
    }
}
