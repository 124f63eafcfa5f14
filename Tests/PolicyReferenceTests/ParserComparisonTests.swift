import PolicyGenerators
import PolicyModel
import PolicyReference
import Testing

/// The model's parsers beside the reference's own, on text that is nearly right.
///
/// A failing line prints its text: keep it as a case of `Tests/PolicyModelTests`.
@Suite struct ParserComparisonTests {
    /// Seeds that once showed a difference stay here.
    private static let seeds = PropertySeeds.all([20_261_123])
    static let rounds = 20_000

    /// Fragments put together at random, of which most are pieces of the real grammar.
    private static func texts(_ seed: UInt64, _ fragments: [String], lengths: ClosedRange<Int>) -> [Text] {
        var random = SeededRandom(seed: seed)
        print("seed \(seed)")
        return (0..<rounds).map { _ in Text(random.several(lengths) { $0.pick(fragments) }.joined()) }
    }

    @Test(arguments: seeds) func `decimals are read and ordered alike`(seed: UInt64) {
        let fragments = ["0", "0", "1", "9", "12", "00", ".", "-", "+", "e", "E", "e-", "5", "1000000", " "]
        let texts = Self.texts(seed, fragments, lengths: 1...6)
        var accepted: [Text] = []
        for text in texts {
            let slow = SlowDecimal(text)
            #expect((ExactDecimal(Array(text.utf8).span) != nil) == (slow != nil), "\(text)")
            if slow != nil { accepted.append(text) }
        }
        #expect(accepted.count > 1_000)
        for (left, right) in zip(accepted, accepted.dropFirst(1)).prefix(3_000) { compareDecimals(left, right) }
    }

    private func compareDecimals(_ left: Text, _ right: Text) {
        let (leftBytes, rightBytes) = (Array(left.utf8), Array(right.utf8))
        guard let fast = ExactDecimal(leftBytes.span), let fastRight = ExactDecimal(rightBytes.span),
            let slow = SlowDecimal(left), let slowRight = SlowDecimal(right)
        else { return }
        let order = ExactDecimal.compare(fast, leftBytes.span, fastRight, rightBytes.span)
        #expect(order == (slow == slowRight ? 0 : slow < slowRight ? -1 : 1), "\(left) \(right)")
    }

    @Test(arguments: seeds) func `dates are read alike`(seed: UInt64) {
        let fragments = [
            "2024", "1970", "0000", "12024", "292275054", "-", "-", "-02", "-29", "-12", "-31", "-00", "-13", "T", "t",
            "T00", "T23", ":59", ":00", ":60", ":30", ".5", ".000000001", ".1234567890", "Z", "z", "+02:00", "-0130",
            "+14",
            "+", "2", " ",
        ]
        checkDates(Self.texts(seed, fragments, lengths: 1...7))
    }

    @Test(arguments: seeds) func `whole dates of every length of year are read alike`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func two(_ random: inout SeededRandom, _ range: ClosedRange<Int>) -> String {
            let number = Int.random(in: range, using: &random)
            return number < 10 ? "0\(number)" : "\(number)"
        }
        checkDates(
            (0..<Self.rounds).map { _ in
                let year = Int.random(in: 0...random.pick([3_000, 99_999, 400_000_000]), using: &random)
                let padded = String(repeating: "0", count: max(0, 4 - String(year).utf8.count)) + String(year)
                let date = "\(random.pick(["", "-", "+"]))\(padded)-\(two(&random, 0...13))-\(two(&random, 0...32))"
                let time = "T\(two(&random, 0...24)):\(two(&random, 0...60)):\(two(&random, 0...60))"
                return Text(date + (random.chance(70) ? time + random.pick(["", "Z", "+01:30", "-2359", ".25Z"]) : ""))
            })
    }

    private func checkDates(_ texts: [Text]) {
        var accepted = 0
        for text in texts {
            let slow = SlowDate(text)
            let fast = Instant(Array(text.utf8).span)
            #expect(fast.map { Int($0.seconds) } == slow.map(\.seconds), "\(text)")
            #expect(fast.map { Int($0.nanoseconds) } == slow.map(\.nanoseconds), "\(text)")
            accepted += slow == nil ? 0 : 1
        }
        #expect(accepted > 300)
    }

    @Test(arguments: seeds) func `an instant that is written out is read back as itself`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let instant = Instant(
                seconds: Int64.random(in: 0..<253_402_300_800, using: &random),
                nanoseconds: random.chance(50) ? 0 : UInt32.random(in: 0..<1_000_000_000, using: &random))
            #expect(Instant(Array(SlowDate.written(instant).utf8).span) == instant)
        }
    }

    @Test(arguments: seeds) func `addresses and blocks are read alike, and hold the same addresses`(seed: UInt64) {
        let fragments = [
            "1", "0", "255", "256", "10", "08", ".", ".", ".0", ".0.0.1", "10.0.0.0", ":", ":", "::", "::", "ffff", "a",
            "2001:db8", "1:2:3:4", "5:6:7:8", "12345", "g", "/", "/8", "/32", "/0", "/128", "/129", "%1", " ",
        ]
        let texts = Self.texts(seed, fragments, lengths: 1...6)
        var addresses: [Text] = []
        var blocks: [Text] = []
        for text in texts {
            let bytes = Array(text.utf8)
            #expect(IPAddress(bytes.span).map(bits) == SlowAddress(text)?.bits, "\(text)")
            let block = IPAddressBlock(bytes.span)
            #expect(block?.prefixLength == SlowAddressBlock(text)?.prefix.count, "\(text)")
            if SlowAddress(text) != nil { addresses.append(text) }
            if block != nil { blocks.append(text) }
        }
        #expect(addresses.count > 200)
        compareMembership(addresses, blocks, seed: seed)
    }

    private func compareMembership(_ addresses: [Text], _ blocks: [Text], seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let (member, range) = (random.pick(addresses), random.pick(blocks))
            guard let fast = IPAddress(Array(member.utf8).span), let fastBlock = IPAddressBlock(Array(range.utf8).span),
                let slow = SlowAddress(member), let slowBlock = SlowAddressBlock(range)
            else { continue }
            #expect(
                fastBlock.contains(fast.unmapped) == slowBlock.contains(slow.unmapped), "\(member) in \(range)")
        }
    }

    private func bits(_ address: IPAddress) -> [Int] {
        if address.bits == 32 { return (0..<32).map { Int(address.low >> UInt64(31 - $0) & 1) } }
        return (0..<128).map { Int(($0 < 64 ? address.high : address.low) >> UInt64(63 - $0 % 64) & 1) }
    }

    @Test(arguments: seeds) func `base64 is decoded alike`(seed: UInt64) {
        let fragments = ["A", "B", "g", "aG", "k=", "==", "=", "/", "+", "aGkh", "AA", "-", "z"]
        for text in Self.texts(seed, fragments, lengths: 0...5) {
            #expect(Base64.decode(Array(text.utf8).span) == decodedBase64(text), "\(text)")
        }
    }

    @Test(arguments: seeds) func `booleans are read alike`(seed: UInt64) {
        let fragments = ["t", "T", "rue", "RUE", "f", "alse", "ALSE", "e", " ", ""]
        for text in Self.texts(seed, fragments, lengths: 1...3) {
            #expect(BooleanText.parse(Array(text.utf8).span) == boolean(text), "\(text)")
        }
    }

    @Test(arguments: seeds) func `variables are cut alike`(seed: UInt64) {
        let fragments = [
            "${", "${", "}", "}", "a", "k", "aws:username", ",", "'", "' '", " ", "$", "*", "?", "${*}", "é",
        ]
        let context = ReferenceContext([
            Request.ContextEntry(key: "a", value: .single("A*")),
            Request.ContextEntry(key: "k", value: .single("${a}")),
            Request.ContextEntry(key: "aws:username", value: .single("bob")),
        ])
        for text in Self.texts(seed, fragments, lengths: 1...8) {
            let slow = VariableRules.substitute(text, expands: true, in: context)
            // What the model refuses never gets into a document, so the reference may read it as it likes.
            guard let parts = (try? VariableText(expanding: text))?.parts else { continue }
            #expect(substituted(parts, context) == slow, "\(text)")
        }
    }

    private func substituted(_ parts: [VariableText.Part], _ context: ReferenceContext) -> [Symbol]? {
        var symbols: [Symbol] = []
        for part in parts {
            switch part {
            case .text(let text): symbols += scalars(text).map { .written($0) }
            case .literal(let text): symbols += scalars(text).map { .substituted($0) }
            case .variable(let key, let fallback):
                guard let value = context.values(of: key)?.first ?? fallback else { return nil }
                symbols += scalars(value).map { .substituted($0) }
            }
        }
        return symbols
    }
}
