import Testing

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
            (#"{"error":"x.y"}"#, .unknownError("x.y")),
        ]
        for (reply, error) in cases {
            #expect(throws: error) { try Codec.parameters(Array(reply.utf8)) }
        }
    }

    @Test("messages are cut at any byte")
    func frames() throws {
        let stream = Array("one\0two\0\0three\0".utf8)
        for size in 1...stream.count {
            var frames = FrameBuffer()
            var messages: [String] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                frames.bytes += stream[start..<min(start + size, stream.count)]
                while let message = try frames.next() { messages.append(text(message)) }
            }
            #expect(messages == ["one", "two", "", "three"])
            #expect(frames.isEmpty)
        }
    }

    @Test("escapes come back as the characters they stand for")
    func escapes() throws {
        let value = try ReplyParser.parse(Array(#""\u00e9\ud83d\ude00\n\/\\""#.utf8))
        #expect(value == .string("é😀\n/\\"))
        #expect(throws: PosternError.self) { try ReplyParser.parse(Array(#""\ud83d""#.utf8)) }
    }
}
