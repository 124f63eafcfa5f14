import Testing

@testable import WireProtocol

@Suite struct MessageBoundsTests {
    /// Scans a message that is within a bound, and one that is one past it.
    private func check(_ bound: Int, _ error: String, _ message: (Int) -> String) {
        if case .error(let error) = scan(message(bound)) { Issue.record("\(bound) is refused: \(error)") }
        #expect(scan(message(bound + 1)) == .error(.badRequest(error)))
    }

    @Test func `principal and resource have 2,048 bytes and an action 256`() {
        check(2_048, "`principal` is longer than 2048 bytes") {
            authorize("\"principal\":\"\(letters($0))\",\"action\":\"a\",\"resource\":\"r\"")
        }
        check(2_048, "`resource` is longer than 2048 bytes") {
            authorize("\"principal\":\"p\",\"action\":\"a\",\"resource\":\"\(letters($0))\"")
        }
        check(256, "`action` is longer than 256 bytes") {
            authorize("\"principal\":\"p\",\"action\":\"\(letters($0))\",\"resource\":\"r\"")
        }
    }

    @Test func `a bound counts bytes behind the escapes`() {
        func message(_ count: Int) -> String {
            let action = String(repeating: "\\u0041", count: count)
            return authorize("\"principal\":\"p\",\"action\":\"\(action)\",\"resource\":\"r\"")
        }
        check(256, "`action` is longer than 256 bytes", message)
    }

    @Test func `a context has 128 keys, names of 256 bytes, values of 4,096 and lists of 256`() {
        check(128, "`context` has more than 128 keys") { count in
            authorize(context: "{" + (0..<count).map { "\"k\($0)\":1" }.joined(separator: ",") + "}")
        }
        let quoted = letters(120) + "…"
        check(256, "the context key `\(quoted)` is longer than 256 bytes") {
            authorize(context: "{\"\(letters($0))\":1}")
        }
        check(4_096, "a value of the context key `k` is longer than 4096 bytes") {
            authorize(context: "{\"k\":\"\(letters($0))\"}")
        }
        check(4_096, "a value of the context key `k` is longer than 4096 bytes") {
            authorize(context: "{\"k\":[\"\(letters($0))\"]}")
        }
        check(256, "the context key `k` has more than 256 values") { count in
            authorize(context: "{\"k\":[" + Array(repeating: "1", count: count).joined(separator: ",") + "]}")
        }
    }

    @Test func `two spellings are found among many keys`() {
        let keys = (0..<100).map { "\"app:Key\($0)\":1" }.joined(separator: ",")
        let error = WireError.badRequest("the context key `APP:KEY42` is given in two spellings")
        #expect(scan(authorize(context: "{\(keys),\"APP:KEY42\":1}")) == .error(error))
    }

    @Test func `a call has 512 questions`() {
        check(512, "`questions` has more than 512 elements") { count in
            authorizeMany("\"questions\":[" + Array(repeating: "{}", count: count).joined(separator: ",") + "]")
        }
    }

    @Test func `numbers have 40 bytes and exponents of 200, and nesting stops at 8`() {
        check(40, "the number at byte 34 is longer than 40 bytes") {
            "{\"method\":\"io.postern.Status\",\"x\":" + String(repeating: "1", count: $0) + "}"
        }
        check(200, "the exponent of the number at byte 34 is outside ±200") {
            "{\"method\":\"io.postern.Status\",\"x\":1e-\($0)}"
        }
        let tooDeep =
            "at most 8 arrays and objects may stand inside each other, 32 in a session policy; byte 41 begins another"
        check(7, tooDeep) {
            "{\"method\":\"io.postern.Status\",\"x\":" + String(repeating: "[", count: $0)
                + String(repeating: "]", count: $0) + "}"
        }
    }
}
