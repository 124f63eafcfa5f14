import DecisionTree
import Directory
import Testing
import WireProtocol

@testable import Sidecar

/// Fairness by what is counted: messages, questions, and steps of deciding; never by time.
@Suite("A loop shares its steps")
struct LoopFairnessTests {
    /// Alice may do everything; a question with a long text in `app:Text` takes more steps than any may.
    private static func costly(_ revision: String) throws -> Snapshot {
        let denies = (0..<60).map {
            #"{"Effect":"Deny","Action":"docs:Read","Resource":"*","Condition":{"StringLike":{"app:Text":"*a*b\#($0)"}}}"#
        }
        return try TestStore.snapshot(
            revision: revision,
            policy:
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},\#(denies.joined(separator: ","))]}"#
        )
    }

    private static let longText = #""context":{"app:Text":"\#(String(repeating: "a", count: 4_000))"}"#

    private static let costlyQuestion =
        #"{"method":"io.postern.Authorize","parameters":{"principal":"\#(TestStore.alice)","action":"docs:Read","#
        + #""resource":"arn:aws:docs::111122223333:report/7",\#(longText)}}"#

    /// One call that makes so many costly questions of one context.
    private static func costlyQuestions(_ count: Int) -> String {
        let questions = Array(repeating: #"{"action":"docs:Read"}"#, count: count).joined(separator: ",")
        return #"{"method":"io.postern.AuthorizeMany","parameters":{"principal":"\#(TestStore.alice)","resource":"#
            + #""arn:aws:docs::111122223333:report/7",\#(longText),"questions":[\#(questions)]}}"#
    }

    /// What the most expensive question takes: its bound, and the pattern with which it passes it.
    private static let questionStepsMax = Scratch.decisionStepsMax + 64 * 1_024

    private static func harness() throws -> LoopHarness {
        var harness = try LoopHarness()
        harness.source.publish(try costly("r1"))
        harness.turn()
        return harness
    }

    @Test("a question that takes 200,000 steps is paid for by the turns after it")
    func oneQuestion() throws {
        var harness = try Self.harness()
        let (hog, quiet) = (try harness.connect(), try harness.connect())
        hog.send(Array(repeating: Self.costlyQuestion, count: 30))
        let start = harness.loop.handler.scratch.stepsTotal
        let turns = 12
        for turn in 0..<turns {
            let before = harness.loop.handler.scratch.stepsTotal
            quiet.send(TestStore.question("docs:Write"))
            harness.turn()
            #expect(quiet.repliesSoFar() == [TestStore.allowed()], "turn \(turn)")
            let taken = harness.loop.handler.scratch.stepsTotal - before
            #expect(taken <= SidecarLimits.turnStepsMax + Self.questionStepsMax, "turn \(turn)")
        }
        let taken = harness.loop.handler.scratch.stepsTotal - start
        #expect(taken > (turns / 3) * SidecarLimits.turnStepsMax, "the hog is not starved: \(taken)")
        #expect(taken <= turns * SidecarLimits.turnStepsMax + Self.questionStepsMax, "\(taken)")
        harness.turn(times: 100)
        let replies = hog.repliesSoFar()
        #expect(replies.count == 30)
        #expect(Set(replies) == [TestStore.denied("implicitDeny")])
    }

    @Test("a batch of such questions is answered over many turns, by the snapshot it began with")
    func batch() throws {
        var harness = try Self.harness()
        let (hog, quiet) = (try harness.connect(), try harness.connect())
        hog.send(Self.costlyQuestions(100))
        harness.turn()
        #expect(harness.shared.tally.implicitDeny <= 2)
        harness.source.publish(try Self.costly("r2"))
        var turns = 1
        while turns < 500 {
            let before = harness.loop.handler.scratch.stepsTotal
            quiet.send(TestStore.question("docs:Write"))
            harness.turn()
            #expect(quiet.repliesSoFar() == [TestStore.allowed("r2")])
            let taken = harness.loop.handler.scratch.stepsTotal - before
            #expect(taken <= SidecarLimits.turnStepsMax + Self.questionStepsMax)
            if let reply = hog.repliesSoFar().first {
                #expect(reply.hasSuffix(#"],"revision":"r1"}}"#))
                #expect(reply.components(of: #""decision":"implicitDeny""#) == 100)
                break
            }
            turns += 1
        }
        #expect(turns >= 50, "\(turns)")
    }

    @Test("session policies that are compiled for one caller are paid for by its turns")
    func compiling() throws {
        var harness = try Self.harness()
        let (hog, quiet) = (try harness.connect(), try harness.connect())
        let filler = String(repeating: "x", count: 10_000)
        let messages = (0..<6).map { number in
            #"{"method":"io.postern.Authorize","parameters":{"principal":"arn:aws:sts::111122223333:federated-user/f","#
                + #""action":"docs:Write","resource":"arn:aws:docs::111122223333:report/7","session":{"user":"\#(TestStore.alice)","policies":["#
                + #"{"Version":"2012-10-17","Id":"\#(filler)\#(number)","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}]}}}"#
        }
        hog.send(messages)
        var before = 0
        for _ in 0..<6 {
            quiet.send(TestStore.question("docs:Write"))
            harness.turn()
            #expect(quiet.repliesSoFar() == [TestStore.allowed()])
            let compiled = harness.loop.handler.sessionPolicies.compilations
            #expect(compiled - before <= 1)
            before = compiled
        }
        harness.turn(times: 10)
        #expect(hog.repliesSoFar().count == 6)
        let compiled = harness.loop.handler.sessionPolicies.compilations
        #expect(compiled == 6)
    }

    // The caller is alone: its turns follow each other, and what they answered is sent at once.
    @Test("replies of several turns go out together while nobody else asks, and at once when somebody does")
    func gathering() throws {
        var harness = try LoopHarness()
        let (hog, other) = (try harness.connect(), try harness.connect())
        hog.send(Array(repeating: TestStore.question(), count: 3 * SidecarLimits.turnMessagesMax))
        harness.turn()
        #expect(hog.repliesSoFar().isEmpty)
        #expect(harness.shared.tally.requests == SidecarLimits.turnMessagesMax)
        other.send(TestStore.question("docs:Delete"))
        harness.turn()
        #expect(other.repliesSoFar() == [TestStore.denied("explicitDeny")])
        #expect(hog.repliesSoFar().count >= SidecarLimits.turnMessagesMax)
        harness.turn(times: 3)
        hog.send(TestStore.question("docs:Delete"))
        harness.turn()
        #expect(hog.repliesSoFar().last == TestStore.denied("explicitDeny"))
        #expect(harness.shared.tally.requests == 3 * SidecarLimits.turnMessagesMax + 2)
        #expect(harness.loop.gathering == nil)
    }

    @Test("what is gathered is sent before it grows large, and is not lost when its caller vanishes or the loop ends")
    func gatheringEnds() throws {
        var harness = try LoopHarness()
        var hog: TestClient? = try harness.connect()
        hog?.send(Array(repeating: TestStore.question(), count: 1_000))
        harness.turn(times: 15)
        #expect(hog?.repliesSoFar().isEmpty == false)
        let held = harness.loop.handler.replies.count
        #expect(held < SidecarLimits.replyBytesGathered)
        hog = nil
        harness.turn(times: 40)
        #expect(harness.loop.connections.used == 0)
        let left = harness.loop.handler.replies.count
        #expect(left == 0)
        let last = try harness.connect()
        last.send(Array(repeating: TestStore.question(), count: 40))
        harness.turn()
        #expect(harness.port.post(.drain))
        harness.time.milliseconds += 1
        harness.turn()
        #expect(last.repliesSoFar().count == 40)
    }

    // One caller leaves a call half answered and its replies unread; what the call began with is kept for it, for 30 s.
    @Test("replies that nobody reads end their connection, and with it what they keep")
    func unread() throws {
        var harness = try LoopHarness()
        let (slow, idle) = (try harness.connect(), try harness.connect())
        let message = Array((TestStore.questions(512) + "\0").utf8)
        var pending: ArraySlice<UInt8> = []
        for _ in 0..<2_000 {
            if pending.isEmpty { pending = message[...] }
            pending = pending.dropFirst(max(0, slow.writeOnce(pending)))
            harness.turn()
        }
        #expect(harness.loop.unread == 1)
        weak let old = harness.source.current.snapshot
        harness.source.publish(try TestStore.snapshot(revision: "r2"))
        harness.turn()
        harness.time.milliseconds += SidecarLimits.unreadMillisecondsMax - 1_000
        harness.turn()
        #expect(harness.loop.connections.used == 2)
        harness.time.milliseconds += 1_000
        harness.turn()
        #expect(harness.loop.connections.used == 1)
        #expect(harness.loop.unread == 0)
        #expect(old == nil)
        #expect(!idle.isClosed)
        idle.send(TestStore.question())
        harness.turn()
        #expect(idle.repliesSoFar() == [TestStore.allowed("r2")])
    }

    @Test("a caller that reads late, but does, is served on")
    func readsLate() throws {
        var harness = try LoopHarness()
        let slow = try harness.connect()
        var sent = 0
        for _ in 0..<3 {
            while harness.loop.unread == 0 {
                _ = slow.writeOnce(Array((TestStore.questions(400) + "\0").utf8)[...])
                harness.turn()
                sent += 1
                try #require(sent < 10_000)
            }
            harness.time.milliseconds += SidecarLimits.unreadMillisecondsMax - 1
            harness.turn()
            for _ in 0..<200 {
                _ = slow.repliesSoFar()
                harness.turn()
            }
            #expect(harness.loop.unread == 0)
            #expect(harness.loop.connections.used == 1)
        }
    }
}
