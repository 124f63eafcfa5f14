import Testing

@testable import JSONDocument

/// Reads a text under the file limits, or others.
func read(_ text: String, limits: JSONLimits = .file) throws(JSONError) -> JSONDocument {
    try JSONDocument(Array(text.utf8), limits: limits)
}

/// The error of a text that is refused; `nil` when it is accepted.
func refusal(_ text: String, limits: JSONLimits = .file) -> JSONError? {
    refusal(Array(text.utf8), limits: limits)
}

/// The error of bytes that are refused; `nil` when they are accepted.
func refusal(_ bytes: [UInt8], limits: JSONLimits = .file) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONDocument(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

/// A text that is refused, with where and why.
struct Refused: Sendable, CustomTestStringConvertible {
    let text: String
    let position: JSONPosition
    let message: String

    init(_ text: String, _ line: Int, _ column: Int, _ message: String) {
        self.text = text
        position = JSONPosition(line: line, column: column)
        self.message = message
    }

    var testDescription: String { text }
}

@Suite struct JSONDocumentTests {
    @Test(
        "accepted texts come out as they went in",
        arguments: [
            "null", "true", "false", "0", "-0", "1.50", "1E+2", "1e-200", "1e200", "\"\"", "[]", "{}",
            "18446744073709551616", "-170141183460469231731687303715884105728", "[1,[2,[3]]]",
            "{\"b\":1,\"a\":{\"c\":null}}", "\"é\u{301}\u{1F600}\"", "\"\u{7F}\"", "9.9e200",
            "1234567890123456789012345678901234567890", "\"\u{FFFF}\"", "{\"\":0}",
        ])
    func accepted(text: String) throws {
        let document = try read(text)
        #expect(JSONOutput(document.root).serialized() == text)
        let padded = try read(" \t\r\n" + text + "\n ")
        #expect(JSONOutput(padded.root).serialized() == text)
    }

    @Test(
        "refused texts say where and why",
        arguments: [
            Refused("", 1, 1, "expected a value, but the text ends"),
            Refused(" \n ", 2, 2, "expected a value, but the text ends"),
            Refused("\u{FEFF}{}", 1, 1, "expected a value, found a byte order mark"),
            Refused("{} x", 1, 4, "nothing may stand behind the value, found `x`"),
            Refused("{}{}", 1, 3, "nothing may stand behind the value, found `{`"),
            Refused("[1,]", 1, 4, "expected a value, found `]`"),
            Refused("[1 2]", 1, 4, "expected `,` or `]`, found `2`"),
            Refused("[", 1, 2, "expected a value, but the text ends"),
            Refused("[1", 1, 3, "expected `,` or `]`, but the text ends"),
            Refused("{\"a\":1,}", 1, 8, "expected a member's name, found `}`"),
            Refused("{a:1}", 1, 2, "expected a member's name or `}`, found `a`"),
            Refused("{\"a\" 1}", 1, 6, "expected `:`, found `1`"),
            Refused("{\"a\":}", 1, 6, "expected a value, found `}`"),
            Refused("{\"a\":1", 1, 7, "expected `,` or `}`, but the text ends"),
            Refused("[1}", 1, 3, "expected `,` or `]`, found `}`"),
            Refused("// x\n1", 1, 1, "expected a value, found `/`"),
            Refused("'a'", 1, 1, "expected a value, found `'`"),
            Refused("True", 1, 1, "expected a value, found `T`"),
            Refused("nul", 1, 1, "expected a value, found `nul`"),
            Refused("[trueish]", 1, 2, "expected a value, found `trueish`"),
            Refused("NaN", 1, 1, "expected a value, found `N`"),
            Refused("[\u{B}1]", 1, 2, "expected a value, found U+000B"),
            Refused("[1é]", 1, 3, "expected `,` or `]`, found `é`"),
            Refused("[01]", 1, 2, "`01` is no number"),
            Refused("[1.]", 1, 2, "`1.` is no number"),
            Refused("[-]", 1, 2, "`-` is no number"),
            Refused("[1e]", 1, 2, "`1e` is no number"),
            Refused("[1e+]", 1, 2, "`1e+` is no number"),
            Refused("[--1]", 1, 2, "`--1` is no number"),
            Refused("[1.2.3]", 1, 2, "`1.2.3` is no number"),
            Refused("[+1]", 1, 2, "expected a value, found `+`"),
            Refused("[.5]", 1, 2, "expected a value, found `.`"),
            Refused("1e201", 1, 1, "the exponent of `1e201` is outside ±200"),
            Refused("1e-201", 1, 1, "the exponent of `1e-201` is outside ±200"),
            Refused("1e99999999999999999999", 1, 1, "the exponent of `1e99999999999999999999` is outside ±200"),
            Refused(
                "12345678901234567890123456789012345678901", 1, 1,
                "the number `12345678901234567890123456789012345678901` is longer than 40 bytes"),
            Refused("\"a", 1, 3, "expected `\"`, but the text ends"),
            Refused("\"a\\", 1, 4, "expected an escape, but the text ends"),
            Refused("\"\\u12", 1, 6, "expected four hexadecimal digits, but the text ends"),
            Refused("\"a\\x\"", 1, 3, "`\\x` is no escape"),
            Refused("\"\\u12g4\"", 1, 2, "`\\u12` is no escape"),
            Refused("\"\\u0000\"", 1, 2, "a string holds `\\u0000`, which is not accepted"),
            Refused("\"a\nb\"", 1, 3, "a string holds the control character U+000A; write it as an escape"),
            Refused("\"\\ud800\"", 1, 2, "`\\ud800` is half a surrogate pair"),
            Refused("\"\\udc00\"", 1, 2, "`\\udc00` is half a surrogate pair"),
            Refused("\"\\ud800\\u0041\"", 1, 2, "`\\ud800` is half a surrogate pair"),
            Refused("\"\\ud800\\ud800\"", 1, 2, "`\\ud800` is half a surrogate pair"),
            Refused("{\"a\":1,\n \"a\":2}", 2, 2, "the member `a` is given twice; the first is at 1:2"),
            Refused("[{\"x\":{\"k\":1,\"\\u006b\":2}}]", 1, 14, "the member `k` is given twice; the first is at 1:8"),
            Refused("{\"\\/\":1,\"/\":2}", 1, 9, "the member `/` is given twice; the first is at 1:2"),
            Refused("{\"a\\nb\":1,\"a\\u000Ab\":2}", 1, 11, "the member `a\\nb` is given twice; the first is at 1:2"),
        ])
    func refused(expected: Refused) throws {
        let error = try #require(refusal(expected.text))
        #expect(error.position == expected.position)
        #expect(error.message == expected.message)
    }

    @Test(
        "bytes that are not UTF-8 are refused in strings, names and between values",
        arguments: [
            [0x80], [0xC3], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        let place = JSONPosition(line: 1, column: 3)
        #expect(refusal(Array("[\"".utf8) + bytes + Array("\"]".utf8)) == .invalidUTF8(position: place))
        #expect(refusal(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) == .invalidUTF8(position: place))
        #expect(refusal(Array("[1".utf8) + bytes + Array("]".utf8)) == .invalidUTF8(position: place))
        #expect(refusal(Array("[\"".utf8) + bytes) == .invalidUTF8(position: place))
    }

    @Test("names that differ by bytes are different, although Swift calls them equal")
    func canonicallyEqualNames() throws {
        let document = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(document.root.members?.count == 2)
        #expect(document.root["\u{E9}"]?.value == .number("1"))
        #expect(document.root["e\u{301}"]?.value == .number("2"))
    }

    @Test("escapes are decoded, pairs of surrogates too")
    func escapes() throws {
        let document = try read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"")
        #expect(document.root.string == "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1F600}")
    }

    @Test("every value and name knows its line, its column in scalars, and its bytes")
    func positions() throws {
        let text = "{\n  \"é😀\": [1.50, {\"k\": \"v\"}],\n  \"b\": true }"
        let document = try read(text)
        let list = try #require(document.node(at: JSONPath([.member("é😀")])))
        #expect(list.position == JSONPosition(line: 2, column: 9))
        let number = try #require(document.node(at: JSONPath([.member("é😀"), .index(0)])))
        #expect(number.value == .number("1.50"))
        #expect(number.position == JSONPosition(line: 2, column: 10))
        let value = try #require(document.node(at: JSONPath([.member("é😀"), .index(1), .member("k")])))
        #expect(value.position == JSONPosition(line: 2, column: 22))
        #expect(String(decoding: document.text[value.byteRange], as: UTF8.self) == "\"v\"")
        #expect(
            document.root.members?.map(\.namePosition) == [
                JSONPosition(line: 2, column: 3), JSONPosition(line: 3, column: 3),
            ])
        #expect(String(decoding: document.text[list.byteRange], as: UTF8.self) == "[1.50, {\"k\": \"v\"}]")
        #expect(document.root.byteRange == 0..<text.utf8.count)
    }

    @Test("a path that leads nowhere finds nothing")
    func missingPaths() throws {
        let document = try read("{\"a\":[1]}")
        #expect(document.node(at: JSONPath()) == document.root)
        #expect(document.node(at: JSONPath([.member("a"), .index(1)])) == nil)
        #expect(document.node(at: JSONPath([.member("a"), .index(-1)])) == nil)
        #expect(document.node(at: JSONPath([.index(0)])) == nil)
        #expect(document.node(at: JSONPath([.member("a"), .member("a")])) == nil)
    }

    @Test("members keep their order, however many there are")
    func memberOrder() throws {
        let names = (0..<1_000).map { "k\(($0 * 7_919) % 1_000)" }
        let document = try read("{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}")
        #expect(document.root.members?.map(\.name) == names)
        #expect(document.root.members?.map(\.value.string) == names)
    }
}

@Suite struct JSONLimitsTests {
    @Test("the depth bound holds at its number and not one past it", arguments: [JSONLimits.policy, .file, .message])
    func depth(limits: JSONLimits) {
        let most = limits.depthMax
        func arrays(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        func objects(_ depth: Int) -> String {
            String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
        }
        #expect(refusal(arrays(most), limits: limits) == nil)
        #expect(refusal(objects(most), limits: limits) == nil)
        let place = JSONPosition(line: 1, column: most + 1)
        #expect(refusal(arrays(most + 1), limits: limits) == .tooDeep(depthMax: most, position: place))
        #expect(refusal(objects(most + 1), limits: limits)?.position.column == most * 5 + 1)
    }

    @Test("no limits allow more depth than the ceiling, and a million brackets are just an error")
    func depthCeiling() {
        let limits = JSONLimits(bytesMax: 2_000_000, depthMax: .max, nodesMax: .max)
        #expect(limits.depthMax == JSONLimits.depthCeiling)
        var raised = JSONLimits.message
        raised.depthMax = 1_000_000
        #expect(raised.depthMax == JSONLimits.depthCeiling)
        let error = refusal(String(repeating: "[", count: 1_000_000), limits: limits)
        #expect(error == .tooDeep(depthMax: 128, position: JSONPosition(line: 1, column: 129)))
    }

    @Test("the size bound holds at its number and not one past it", arguments: [JSONLimits.policy, .file, .message])
    func size(limits: JSONLimits) {
        let most = limits.bytesMax
        let text = "\"" + String(repeating: "a", count: most - 2) + "\""
        #expect(refusal(text, limits: limits) == nil)
        #expect(refusal(text + " ", limits: limits) == .tooLarge(bytes: most + 1, bytesMax: most))
    }

    @Test("the number of values is bounded")
    func nodes() {
        let limits = JSONLimits(bytesMax: 100, depthMax: 8, nodesMax: 4)
        #expect(refusal("[1,2,3]", limits: limits) == nil)
        let place = JSONPosition(line: 1, column: 8)
        #expect(refusal("[1,2,3,4]", limits: limits) == .tooManyValues(nodesMax: 4, position: place))
    }

    @Test("no message of full length meets the bound on values")
    func messagesNeverMeetTheNodeBound() {
        let count = JSONLimits.message.bytesMax / 2 - 1
        let text = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
        #expect(text.utf8.count > JSONLimits.message.bytesMax - 3)
        #expect(refusal(text, limits: .message) == nil)
    }
}
