import Audit
import Directory
import Glibc
import Logging
import Testing

@testable import Sidecar

/// Keeps lines.
private final class Lines: DecisionSink {
    private var text = ""

    func write(_ bytes: [UInt8]) -> Int {
        text += String(decoding: bytes, as: UTF8.self)
        return bytes.count
    }

    /// The lines since the last call, without their times.
    func take() -> [String] {
        defer { text = "" }
        return text.split(separator: "\n").map { line in
            String(line.split(separator: ",", maxSplits: 1).last ?? "")
        }
    }
}

@Suite("Decisions are recorded")
struct DecisionLogTests {
    private static func line(
        _ decision: String, _ reason: String, _ action: String, _ revision: String = "r1", peer: Int = 1_000
    ) -> String {
        #""decision":"\#(decision)","reason":"\#(reason)","principal":"\#(TestStore.alice)","action":"\#(action)","#
            + #""resource":"arn:aws:docs::111122223333:report/7","revision":"\#(revision)","peerUid":\#(peer)}"#
    }

    private static func auditor() throws -> Auditor {
        try Auditor(path: "unused", threads: 2, logger: Logger(label: "test"))
    }

    @Test("every question of every call once, with its revision, and no message that asks nothing")
    func recorded() throws {
        let auditor = try Self.auditor()
        var harness = try LoopHarness(auditor: auditor)
        let lines = Lines()
        var drain = DecisionDrain(auditor.log, to: lines)
        let client = try harness.connect()
        client.send(
            TestStore.question(), TestStore.call("Status"), TestStore.question("no action"),
            TestStore.questions(2))
        harness.turn()
        harness.source.publish(try TestStore.snapshot(revision: "r2", mayRead: false))
        client.send(TestStore.question())
        harness.turn()
        #expect(drain.run() == 4)
        let read = Self.line("allowed", "allowed", "docs:Read")
        let delete = Self.line("explicitDeny", "identityPolicyDeny", "docs:Delete")
        let later = Self.line("implicitDeny", "identityPolicy", "docs:Read", "r2")
        #expect(lines.take() == [read, read, delete, later])
    }

    @Test("a batch that is answered over a change of revision is recorded by the one it was answered by")
    func resumed() throws {
        let auditor = try Self.auditor()
        var harness = try LoopHarness(auditor: auditor)
        let lines = Lines()
        var drain = DecisionDrain(auditor.log, to: lines)
        let client = try harness.connect()
        client.send(TestStore.questions(512))
        harness.turn()
        harness.source.publish(try TestStore.snapshot(revision: "r2", mayRead: false))
        harness.turn(times: 4)
        #expect(drain.run() == 512)
        #expect(lines.take().allSatisfy { $0.contains(#""revision":"r1""#) })
    }

    @Test("the status counts decisions by reason, with a log and without one")
    func status() throws {
        for auditor in [nil, try Self.auditor()] {
            var harness = try LoopHarness(auditor: auditor)
            let client = try harness.connect()
            client.send(
                TestStore.question(), TestStore.question("docs:Delete"), TestStore.question("docs:Other"),
                TestStore.question(), TestStore.call("Status"))
            harness.turn()
            let status = try #require(client.repliesSoFar().last)
            #expect(status.contains(#""reasons":{"allowed":2,"identityPolicyDeny":1,"identityPolicy":1}"#))
            let log = #","decisionLog":{"written":0,"dropped":0,"failed":0}"#
            #expect(status.contains(log) == (auditor != nil))
        }
    }

    // Nobody drains: the ring fills up, and the loop answers all the same.
    @Test("a log that nobody empties drops and counts, and no answer waits for it")
    func overflow() throws {
        let auditor = try Self.auditor()
        var harness = try LoopHarness(auditor: auditor)
        let client = try harness.connect()
        var answered = 0
        for _ in 0..<40 {
            client.send(TestStore.questions(512))
            harness.turn(times: 3)
            answered += client.repliesSoFar().reduce(0) { $0 + $1.components(of: "\"decision\"") }
        }
        #expect(answered == 40 * 512)
        let dropped = auditor.log.counts.dropped
        #expect(dropped > 0 && dropped < answered)
        let lines = Lines()
        var drain = DecisionDrain(auditor.log, to: lines)
        #expect(drain.run() == answered - dropped)
        client.send(TestStore.call("Status"))
        harness.turn()
        let status = try #require(client.repliesSoFar().last)
        #expect(status.contains(#""dropped":\#(dropped),"#))
    }

    @Test("a running sidecar writes the file, explained questions too, and finishes it before it ends")
    func file() throws {
        let running = try TestSidecar { configuration, folder in
            configuration.loops = 2
            configuration.trustedUsers = [getuid()]
            configuration.decisionLog = folder.file("d.log")
        }
        try running.start()
        let clients = [try running.connect(), try running.connect()]
        for client in clients {
            client.send(TestStore.question(), TestStore.question("docs:Delete", explain: true))
            #expect(client.replies(2).count == 2)
        }
        running.stop()
        var buffer: [UInt8] = Array(repeating: 0, count: 65_536)
        let file = unsafe open(running.folder.file("d.log"), O_RDONLY)
        defer { close(file) }
        let count = unsafe read(file, &buffer, buffer.count)
        let lines = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
        let peer = Int(getuid())
        let expected = [
            Self.line("allowed", "allowed", "docs:Read", peer: peer),
            Self.line("explicitDeny", "identityPolicyDeny", "docs:Delete", peer: peer),
        ]
        #expect(lines.count == 4)
        for line in expected { #expect(lines.count { $0.hasSuffix(line) } == 2, "\(lines)") }
    }

    @Test("a log that cannot be opened is an error at the start, and leaves no socket behind")
    func unopenable() throws {
        let sidecar = try TestSidecar { $0.decisionLog = $1.file("no/d.log") }
        let expected = SidecarError.system(
            doing: "open the decision log `\(sidecar.folder.file("no/d.log"))`", errno: ENOENT)
        #expect(throws: expected) { try sidecar.start() }
        #expect(sidecar.folder.names.isEmpty)
    }
}
