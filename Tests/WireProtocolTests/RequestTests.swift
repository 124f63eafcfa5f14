import Testing

@testable import WireProtocol

@Suite struct RequestTests {
    @Test func `Authorize is asked with exactly these bytes`() {
        #expect(
            bytes { $0.appendAuthorize(WireQuestion(principal: "p", action: "a\"", resource: "r"), explain: true) }
                == """
                {"method":"io.postern.Authorize","parameters":{"principal":"p","action":"a\\"","resource":"r","explain":true}}\0
                """)
    }

    @Test func `calls without parameters are asked with exactly these bytes`() {
        #expect(bytes { $0.appendStatus() } == "{\"method\":\"io.postern.Status\"}\0")
        #expect(bytes { $0.appendReload() } == "{\"method\":\"io.postern.Reload\"}\0")
        #expect(bytes { $0.appendWatch() } == "{\"method\":\"io.postern.Watch\",\"more\":true}\0")
    }

    @Test func `the scanner reads what a client asks`() {
        let context = [
            WireContextEntry("s", .string("x\u{1}\u{8}\u{C}\u{1F}\r\n\t\\\"/é😀{")),
            WireContextEntry("i", .integer(.min)),
            WireContextEntry("n", .number("1.50")), WireContextEntry("{", .number("1.50 ")),
            WireContextEntry("b", .boolean(true)),
            WireContextEntry("l", .list([.string("{"), .integer(0), .boolean(false)])),
            WireContextEntry("e", .list([])),
        ]
        let asked = WireQuestion(principal: "p{", action: "a", resource: "r", context: context)
        let lines = [
            "s=x\u{1}\u{8}\u{C}\u{1F}\r\n\t\\\"/é😀{", "i=-9223372036854775808", "n=1.50", "{=1.50 ", "b=true",
            "l=[{|0|false]", "e=[]",
        ]
        let question = Question(principal: "p{", action: "a", resource: "r", context: lines)
        #expect(scan(String(bytes { $0.appendAuthorize(asked) }.dropLast())) == .authorize(question, explain: false))
    }

    @Test func `the scanner reads a batch with and without defaults`() {
        let first = WireQuestion(principal: "p", action: "a", resource: "r", context: [])
        let text = bytes { $0.appendAuthorizeMany([WireQuestion(action: "b"), first], defaults: first, explain: true) }
        let plain = Question(principal: "p", action: "a", resource: "r")
        var other = plain
        other.action = "b"
        #expect(scan(String(text.dropLast())) == .many([.question(other), .question(plain)], explain: true))
        let bare = bytes { $0.appendAuthorizeMany([first]) }
        #expect(scan(String(bare.dropLast())) == .many([.question(plain)], explain: false))
        #expect(scan(String(bytes { $0.appendAuthorizeMany([]) }.dropLast())) == .many([], explain: false))
    }

    @Test func `a session is asked with exactly these bytes`() {
        var session = WireSession()
        (session.policies, session.policyARNs) = ([WireSession.policy("{ \"a\" : 1 }") ?? ""], ["arn:p"])
        (session.tags, session.transitiveTagKeys) = ([.init("k\"", "v"), .init("l", "")], ["l"])
        (session.sourceIdentity, session.federatedProvider, session.issued) = ("me", "idp", "2026-01-31")
        (session.mfaPresent, session.mfaAgeSeconds, session.user) = (true, 5, "u")
        let asked = WireQuestion(principal: "p", action: "a", resource: "r", session: session)
        #expect(
            bytes { $0.appendAuthorize(asked) } == """
                {"method":"io.postern.Authorize","parameters":{"principal":"p","action":"a","resource":"r","session":{\
                "policies":[{"a":1}],"policyArns":["arn:p"],"tags":{"k\\"":"v","l":""},"transitiveTagKeys":["l"],\
                "sourceIdentity":"me","federatedProvider":"idp","issued":"2026-01-31","mfaPresent":true,"mfaAgeSeconds":5,\
                "user":"u"}}}\0
                """)
        let empty = WireQuestion(session: WireSession())
        #expect(
            bytes { $0.appendAuthorizeMany([empty], defaults: empty) }
                == """
                {"method":"io.postern.AuthorizeMany","parameters":{"session":{},"questions":[{"session":{}}]}}\0
                """)
    }

    @Test(arguments: ["", "[]", "3", "{", "{} {}", "{\"a\":1,\"a\":2}"])
    func `a policy that is no object is none`(text: String) {
        #expect(WireSession.policy(text) == nil)
    }
}

@Suite struct WireBufferTests {
    @Test func `what is consumed and truncated is gone, and the rest stays in order`() {
        var buffer = WireBuffer(capacity: 16)
        var expected: [UInt8] = []
        for round in 0..<200 {
            let piece = Array("piece \(round) ".utf8)
            let message = Message(piece)
            defer { withExtendedLifetime(message) {} }
            buffer.append(message.view)
            expected += piece
            let sent = round % 7
            buffer.consume(min(sent, buffer.count))
            expected.removeFirst(min(sent, expected.count))
            if round % 50 == 49 {
                buffer.truncate(to: buffer.count - 3)
                expected.removeLast(3)
                buffer.shrink(to: 0)
            }
            let bytes = buffer.bytes
            #expect(bytes == expected)
        }
        buffer.removeAll()
        let isEmpty = buffer.isEmpty
        #expect(isEmpty)
    }

    @Test(arguments: [0, 1, -1, 9, 10, 99, 100, Int.max, Int.min])
    func `numbers are written in full`(number: Int) {
        #expect(bytes { $0.append(number) } == String(number))
    }

    @Test func `a string is escaped so that the reader gives it back`() throws {
        let scalars = (1...0x2FF).compactMap { Unicode.Scalar($0) }
        let text = String(String.UnicodeScalarView(scalars)) + "\u{2028}\u{FFFF}😀"
        #expect(try WireValue(parsing: Array(bytes { $0.append(jsonString: text) }.utf8)) == .string(text))
    }
}

private func bytes(_ append: (inout WireBuffer) -> Void) -> String {
    var buffer = WireBuffer(capacity: 1)
    append(&buffer)
    return String(decoding: buffer.bytes, as: UTF8.self)
}
