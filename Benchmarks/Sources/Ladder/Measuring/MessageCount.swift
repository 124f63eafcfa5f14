import Audit
import CMeasure
import DecisionTree
import Directory
import PolicyModel
import WireProtocol

/// What runs under callgrind for a message: reading it, writing its reply, and recording its decision.
enum MessageCount {
    /// Messages that callgrind counts.
    static let messages = 2_000
    private static let request =
        #"{"method":"io.postern.Authorize","parameters":{"#
        + #""principal":"arn:aws:iam::111122223333:user/user17","action":"s7:GetReport","#
        + #""resource":"arn:aws:s7:::Report/123/a","context":{"aws:SourceIp":"10.2.0.7","app:Secure":"true","#
        + #""app:Env":"prod","app:Team":"team17","app:Amount":"4711"}}}"#

    static func run() throws {
        let decider = try Decider.ready(try Rung.growth(1_000).store())
        measure_instrument(1)
        defer { measure_instrument(0) }
        var scanner = MessageScanner()
        let text = Array(request.utf8)
        // The message lives as long as the scans.
        let count = try unsafe text.withUnsafeBufferPointer { bytes in
            try collectedScans(
                &scanner, unsafe ByteView(base: bytes.baseAddress, count: bytes.count), decider.snapshot.tables.keys)
        }
        var replies = WireBuffer()
        let log = DecisionLog(rings: 1) {}
        var recorder = log.recorder(0)
        let recorded = unsafe text.withUnsafeBytes { unsafe collectedRecords(&recorder, $0) }
        print(count, collectedReplies(&replies), recorded, "of", messages, "messages of", text.count, "bytes")
    }

    @inline(never)
    private static func collectedScans(
        _ scanner: inout MessageScanner, _ message: ByteView, _ keys: SymbolTable
    ) throws -> Int {
        var keysFound = 0
        for _ in 0..<messages {
            _ = try scanner.scan(message, keys: keys)
            keysFound += scanner.contextRange.count
        }
        return keysFound
    }

    /// Records decisions with texts of ordinary length; nobody drains, so fewer than the ring holds.
    @inline(never)
    private static func collectedRecords(_ recorder: inout DecisionRecorder, _ text: UnsafeRawBufferPointer) -> Int {
        let facts = DecisionFacts(
            now: Instant(seconds: 1), peerUser: 0, revision: 1, decision: .allowed, reason: .allowed)
        let principal = unsafe UnsafeRawBufferPointer(rebasing: text[64..<100])
        let action = unsafe UnsafeRawBufferPointer(rebasing: text[100..<112])
        let resource = unsafe UnsafeRawBufferPointer(rebasing: text[112..<140])
        for _ in 0..<messages {
            unsafe recorder.record(facts, principal: principal, action: action, resource: resource)
        }
        return messages
    }

    @inline(never)
    private static func collectedReplies(_ replies: inout WireBuffer) -> Int {
        var bytes = 0
        let prepared = PreparedReplies(revision: "0123456789abcdef0123456789abcdef")
        defer { extendLifetime(prepared) }
        for _ in 0..<messages {
            replies.removeAll()
            replies.append(prepared.views[.allowed])
            bytes += replies.count
        }
        return bytes
    }
}
