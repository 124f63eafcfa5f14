import CJansson
import Testing

@testable import JSONDocument

/// Our walk and jansson's parser, held against each other: the grammar is written twice.
@Suite struct JSONGrammarTests {
    private static func janssonAccepts(_ bytes: [UInt8]) -> Bool {
        let flags = Int(JSON_REJECT_DUPLICATES) | Int(JSON_DECODE_ANY) | Int(JSON_DECODE_INT_AS_REAL)
        let json = unsafe bytes.withUnsafeBytes { buffer in
            unsafe json_loadb(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, flags, nil)
        }
        guard let json = unsafe json else { return false }
        unsafe json_decref(json)
        return true
    }

    /// What the two disagree about, in words; `nil` when they do not.
    private static func disagreement(_ bytes: [UInt8]) -> String? {
        let text = UserText.quoted(String(decoding: bytes, as: UTF8.self))
        guard let error = refusal(bytes) else { return janssonAccepts(bytes) ? nil : "only we accept \(text)" }
        // jansson 2.14 swallows a zero byte behind a number's `0`; no text with one is JSON.
        if bytes.contains(0) { return nil }
        switch error {
        case .numberTooLong, .exponentTooLarge, .tooDeep, .tooLarge, .tooManyValues: return nil
        case .readersDisagree: return "\(error.message): \(text)"
        default: return janssonAccepts(bytes) ? "only jansson accepts \(text), we say: \(error.message)" : nil
        }
    }

    @Test("every text of up to four signs has one verdict")
    func smallTexts() {
        let signs = Array("{}[],:\"01e-. \\nu".utf8) + [0x00, 0x0A, 0xC3, 0xA9]
        var texts: [[UInt8]] = [[]]
        for _ in 0..<4 {
            texts = texts.flatMap { text in signs.map { text + [$0] } }
            #expect(texts.lazy.compactMap(Self.disagreement).first == nil)
        }
        #expect(texts.count == 160_000)
    }

    @Test("texts that are almost JSON have one verdict", arguments: [1, 2, 3, 4] as [UInt64])
    func randomTexts(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\":", "\"a\"", "\"\\u0061\":", "\"b\":", "1", "-1.5e3", "1e400", "true",
            "null", " ", "\n",
            "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\u0000\"", "é", "\"é\"", "\\", "\"", "0", "/", "\u{FEFF}",
            "{\"k\":[", "]}",
        ]
        for _ in 0..<5_000 {
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                text += Array(pieces[Int.random(in: pieces.indices, using: &random)].utf8)
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                text[Int.random(in: text.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            if let disagreement = Self.disagreement(text) {
                Issue.record("seed \(seed): \(disagreement)")
                return
            }
        }
    }

    @Test("trees that were written are read, and what is cut off from them is not", arguments: [5, 6, 7] as [UInt64])
    func randomTrees(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for _ in 0..<300 {
            let isPretty = Bool.random(using: &random)
            let text = Self.tree(depth: 4, &random).serialized(pretty: isPretty)
            let again = JSONOutput(try read(text).root).serialized(pretty: isPretty)
            #expect(again.utf8.elementsEqual(text.utf8))
            let bytes = Array(text.utf8)
            #expect(Self.disagreement(Array(bytes.prefix(Int.random(in: bytes.indices, using: &random)))) == nil)
            #expect(Self.janssonAccepts(bytes))
        }
    }

    private static func tree(depth: Int, _ random: inout SplitMix64) -> JSONOutput {
        switch Int.random(in: 0..<(depth == 0 ? 4 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int.random(in: .min ... .max, using: &random))
        case 3:
            let scalars = (0..<Int.random(in: 0..<6, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 1...0x2_0000, using: &random))
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 4: return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in tree(depth: depth - 1, &random) })
        default:
            return .object(
                (0..<Int.random(in: 0..<4, using: &random)).map { ("k\($0)\n", tree(depth: depth - 1, &random)) })
        }
    }
}

/// A small generator with a seed that can be printed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
