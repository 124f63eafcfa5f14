import DecisionTree
import PolicyModel
import Testing

@testable import WireProtocol

/// Messages are read in one pass or by tokens, and nobody can tell which.
@Suite struct PlainMessageTests {
    private static let one = """
        {"method":"io.postern.Authorize","parameters":{"principal":"arn:aws:iam::111122223333:user/alice","action":"docs:Read",\
        "resource":"arn:aws:docs:::report/7","context":{"aws:SourceIp":"10.0.0.7","app:Tags":["a","bc",7],"app:Level":-12,\
        "b":true,"c":false,"a-key-of-more-than-eight-bytes":"a value of more than eight bytes"}}}
        """
    private static let spaced = """
        { "parameters" : { "resource": "*", "context": {}, "action": "a:b", "principal": "p" } , "method": "io.postern.Authorize"}
        """
    private static let many = """
        {"method":"io.postern.AuthorizeMany","parameters":{"principal":"p","context":{"app:Level":1},"questions":[\
        {"action":"a:b","resource":"r"},{"action":"a:c","resource":"s","context":{"APP:LEVEL":"2"}},\
        {"principal":"q","action":"d:e","resource":"*","context":{"x":["y"]}}],"resource":"unused"}}
        """
    private static let later = """
        {"method":"io.postern.AuthorizeMany","parameters":{"questions":[{"action":"a:b"}],"resource":"r","principal":"p"}}
        """

    private func isPlain(_ text: String) -> Bool {
        let message = Message(text)
        let keys = Keys()
        defer { withExtendedLifetime((message, keys)) {} }
        var scanner = MessageScanner()
        return scanner.scanPlain(message.view, keys.table) != nil
    }

    @Test(arguments: [one, many, later]) func `what clients write is plain`(text: String) {
        #expect(isPlain(text))
    }

    @Test(arguments: [
        #"{"method":"io.postern.Authorize","parameters":{"principal":"p","action":"a:b"}}"#,
        authorize(context: "{\"k\":null}"),
        authorize(context: "{\"k\":\"\"}"), authorize(context: "{\"k\":1.5}"), authorize(context: "{\"k\":01}"),
        authorize(context: "{\"k\":1,\"K\":2}"), authorize(context: "{\"k\":[]}"), authorize(context: "{\"k\":\"é\"}"),
        authorize(context: "{\"k\":\"\\n\"}"), authorize("\"principal\":\"p\",\"principal\":\"p\""),
        authorizeMany("\"questions\":[]"), authorizeMany("\"questions\":[{\"action\":\"a:b\"}]"),
        authorize(context: "{\"k\":\"\(letters(WireBounds.contextValueBytesMax + 1))\"}"),
        #"{"method":"io.postern.Status"}"#, one + "x", String(one.dropLast()),
    ])
    func `what asks for a second look is not`(text: String) {
        #expect(!isPlain(text))
    }

    /// The seventeenth key of a context is read by the tape, and so is the whole message.
    @Test(arguments: [16, 17]) func `contexts of many keys are the tape's`(count: Int) {
        let members = (0..<count).map { "\"app:k\($0)\":\"v\"" }.joined(separator: ",")
        #expect(isPlain(authorize(context: "{\(members)}")) == (count == 16))
        compare(Array(authorize(context: "{\(members)}").utf8))
    }

    /// One scanner each, so that what one message leaves behind meets the next.
    private final class Pair {
        private var plain = MessageScanner()
        private var tape = MessageScanner()

        init() { tape.readsPlain = false }

        func compare(_ text: [UInt8]) -> Bool {
            let (left, right) = (scan(text, with: &plain), scan(text, with: &tape))
            #expect(left == right, "\(String(decoding: text, as: UTF8.self))")
            if case .error = left { return false } else { return true }
        }
    }

    private func compare(_ text: [UInt8]) { _ = Pair().compare(text) }

    @Test func `every corpus is read alike`() {
        let pair = Pair()
        let texts = [Self.one, Self.spaced, Self.many, Self.later].map { Array($0.utf8) }
        for text in texts + JSONCorpus.messages.map({ Array($0.utf8) }) + JSONCorpus.accepted + JSONCorpus.refused {
            _ = pair.compare(text)
        }
    }

    @Test func `every text that is cut off, or lacks or repeats a byte, is read alike`() {
        let pair = Pair()
        for text in [Self.one, Self.spaced, Self.many, Self.later].map({ Array($0.utf8) }) {
            for index in text.indices {
                var changed = text
                changed.remove(at: index)
                _ = pair.compare(changed)
                changed.insert(contentsOf: [text[index], text[index]], at: index)
                _ = pair.compare(changed)
                _ = pair.compare(Array(text.prefix(index)))
            }
        }
    }

    @Test func `random changes are read alike`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("PlainMessageTests seed: \(seed)")
        var random = SplitMix(state: seed)
        let pair = Pair()
        let sources = [Self.one, Self.spaced, Self.many, Self.later].map { Array($0.utf8) }
        let pieces = [
            "\"", ",", ":", "}", "{", "[", "]", " ", "null", "true", "12", "\"k\":\"v\",", "\"app:Level\":1,", "é",
        ]
        .map { Array($0.utf8) }
        var accepted = 0
        for _ in 0..<20_000 {
            var text = sources[Int(random.next() % UInt64(sources.count))]
            for _ in 0...(random.next() % 2) {
                let place = Int(random.next() % UInt64(text.count))
                switch random.next() % 4 {
                case 0: text[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: text[place] = text[Int(random.next() % UInt64(text.count))]
                case 2: text.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))], at: place)
                default: text.removeSubrange(place..<min(text.count, place + Int(random.next() % 12)))
                }
                if text.isEmpty { break }
            }
            if pair.compare(text) { accepted += 1 }
        }
        #expect(accepted > 2_000, "most changes of a value are accepted")
    }

    @Test func `a guess about keys that an older snapshot left behind is held against the table`() throws {
        var scanner = MessageScanner()
        let message = Message(authorize(context: "{\"app:Level\":1,\"aws:SourceIp\":\"x\",\"app:Other\":1}"))
        defer { withExtendedLifetime(message) {} }
        for names in [
            ["app:Level", "aws:SourceIp"], ["x", "app:Other", "app:Level"], [], ["aws:SourceIp", "app:Other"],
        ] {
            let keys = Keys(names.map { Text($0) })
            defer { withExtendedLifetime(keys) {} }
            for _ in 0..<2 {
                _ = try scanner.scan(message.view, keys: keys.table)
                let found = (0..<3).map { scanner.view.entries[$0].keyID }
                let expected = ["app:Level", "aws:SourceIp", "app:Other"].map { name in
                    names.firstIndex(of: name).map { UInt32($0) } ?? SymbolTable.none
                }
                #expect(found == expected)
            }
        }
    }
}
