import Directory
import Testing

@testable import Sidecar

/// What callers are told while an image is in force, and after what was compiled has taken its place.
@Suite("While an image decides")
struct ImageAnswerTests {
    private static func image(of snapshot: Snapshot) throws -> Snapshot {
        let words = ImageWords(try #require(SnapshotImage.words(of: snapshot)))
        return try unsafe SnapshotImage.snapshot(
            in: words.buffer, owner: words, revision: snapshot.revision, rules: Directory())
    }

    /// A asks for an explanation and a decision, B for a decision and then the status.
    ///
    ///     image in force ─▶ B answered, A waits
    ///     compiled       ─▶ A explained, then A's second message answered
    @Test("questions are answered, and explanations wait")
    func waiting() throws {
        var harness = try LoopHarness()
        let compiled = harness.source.current.snapshot
        harness.source.publish(try Self.image(of: compiled)) { $0.image = .unchecked }
        let asker = try harness.connect()
        let other = try harness.connect()
        asker.send(TestStore.question(explain: true), TestStore.question())
        other.send(TestStore.question(), TestStore.call("Status"))
        harness.turn(times: 4)
        #expect(asker.repliesSoFar().isEmpty)
        let replies = other.repliesSoFar()
        #expect(replies.first == TestStore.allowed())
        #expect(replies.last?.contains(#""image":"unchecked"}}"#) == true)
        harness.source.publish(compiled) { $0.image = .equal }
        harness.turn(times: 4)
        let explained = asker.repliesSoFar()
        try #require(explained.count == 2)
        #expect(explained[0].contains(#""explanation":{"reason":"allowed""#))
        #expect(explained[0].contains(#""file":"alice.json""#))
        #expect(explained[1] == TestStore.allowed())
    }

    @Test("who watches hears nothing of what takes an image's place")
    func watching() throws {
        var harness = try LoopHarness()
        let compiled = harness.source.current.snapshot
        harness.source.publish(try Self.image(of: compiled)) { $0.image = .unchecked }
        let watcher = try harness.connect()
        watcher.send(TestStore.call("Watch", flags: #","more":true"#))
        harness.turn()
        harness.source.publish(compiled) { $0.image = .equal }
        harness.turn(times: 3)
        #expect(watcher.repliesSoFar() == [#"{"parameters":{"revision":"r1"},"continues":true}"#])
    }

    @Test("everything is denied after an image was withdrawn, whatever the tables say")
    func withdrawn() throws {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(TestStore.question())
        harness.turn()
        harness.source.publish(harness.source.current.snapshot) { $0.image = .withdrawn }
        client.send(TestStore.question(), TestStore.call("Status"))
        harness.turn(times: 2)
        let replies = client.repliesSoFar()
        try #require(replies.count == 3)
        #expect(replies[0] == TestStore.allowed() && replies[1] == TestStore.denied("implicitDeny"))
        #expect(replies[2].contains(#""image":"withdrawn"}}"#))
        let summary = ServiceManager.summary(harness.source.current.status)
        #expect(summary.hasPrefix("serving revision r1, and denying everything: the image was wrong"))
    }

    @Test("sessions with policies of their own are answered")
    func session() throws {
        var harness = try LoopHarness()
        harness.source.publish(try Self.image(of: harness.source.current.snapshot)) { $0.image = .unchecked }
        let client = try harness.connect()
        let policy =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"docs:Other","Resource":"*"}]}"#
        client.send(
            #"{"method":"io.postern.Authorize","parameters":{"principal":"\#(TestStore.alice)","action":"docs:Read","#
                + #""resource":"arn:aws:docs::111122223333:report/7","session":{"policies":[\#(policy)],"issued":"2001-01-01T00:00:00Z"}}}"#
        )
        harness.turn()
        #expect(client.repliesSoFar() == [TestStore.denied("implicitDeny")])
    }

    @Test("where nothing was compiled in its place, an explanation is an error")
    func never() throws {
        var harness = try LoopHarness()
        harness.source.publish(try Self.image(of: harness.source.current.snapshot)) { $0.image = .different }
        let client = try harness.connect()
        client.send(TestStore.question(explain: true), TestStore.call("Status"))
        harness.turn(times: 4)
        let replies = client.repliesSoFar()
        #expect(replies.first == #"{"error":"io.postern.NotReady","parameters":{}}"#)
        #expect(replies.last?.contains(#""image":"different"}}"#) == true)
    }
}

/// Words that stay where they are.
@safe
private final class ImageWords: @unchecked Sendable {  // Filled once, and then only read.
    private let memory: UnsafeMutableBufferPointer<UInt32>

    init(_ words: [UInt32]) {
        unsafe memory = .allocate(capacity: words.count)
        _ = unsafe memory.initialize(from: words)
    }

    deinit { unsafe memory.deallocate() }

    var buffer: UnsafeBufferPointer<UInt32> { unsafe UnsafeBufferPointer(memory) }
}
