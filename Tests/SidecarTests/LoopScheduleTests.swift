import DecisionTree
import Directory
import Glibc
import Synchronization
import Testing

@testable import Sidecar

@Suite("A loop is fair, bounded and orderly")
struct LoopScheduleTests {
    // The hog has 3,200 messages in flight, which is 100 turns; the single question comes in after the first of them.
    @Test("a pipelining hog has one turn before a single question is answered")
    func fairness() throws {
        var harness = try LoopHarness()
        let hog = try harness.connect()
        let single = try harness.connect()
        let sent = hog.writeOnce(
            Array(String(repeating: TestStore.question() + "\0", count: 3_200).utf8)[...])
        #expect(sent > 100_000)
        harness.turn()
        single.send(TestStore.question("docs:Delete"))
        let before = harness.shared.tally.requests
        harness.turn()
        #expect(single.repliesSoFar() == [TestStore.denied("explicitDeny")])
        #expect(before == SidecarLimits.turnMessagesMax)
        #expect(hog.repliesSoFar().count <= 2 * SidecarLimits.turnMessagesMax)
    }

    @Test("a turn ends at 64 KiB of messages")
    func bytesOfATurn() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let large = String(repeating: " ", count: 20_000) + TestStore.question()
        client.send(Array(repeating: large, count: 6))
        harness.turn()
        #expect(harness.shared.tally.requests == 3)
        harness.turn(times: 3)
        #expect(client.repliesSoFar().count == 6)
    }

    // 512 questions are two turns of 256; the other caller's question is answered between them.
    @Test("many questions are answered in several turns, by one snapshot")
    func manyQuestions() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let other = try harness.connect()
        client.send(TestStore.questions(512), TestStore.question())
        harness.turn()
        #expect(client.repliesSoFar().isEmpty)
        #expect(harness.shared.tally.requests == 1)
        #expect(harness.shared.tally.allowed == 128)
        harness.source.publish(try TestStore.snapshot(revision: "r2", mayRead: false))
        other.send(TestStore.question())
        harness.turn(times: 3)
        #expect(other.repliesSoFar() == [TestStore.denied("implicitDeny", "r2")])
        let replies = client.repliesSoFar()
        try #require(replies.count == 2)
        #expect(replies[0].hasSuffix(#"],"revision":"r1"}}"#))
        #expect(replies[0].components(of: #""decision":"allowed""#) == 256)
        #expect(replies[0].components(of: #""decision":"explicitDeny""#) == 256)
        #expect(replies[0].hasPrefix(#"{"parameters":{"answers":[{"allowed":true"#))
        #expect(replies[1] == TestStore.denied("implicitDeny", "r2"))
    }

    @Test("a caller that does not read is not served, holds bounded memory, and slows nobody")
    func slowReader() throws {
        var harness = try LoopHarness()
        let slow = try harness.connect()
        let other = try harness.connect()
        let message = Array((TestStore.questions(400) + "\0").utf8)
        var pending: ArraySlice<UInt8> = []
        for _ in 0..<2_000 {
            if pending.isEmpty { pending = message[...] }
            pending = pending.dropFirst(max(0, slow.writeOnce(pending)))
            harness.turn()
            let held = harness.loop.connections[0].output.bytesHeld + harness.loop.connections[0].input.bytesHeld
            #expect(held <= 4 * SidecarLimits.messageBytesMax)
        }
        // It has come to a standstill, and the loop is idle.
        let requests = harness.shared.tally.requests
        harness.turn(times: 10)
        #expect(harness.shared.tally.requests == requests)
        let waiting = harness.loop.waiting.count
        #expect(waiting == 0)
        other.send(TestStore.question())
        harness.turn()
        #expect(other.repliesSoFar() == [TestStore.allowed()])
        // Once it reads, everything it was owed comes, in order and whole.
        var replies = 0
        for _ in 0..<5_000 where replies < requests {
            replies += slow.repliesSoFar().count
            harness.turn()
        }
        #expect(replies >= requests)
        #expect(harness.loop.connections[0].output.bytesHeld == 0)
    }

    @Test("a message that stays unfinished for ten seconds ends its connection, an idle connection lives")
    func unfinished() throws {
        var harness = try LoopHarness()
        let idle = try harness.connect()
        let dripping = try harness.connect()
        dripping.write(Array("{\"meth".utf8))
        harness.turn()
        harness.time.milliseconds += 9_000
        dripping.write(Array("od\"".utf8))
        harness.turn(times: 2)
        #expect(!dripping.isClosed)
        harness.time.milliseconds += 1_000
        harness.turn()
        #expect(dripping.isClosed)
        #expect(!idle.isClosed)
        #expect(harness.loop.unfinished == 0)
    }

    @Test("callers that vanish, in the middle of anything, are forgotten")
    func vanishing() throws {
        var harness = try LoopHarness()
        for text in [
            "", "{\"meth", TestStore.question() + "\0", TestStore.call("Watch", flags: #","more":true"#) + "\0",
        ] {
            var client: TestClient? = try harness.connect()
            client?.write(Array(text.utf8))
            harness.turn()
            client = nil
            harness.turn(times: 2)
            #expect(harness.loop.connections.used == 0, "after \(text)")
        }
        var unread: TestClient? = try harness.connect()
        for _ in 0..<200 {
            _ = unread?.writeOnce(Array((TestStore.questions(400) + "\0").utf8)[...])
            harness.turn()
        }
        unread = nil
        harness.turn(times: 3)
        #expect(harness.loop.connections.used == 0)
        #expect(harness.loop.unfinished == 0)
    }

    @Test("Watch answers at once and for each new revision, and takes the connection")
    func watch() throws {
        var harness = try LoopHarness()
        let client = try harness.connect(isTrusted: false)
        client.send(
            TestStore.question(), TestStore.call("Watch", flags: #","more":true"#), TestStore.question())
        harness.turn()
        harness.source.publish(try TestStore.snapshot(revision: "r2"))
        harness.turn()
        // The same revision again: a change of status only.
        harness.source.publish(try TestStore.snapshot(revision: "r2"))
        client.send(TestStore.question())
        harness.turn(times: 2)
        let told = ["r1", "r2"].map { #"{"parameters":{"revision":"\#($0)"},"continues":true}"# }
        #expect(client.repliesSoFar() == [TestStore.allowed()] + told)
    }

    @Test("Watch without `more` is refused")
    func watchWithoutMore() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(TestStore.call("Watch"), TestStore.question())
        harness.turn()
        let replies = client.repliesSoFar()
        try #require(replies.count == 2)
        #expect(replies[0].contains("ExpectedMore"))
        #expect(replies[1] == TestStore.allowed())
    }

    // The watcher reads nothing while 20,000 revisions pass; what it then reads ends with the newest.
    @Test("a slow watcher is told the newest revision only")
    func slowWatcher() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(TestStore.call("Watch", flags: #","more":true"#))
        harness.turn()
        let pair = [try TestStore.snapshot(revision: "even"), try TestStore.snapshot(revision: "odd")]
        for number in 1...20_000 {
            harness.source.publish(pair[number % 2])
            harness.turn()
        }
        #expect(harness.loop.connections[0].output.bytesHeld <= 4_096)
        harness.source.publish(try TestStore.snapshot(revision: "newest"))
        harness.turn()
        var told: [String] = []
        for _ in 0..<10 {
            told += client.repliesSoFar()
            harness.turn()
        }
        #expect(told.count < 20_000)
        #expect(told.last == #"{"parameters":{"revision":"newest"},"continues":true}"#)
    }

    // client: Authorize, Reload, Authorize | source: r2 in force, then the reload ends
    @Test("what follows a Reload waits for it and is answered by its result")
    func reload() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let other = try harness.connect()
        client.send(TestStore.question(), TestStore.call("Reload"), TestStore.question(), TestStore.call("Reload"))
        harness.turn(times: 3)
        #expect(client.repliesSoFar() == [TestStore.allowed()])
        other.send(TestStore.question())
        harness.turn()
        #expect(other.repliesSoFar() == [TestStore.allowed()])
        harness.source.publish(try TestStore.snapshot(revision: "r2", mayRead: false))
        harness.source.endReload(.success("r2"))
        harness.turn(times: 3)
        harness.source.endReload(.failure(ReloadFailure(errors: ["a.json:1:2: bad"])))
        harness.turn(times: 3)
        #expect(
            client.repliesSoFar() == [
                #"{"parameters":{"revision":"r2"}}"#, TestStore.denied("implicitDeny", "r2"),
                #"{"error":"io.postern.ReloadFailed","parameters":{"errors":["a.json:1:2: bad"]}}"#,
            ])
    }

    @Test("a caller may vanish while its reload is under way")
    func reloadOfNobody() throws {
        var harness = try LoopHarness()
        var client: TestClient? = try harness.connect()
        client?.send(TestStore.call("Reload"))
        harness.turn()
        client = nil
        harness.turn()
        #expect(harness.loop.connections.used == 0)
        let next = try harness.connect()
        harness.source.endReload(.success("r1"))
        harness.turn(times: 2)
        #expect(next.repliesSoFar().isEmpty)
    }

    @Test("an old snapshot is let go at the next wake-up")
    func letsGo() throws {
        var harness = try LoopHarness()
        weak let old = harness.source.current.snapshot
        harness.source.publish(try TestStore.snapshot(revision: "r2"))
        #expect(old != nil)
        harness.turn()
        #expect(old == nil)
    }

    // Read already, sent but not read, sent after the drain began: the first two are answered.
    @Test("a drain answers what has come, ends watchers and idle callers, and takes no more")
    func drain() throws {
        var harness = try LoopHarness()
        let busy = try harness.connect()
        let idle = try harness.connect()
        let watcher = try harness.connect()
        watcher.send(TestStore.call("Watch", flags: #","more":true"#))
        busy.send(Array(repeating: TestStore.question(), count: 50))
        harness.turn()
        #expect(harness.port.post(.drain))
        harness.turn()
        busy.send(Array(repeating: TestStore.question(), count: 500))
        harness.turn(times: 20)
        let isFinished = harness.loop.isFinished
        #expect(isFinished)
        let answered = busy.repliesSoFar().count
        #expect(answered == 50)
        #expect(busy.isClosed && idle.isClosed && watcher.isClosed)
    }

    @Test("a watch that is first answered in a drain ends behind its reply, without waiting for the clock")
    func drainEndsNewWatch() throws {
        var harness = try LoopHarness()
        let watcher = try harness.connect()
        harness.turn()
        watcher.send(TestStore.call("Watch", flags: #","more":true"#))
        #expect(harness.port.post(.drain))
        harness.turn(times: 5)
        let isFinished = harness.loop.isFinished
        #expect(isFinished)
        let answered = watcher.repliesSoFar().count
        #expect(answered == 1)
        #expect(watcher.isClosed)
    }

    @Test("a drain waits for a caller that does not read, and gives up after five seconds")
    func drainGivesUp() throws {
        var harness = try LoopHarness()
        let slow = try harness.connect()
        for _ in 0..<200 {
            _ = slow.writeOnce(Array((TestStore.questions(400) + "\0").utf8)[...])
            harness.turn()
        }
        #expect(harness.port.post(.drain))
        harness.turn(times: 5)
        let finishedEarly = harness.loop.isFinished
        #expect(!finishedEarly)
        harness.time.milliseconds += SidecarLimits.drainMillisecondsMax
        let finished = harness.loop.isFinished
        #expect(finished)
        harness.loop.run()
        #expect(!harness.port.post(.drain))
        #expect(harness.shared.connections.load(ordering: .relaxed) == 0)
    }
}

extension String {
    /// How often a text occurs.
    func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: text) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
