import Glibc
import JSONDocument
import NIOConcurrencyHelpers
import PolicyModel
import Testing

@testable import Audit

/// Keeps what is written; takes as much as a test lets it.
private final class MemorySink: DecisionSink {
    var bytes: [UInt8] = []
    var room = Int.max

    func write(_ bytes: [UInt8]) -> Int {
        let taken = min(bytes.count, room)
        self.bytes += bytes.prefix(taken)
        room -= taken
        return taken
    }

    var lines: [Substring] { String(decoding: bytes, as: UTF8.self).split(separator: "\n") }
}

@Suite("What is written of decisions")
struct DecisionDrainTests {
    @Test("a decision is one line of JSON with everything that was recorded")
    func line() {
        let log = DecisionLog(rings: 1) {}
        let sink = MemorySink()
        var drain = DecisionDrain(log, to: sink)
        var recorder = log.recorder(0)
        let facts = DecisionFacts(
            now: Instant(seconds: 1_767_225_600, nanoseconds: 7_008_999), peerUser: 1_000,
            revision: log.number(of: "0123ab"), decision: .explicitDeny, reason: .resourcePolicyDeny)
        recorder.record(facts, "arn:aws:iam::111122223333:user/alice", "docs:Delete", "arn:aws:docs:::report/7")
        #expect(drain.run() == 1)
        let expected =
            #"{"time":"2026-01-01T00:00:00.007008Z","decision":"explicitDeny","reason":"resourcePolicyDeny","#
            + #""principal":"arn:aws:iam::111122223333:user/alice","action":"docs:Delete","#
            + #""resource":"arn:aws:docs:::report/7","revision":"0123ab","peerUid":1000}"#
        #expect(sink.lines == [expected[...]])
        #expect(log.counts == DecisionLog.Counts(written: 1, dropped: 0, failed: 0))
    }

    @Test(
        "texts are escaped so that every line is JSON and one line",
        arguments: ["\"", "\\", "\n\u{1}\u{1F}", "é€😀", ""])
    func escapes(text: String) throws {
        let log = DecisionLog(rings: 1) {}
        let sink = MemorySink()
        var drain = DecisionDrain(log, to: sink)
        var recorder = log.recorder(0)
        recorder.record(.made(2), text, "a:\(text)", "*\(text)")
        _ = drain.run()
        try #require(sink.lines.count == 1)
        let root = try JSONDocument(Array(sink.lines[0].utf8), limits: .file).root
        #expect(root["principal"]?.value == .string(text))
        #expect(root["action"]?.value == .string("a:" + text))
        #expect(root["resource"]?.value == .string("*" + text))
        // No revision has the number that these facts have.
        #expect(root["revision"]?.value == .null)
    }

    @Test("what was cut is named")
    func truncated() {
        let log = DecisionLog(rings: 1) {}
        let sink = MemorySink()
        var drain = DecisionDrain(log, to: sink)
        var recorder = log.recorder(0)
        let long = String(repeating: "x", count: 2_048)
        recorder.record(.made(2), long, "a:b", long)
        _ = drain.run()
        #expect(sink.lines[0].hasSuffix(#""truncated":["principal","resource"]}"#))
    }

    @Test("times before 1970 and at the end of a leap year are right")
    func times() {
        let log = DecisionLog(rings: 1) {}
        let sink = MemorySink()
        var drain = DecisionDrain(log, to: sink)
        var recorder = log.recorder(0)
        for (seconds, _) in Self.seconds {
            let facts = DecisionFacts(
                now: Instant(seconds: seconds), peerUser: 0, revision: 0, decision: .allowed, reason: .allowed)
            recorder.record(facts, "p", "a:b", "*")
        }
        _ = drain.run()
        for (line, (_, text)) in zip(sink.lines, Self.seconds) {
            #expect(line.hasPrefix(#"{"time":"\#(text).000000Z","#), "\(line)")
        }
    }

    private static let seconds: [(Int64, String)] = [
        (-1, "1969-12-31T23:59:59"), (0, "1970-01-01T00:00:00"), (951_782_400, "2000-02-29T00:00:00"),
        (1_735_689_599, "2024-12-31T23:59:59"), (4_107_542_400, "2100-03-01T00:00:00"),
    ]

    @Test("lines that cannot be written are counted, and the next ones begin on a line of their own")
    func failures() throws {
        let log = DecisionLog(rings: 2) {}
        let sink = MemorySink()
        var drain = DecisionDrain(log, to: sink)
        var first = log.recorder(0)
        var second = log.recorder(1)
        first.record(.made(0), "one", "a:b", "*")
        second.record(.made(0), "two", "a:b", "*")
        second.record(.made(0), "three", "a:b", "*")
        // Room for the first line and a part of the second.
        sink.room = 200
        #expect(drain.run() == 3)
        let counts = log.counts
        #expect(counts.written == 1 && counts.failed == 2)
        sink.room = .max
        first.record(.made(0), "four", "a:b", "*")
        _ = drain.run()
        #expect(sink.lines.count == 3)
        #expect(sink.lines[0].contains(#""principal":"one""#))
        #expect(sink.lines[2].contains(#""principal":"four""#) && sink.lines[2].hasPrefix("{"))
        #expect(log.counts.written == 2)
    }

    // Asleep: the first decision wakes. Gathering: only a ring that fills up does. Working: nothing has to.
    @Test("the drain is woken once for each time that it waits")
    func wakes() {
        let woken = NIOLockedValueBox(0)
        let log = DecisionLog(rings: 1, ringBytes: 8_192) { woken.withLockedValue { $0 += 1 } }
        var recorder = log.recorder(0)
        func offered() -> Int { woken.withLockedValue { $0 } }
        recorder.offer()
        recorder.record(.made(1), "p", "a:b", "*")
        recorder.offer()
        #expect(offered() == 0)
        log.drainWaits(forMore: false)
        recorder.offer()
        #expect(offered() == 0, "nothing new")
        recorder.record(.made(1), "p", "a:b", "*")
        recorder.offer()
        recorder.record(.made(1), "p", "a:b", "*")
        recorder.offer()
        #expect(offered() == 1)
        log.drainWaits(forMore: true)
        recorder.record(.made(1), "p", "a:b", "*")
        recorder.offer()
        #expect(offered() == 1)
        for _ in 0..<100 { recorder.record(.made(1), "p", "a:b", "*") }
        recorder.offer()
        #expect(offered() == 2)
    }
}

@Suite("The file of a decision log")
struct DecisionFileTests {
    private static func folder() throws -> String {
        var template = Array("/tmp/pst.XXXXXX".utf8CString)
        return try unsafe template.withUnsafeMutableBufferPointer { buffer in
            let base = try unsafe #require(buffer.baseAddress)
            return try unsafe String(cString: #require(mkdtemp(base)))
        }
    }

    private static func text(_ path: String) -> String? {
        let file = unsafe open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer: [UInt8] = Array(repeating: 0, count: 4_096)
        let count = unsafe read(file, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    @Test("it is added to, and begun anew once it was moved away")
    func rotation() throws {
        let folder = try Self.folder()
        let (path, moved) = (folder + "/d.log", folder + "/d.log.1")
        defer { for name in [path, moved, folder] { _ = unsafe remove(name) } }
        do {
            let file = try DecisionFile(path: path)
            #expect(file.write(Array("one\n".utf8)) == 4)
        }
        let file = try DecisionFile(path: path)
        #expect(file.write(Array("two\n".utf8)) == 4)
        #expect(Self.text(path) == "one\ntwo\n")
        var facts = stat()
        #expect(unsafe stat(path, &facts) == 0 && facts.st_mode & 0o777 & ~0o640 == 0)
        #expect(unsafe rename(path, moved) == 0)
        #expect(file.write(Array("three\n".utf8)) == 6)
        try file.reopen()
        #expect(file.write(Array("four\n".utf8)) == 5)
        #expect(Self.text(moved) == "one\ntwo\nthree\n")
        #expect(Self.text(path) == "four\n")
    }

    @Test("a folder that is not there is an error, and no file that is open is lost by it")
    func missing() throws {
        let folder = try Self.folder()
        let path = folder + "/d.log"
        #expect(throws: DecisionFileError(errno: ENOENT)) { _ = try DecisionFile(path: folder + "/no/d.log") }
        let file = try DecisionFile(path: path)
        #expect(unsafe remove(path) == 0)
        #expect(unsafe rmdir(folder) == 0)
        #expect(throws: DecisionFileError(errno: ENOENT)) { try file.reopen() }
        #expect(file.write(Array("x\n".utf8)) == 2)
    }

    // The pipe holds 64 KiB and nobody reads: a stop gives up, and says how much was taken.
    @Test("a pipe that nobody empties holds up a stop only for a moment")
    func fullPipe() throws {
        let folder = try Self.folder()
        let path = folder + "/pipe"
        defer { for name in [path, folder] { _ = unsafe remove(name) } }
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let file = try DecisionFile(path: path)
        file.beginToStop()
        let taken = file.write(Array(repeating: UInt8(ascii: "x"), count: 1 << 20))
        #expect(taken > 0 && taken < 1 << 20)
    }
}
