import Directory
import Foundation
import Logging
import NIOConcurrencyHelpers
import PolicyModel
import Testing

@testable import Sidecar

@Suite("Explanations are written beside the loops")
struct ExplainerTests {
    /// A asks for an explanation and then a question, B a question.
    ///
    ///     A ──explain──▶ loop ──▶ explainer (held)
    ///     B ──question─▶ loop ──▶ reply to B
    ///                   release ─▶ reply to A, and only then the reply to A's second message
    @Test("others are answered while one is held back, and replies keep their order")
    func heldBack() throws {
        let running = try TestSidecar { configuration, _ in
            configuration.loops = 1
            configuration.trustedUsers = [getuid()]
        }
        let gate = DispatchSemaphore(value: 0)
        running.sidecar.explainer.beforeJob.withLockedValue { $0 = { gate.wait() } }
        try running.start()
        defer { running.stop() }
        let asker = try running.connect()
        let other = try running.connect()
        asker.send(TestStore.question(explain: true), TestStore.question())
        other.send(TestStore.question())
        #expect(other.replies(1) == [TestStore.allowed()])
        #expect(asker.repliesSoFar().isEmpty)
        gate.signal()
        let replies = asker.replies(2)
        try #require(replies.count == 2)
        #expect(replies[0].contains(#""explanation":{"reason":"allowed""#))
        #expect(replies[1] == TestStore.allowed())
    }

    @Test("a caller that has gone does not hold up the next")
    func vanished() throws {
        var harness = try LoopHarness()
        do {
            let gone = try harness.connect()
            gone.send(TestStore.question(explain: true))
            harness.loop.runOnce(waitMilliseconds: 0)
        }
        harness.loop.runOnce(waitMilliseconds: 0)
        let client = try harness.connect()
        client.send(TestStore.question(explain: true))
        harness.turn(times: 2)
        #expect(client.repliesSoFar().count == 1)
    }

    @Test("beyond what may wait, a caller is told to try again")
    func overloaded() throws {
        var harness = try LoopHarness()
        var clients: [TestClient] = []
        for _ in 0...Explainer.jobsMax {
            let client = try harness.connect()
            client.send(TestStore.question(explain: true))
            clients.append(client)
        }
        for _ in 0..<(Explainer.jobsMax * 2) { harness.loop.runOnce(waitMilliseconds: 0) }
        #expect(clients.count { !$0.repliesSoFar().isEmpty } == 1)
        harness.turn(times: 2)
        #expect(clients.count { !$0.repliesSoFar().isEmpty } == Explainer.jobsMax)
    }
}
