import Directory
import Glibc
import PolicyModel
import Testing

@testable import Sidecar

@Suite("A loop answers")
struct LoopAnswerTests {
    @Test("pipelined messages in their order")
    func pipelining() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(TestStore.question(), TestStore.question("docs:Delete"), TestStore.question("docs:Other"))
        harness.turn()
        #expect(
            client.repliesSoFar() == [
                TestStore.allowed(), TestStore.denied("explicitDeny"), TestStore.denied("implicitDeny"),
            ])
    }

    @Test("a message that comes in two parts, wherever it is cut")
    func everySplit() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let bytes = Array((TestStore.question() + "\0" + TestStore.question("docs:Delete") + "\0").utf8)
        for cut in 1..<bytes.count {
            client.write(Array(bytes[..<cut]))
            harness.turn()
            client.write(Array(bytes[cut...]))
            harness.turn()
            #expect(
                client.repliesSoFar() == [TestStore.allowed(), TestStore.denied("explicitDeny")], "cut at \(cut)")
        }
        #expect(harness.loop.unfinished == 0)
    }

    @Test("a message that comes byte by byte")
    func byteByByte() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        for byte in Array((TestStore.question() + "\0").utf8) {
            client.write([byte])
            harness.turn()
        }
        #expect(client.repliesSoFar() == [TestStore.allowed()])
        #expect(harness.loop.connections[0].input.bytesHeld == 0)
    }

    @Test("what a caller sent before it half-closed, and then closes")
    func halfClose() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(Array(repeating: TestStore.question(), count: 100))
        client.write(Array("{\"unfinished".utf8))
        client.finishWriting()
        harness.turn(times: 8)
        #expect(client.repliesSoFar().count == 100)
        #expect(client.isClosed)
        #expect(harness.loop.connections.used == 0)
        #expect(harness.loop.unfinished == 0)
    }

    @Test(
        "with BadRequest and the end, after all earlier replies",
        arguments: ["{", "nonsense", "", "{\"method\":\"io.postern.Status\"} x"])
    func unparsable(text: String) throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(TestStore.question(), text, TestStore.question())
        harness.turn()
        let replies = client.repliesSoFar()
        try #require(replies.count == 2)
        #expect(replies[0] == TestStore.allowed())
        #expect(replies[1].hasPrefix(#"{"error":"io.postern.BadRequest""#))
        #expect(client.isClosed)
    }

    @Test("an over-long message with BadRequest and the end, with or without its NUL", arguments: [true, false])
    func overlong(hasNUL: Bool) throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(TestStore.question())
        var bytes = Array(repeating: UInt8(ascii: " "), count: SidecarLimits.messageBytesMax + 1)
        if hasNUL { bytes.append(0) }
        var sent = 0
        for _ in 0..<50 where sent < bytes.count {
            sent += max(0, client.writeOnce(bytes[sent...]))
            harness.turn()
        }
        harness.turn(times: 2)
        let replies = client.repliesSoFar()
        try #require(replies.count == 2)
        #expect(replies[0] == TestStore.allowed())
        #expect(replies[1].contains("longer than 65536 bytes"))
        #expect(client.isClosed)
    }

    @Test("the longest message that is allowed")
    func longest() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let question = Array(TestStore.question().utf8)
        let padding = Array(repeating: UInt8(ascii: " "), count: SidecarLimits.messageBytesMax - question.count)
        let bytes = padding + question + [0]
        var sent = 0
        for _ in 0..<50 where sent < bytes.count {
            sent += max(0, client.writeOnce(bytes[sent...]))
            harness.turn()
        }
        harness.turn(times: 2)
        #expect(client.repliesSoFar() == [TestStore.allowed()])
        #expect(!client.isClosed)
    }

    @Test("bad values and unknown methods, and goes on")
    func goesOn() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(
            TestStore.question(""), #"{"method":"io.postern.Nothing"}"#,
            #"{"method":"io.postern.Status","upgrade":true}"#,
            TestStore.question())
        harness.turn()
        let replies = client.repliesSoFar()
        try #require(replies.count == 4)
        #expect(replies[0].contains("io.postern.BadRequest"))
        #expect(replies[1].contains("org.varlink.service.MethodNotFound"))
        #expect(replies[2].contains("upgrade"))
        #expect(replies[3] == TestStore.allowed())
    }

    @Test("nothing to a oneway call, but counts it")
    func oneway() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        let question = TestStore.question()
        client.send(String(question.dropLast()) + #","oneway":true}"#, TestStore.question("docs:Delete"))
        harness.turn()
        #expect(client.repliesSoFar() == [TestStore.denied("explicitDeny")])
        #expect(harness.shared.tally.requests == 2)
        #expect(harness.shared.tally.allowed == 1)
        #expect(harness.shared.tally.explicitDeny == 1)
    }

    @Test("by the clock, read once a question")
    func clock() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        harness.time.seconds = 999_999_999
        client.send(TestStore.question("docs:Now"))
        harness.turn()
        harness.time.seconds = 1_000_000_001
        client.send(TestStore.question("docs:Now"))
        harness.turn()
        #expect(client.repliesSoFar() == [TestStore.allowed(), TestStore.denied("implicitDeny")])
    }

    @Test("who it does not trust: no explanation, no reload, no errors")
    func trust() throws {
        var harness = try LoopHarness()
        harness.source.publish(try TestStore.snapshot(revision: "r1")) { $0.errors = ["a.json:1:1: broken"] }
        let stranger = try harness.connect(isTrusted: false)
        let friend = try harness.connect(isTrusted: true)
        for client in [stranger, friend] {
            client.send(TestStore.question(explain: true), TestStore.call("Status"), TestStore.question())
        }
        stranger.send(TestStore.call("Reload"))
        harness.turn()
        let refused = stranger.repliesSoFar()
        try #require(refused.count == 4)
        #expect(refused[0].contains("PermissionDenied"))
        #expect(!refused[1].contains("broken") && refused[1].contains(#""errorCount":1"#))
        #expect(refused[2] == TestStore.allowed())
        #expect(refused[3].contains("PermissionDenied"))
        let told = friend.repliesSoFar()
        try #require(told.count == 3)
        #expect(told[0].contains(#""explanation":{"reason":"allowed""#) && told[0].contains("alice.json"))
        #expect(told[1].contains(#""errors":["a.json:1:1: broken"]"#))
    }

    @Test("implicitDeny once trouble has lasted too long, and not before")
    func stale() throws {
        var harness = try LoopHarness(staleDenyAfterSeconds: 60)
        let client = try harness.connect()
        harness.source.publish(try TestStore.snapshot(revision: "r1")) { $0.troubleSince = 1_000 }
        for seconds in [1_060, 1_061] as [Int64] {
            harness.time.seconds = seconds
            client.send(TestStore.question(), TestStore.question(explain: true))
            harness.turn()
        }
        harness.source.publish(try TestStore.snapshot(revision: "r2")) { $0.troubleSince = nil }
        client.send(TestStore.question())
        harness.turn()
        let replies = client.repliesSoFar()
        try #require(replies.count == 5)
        #expect(replies[0] == TestStore.allowed())
        #expect(replies[2] == TestStore.denied("implicitDeny"))
        #expect(replies[3].contains("stalePolicies"))
        #expect(replies[4] == TestStore.allowed("r2"))
    }

    @Test("org.varlink.service")
    func service() throws {
        var harness = try LoopHarness()
        let client = try harness.connect(isTrusted: false)
        client.send(
            #"{"method":"org.varlink.service.GetInfo"}"#,
            #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"io.postern"}}"#)
        harness.turn()
        let replies = client.repliesSoFar()
        try #require(replies.count == 2)
        #expect(replies[0].contains(Sidecar.version))
        #expect(replies[1].contains("method Authorize("))
    }
}
