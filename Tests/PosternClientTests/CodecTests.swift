import Testing
import WireProtocol

@testable import PosternClient

@Suite("Messages of the client")
struct CodecTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a question is always the same bytes, keys in order")
    func question() throws {
        let question = Question(
            principal: "anonymous", action: "docs:Read", resource: "*",
            context: ["b": ["x", 2, true], "a": "say \"hi\"\n", "c": .number("1.50")])
        let message = text(try Codec.authorize(question, explain: true))
        #expect(
            message
                == #"{"method":"io.postern.Authorize","parameters":{"principal":"anonymous","action":"docs:Read","resource":"*","#
                + #""context":{"a":"say \"hi\"\n","b":["x",2,true],"c":1.50},"explain":true}}"# + "\0")
    }

    @Test("a number that is none is refused before it is sent", arguments: ["", "1,2", "0}}", "\"x\"", "NaN"])
    func badNumber(_ text: String) {
        let question = Question(principal: "p", action: "a", resource: "r", context: ["k": .number(text)])
        #expect(throws: PosternError.self) { try Codec.authorize(question, explain: false) }
    }

    @Test("an answer is read with its explanation")
    func answer() throws {
        let reply =
            #"{"parameters":{"allowed":false,"decision":"explicitDeny","revision":"ab","explanation":{"reason":"identityPolicyDeny","#
            + #""summary":"no","matchedStatement":{"layer":"identityPolicy","policy":"P","sid":"S","index":0,"file":"f.json","line":3,"column":9}}}}"#
        let answer = try Codec.answer(Array(reply.utf8))
        #expect(!answer.isAllowed)
        #expect(answer.decision == .explicitDeny)
        #expect(answer.explanation?.matchedStatement?.line == 3)
        #expect(answer.explanation?.matchedStatement?.sid == "S")
    }

    @Test(
        "what is not an answer is never one",
        arguments: [
            "", "{}", "[]", #"{"parameters":{}}"#, #"{"parameters":{"allowed":true,"revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"implicitDeny","revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed","revision":"r"}"#,
            #"{"parameters":{"allowed":"true","decision":"allowed","revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed","revision":"r"}} x"#,
        ])
    func noAnswer(_ reply: String) {
        #expect(throws: PosternError.self) { try Codec.answer(Array(reply.utf8)) }
    }

    @Test("an explanation keeps what this client does not know")
    func unknownMembers() throws {
        let json = #"{"reason":"r","summary":"s","new":[1.50,{"é\n":null},true]}"#
        let reply = #"{"parameters":{"allowed":true,"decision":"allowed","revision":"ab","explanation":\#(json)}}"#
        #expect(try Codec.answer(Array(reply.utf8)).explanation?.json == json)
        let answer = #"{"allowed":true,"decision":"allowed","explanation":\#(json)}"#
        let many = #"{"parameters":{"answers":[\#(answer)],"revision":"ab"}}"#
        let answers = try Codec.answers(Array(many.utf8), count: 1)
        #expect(answers.map(\.explanation?.json) == [json])
        #expect(answers.map(\.revision) == ["ab"])
        #expect(throws: PosternError.protocolViolation("1 answers to 2 questions")) {
            try Codec.answers(Array(many.utf8), count: 2)
        }
    }

    @Test("a question that could not be decided is denied, and says why")
    func questionFault() throws {
        let reply =
            #"{"parameters":{"answers":[{"allowed":false,"decision":"implicitDeny","error":"BadRequest: x"}],"revision":"r"}}"#
        let answers = try Codec.answers(Array(reply.utf8), count: 1)
        #expect(answers.map(\.error) == ["BadRequest: x"])
        #expect(answers.map(\.isAllowed) == [false])
    }

    @Test("a status keeps what this client does not know, and is degraded by any trouble")
    func status() throws {
        var report = StatusReport(
            revision: "r", version: "9", uptimeSeconds: 1, lastReload: .init(at: 2, succeeded: true))
        #expect(try !Codec.status(message(report)).isDegraded)
        report.errorCount = 1
        #expect(try Codec.status(message(report)).isDegraded)
        report.errorCount = 0
        report.counts.quarantined = 1
        #expect(try Codec.status(message(report)).isDegraded)
        #expect(try !Codec.status(message(report)).isStale)
        let newer = text(message(report)).replacing("\"version\"", with: "\"new\":{\"a\":[]},\"version\"")
        let status = try Codec.status(Array(newer.utf8))
        #expect("{\"parameters\":\(status.json)}" == newer)
    }

    @Test("half a status is none")
    func noStatus() {
        #expect(throws: PosternError.self) { try Codec.status(Array(#"{"parameters":{"revision":"r"}}"#.utf8)) }
    }

    /// A reply without its NUL.
    private func message(_ report: StatusReport) -> [UInt8] {
        var buffer = WireBuffer()
        buffer.appendStatusReply(report)
        return buffer.bytes.dropLast()
    }

    @Test("errors are typed")
    func errors() {
        let cases: [(String, PosternError)] = [
            (#"{"error":"io.postern.BadRequest","parameters":{"message":"m"}}"#, .badRequest("m")),
            (#"{"error":"io.postern.NotReady"}"#, .notReady),
            (
                #"{"error":"io.postern.Overloaded","parameters":{"retryAfterMilliseconds":50}}"#,
                .overloaded(retryAfterMilliseconds: 50)
            ),
            (#"{"error":"io.postern.ReloadFailed","parameters":{"errors":["a","b"]}}"#, .reloadFailed(["a", "b"])),
            (#"{"error":"io.postern.PermissionDenied","parameters":{"message":"m"}}"#, .permissionDenied("m")),
            (
                #"{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"p"}}"#,
                .badRequest("invalid parameter `p`")
            ),
            (#"{"error":"io.postern.Overloaded"}"#, .overloaded(retryAfterMilliseconds: 1_000)),
            (
                #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"m"}}"#,
                .unknownError("org.varlink.service.MethodNotFound")
            ),
            (#"{"error":"x.y"}"#, .unknownError("x.y")),
        ]
        for (reply, error) in cases {
            #expect(throws: error) { try Codec.revision(Array(reply.utf8)) }
        }
    }

    @Test("messages are cut at any byte")
    func frames() throws {
        let stream = Array("one\0two\0\0three\0".utf8)
        for size in 1...stream.count {
            var frames = FrameBuffer()
            var messages: [String] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                frames.received.append(stream[start..<min(start + size, stream.count)])
                while let message = try frames.next() { messages.append(text(message)) }
            }
            #expect(messages == ["one", "two", "", "three"])
            let isEmpty = frames.isEmpty
            #expect(isEmpty)
        }
    }

    @Test("a message of no end is given up")
    func endlessMessage() throws {
        var frames = FrameBuffer()
        let piece = [UInt8](repeating: 0x20, count: WireBounds.replyBytesMax / 4)
        for _ in 0..<4 {
            frames.received.append(piece[...])
            let message = try frames.next()
            #expect(message == nil)
        }
        frames.received.append([0x20])
        let error = #expect(throws: PosternError.self) { try frames.next() }
        #expect(error == .protocolViolation("a message of more than 16777216 bytes"))
    }

    @Test("escapes come back as the characters they stand for")
    func escapes() throws {
        func reply(_ revision: String) -> [UInt8] { Array(#"{"parameters":{"revision":\#(revision)}}"#.utf8) }
        #expect(try Codec.revision(reply(#""\u00e9\ud83d\ude00\n\/\\""#)) == "é😀\n/\\")
        #expect(throws: PosternError.self) { try Codec.revision(reply(#""\ud83d""#)) }
    }
}
