import DecisionTree
import JSONDocument
import PolicyModel
import Testing

@testable import WireProtocol

@Suite struct JSONTapeTests {
    @Test func `the corpus of good texts is accepted and that of bad ones refused`() {
        for text in JSONCorpus.accepted { #expect(fault(text) == nil, "\(describe(text))") }
        for text in JSONCorpus.refused { #expect(fault(text) != nil, "\(describe(text))") }
    }

    @Test func `JSONDocument accepts and refuses the same texts and reads the same values`() {
        for text in JSONCorpus.accepted + JSONCorpus.refused { compare(text) }
        for message in JSONCorpus.messages { compare(Array(message.utf8)) }
    }

    @Test func `JSONDocument reads the same values where policies nest deeper, and both stop alike`() {
        for name in ["policies", "policy"] {
            for around in [
                "{\"p\":{\"session\":{\"*\":#}}}", "{\"p\":{\"*\":#}}", "{\"p\":{\"q\":[{\"session\":{\"*\":#}}]}}",
            ] {
                for depth in [1, 2, 5, 6, 7, 31, 32, 33, 34, 35] {
                    let nested =
                        String(repeating: "[{\"a\":", count: depth / 2) + (depth % 2 == 1 ? "[]" : "0")
                        + String(repeating: "}]", count: depth / 2)
                    compare(
                        Array(
                            around.replacing("*", with: name).replacing("#", with: nested).utf8))
                }
            }
        }
    }

    @Test func `every text of up to four characters out of a few is read alike`() {
        let alphabet = Array("{}[],:\"\\10-.eu \u{1F}".utf8)
        var texts: [[UInt8]] = [[]]
        for _ in 0..<3 {
            texts = texts.flatMap { text in alphabet.map { text + [$0] } }
            for text in texts { compare(text) }
        }
    }

    @Test func `random mutations of messages are read alike`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("JSONTapeTests seed: \(seed)")
        var random = SplitMix(state: seed)
        let sources = JSONCorpus.messages.map { Array($0.utf8) } + JSONCorpus.accepted + JSONCorpus.refused
        for _ in 0..<20_000 {
            var text = sources[Int(random.next() % UInt64(sources.count))]
            for _ in 0...(random.next() % 3) { mutate(&text, &random) }
            compare(text)
        }
    }

    @Test func `a thousand names that hash alike are told apart, and a repeated one is found`() {
        var names: [String] = []
        for number in 0..<1_000 {
            // The hash folds ASCII case, so these all have the same.
            names.append(String((0..<10).map { number >> $0 & 1 == 1 ? "K" : "k" as Character }))
        }
        #expect(fault(object(names)) == nil)
        #expect(isDuplicate(fault(object(names + [names[517]]))))
        #expect(isDuplicate(fault(object([names[999]] + names))))
    }

    @Test(arguments: [1, 2, 7, 8, 9, 10, 31, 32, 33, 200])
    func `a repeated name is found in objects of any size`(count: Int) {
        let names = (0..<count).map { "name\($0)" }
        #expect(fault(object(names)) == nil)
        for name in names { #expect(isDuplicate(fault(object(names + [name])))) }
    }

    @Test func `names are compared with case in general, and without it for context keys`() {
        for count in [2, 12] {
            let names = (0..<count).map { "name\($0)" }
            #expect(fault(object(names + ["NAME1"])) == nil)
            #expect(repeatedFolded(names + ["NAME1"]) == "NAME1")
            #expect(repeatedFolded(names) == nil)
        }
        let alike = (0..<500).map { number in
            String((0..<9).map { number >> $0 & 1 == 1 ? "K" : "k" as Character })
        }
        #expect(repeatedFolded(alike) != nil)
    }

    @Test func `documents in policies may stand deeper than anything else`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        for path in ["{\"p\":{\"session\":{\"policies\":", "{\"p\":{\"policies\":"] {
            let tail = path.contains("session") ? "}}}" : "}}"
            // The array of `policies` itself, and 32 inside it.
            #expect(fault(Array((path + nested(33) + tail).utf8)) == nil)
            #expect(isTooDeep(fault(Array((path + nested(34) + tail).utf8))))
        }
        #expect(isTooDeep(fault(Array(("{\"p\":{\"session\":{\"other\":" + nested(6) + "}}}").utf8))))
        #expect(isTooDeep(fault(Array(("{\"p\":{\"context\":{\"policies\":" + nested(6) + "}}}").utf8))))
    }
}

/// Sebastiano Vigna's generator; tests print its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

private func mutate(_ text: inout [UInt8], _ random: inout SplitMix) {
    let pieces: [[UInt8]] = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "e", "-", ".", "null", "\\u", "\\uD83D", "\\u0000", "[[[[",
        "\"a\":1,", " ",
    ].map { Array($0.utf8) }
    let place = Int(random.next() % UInt64(text.count + 1))
    switch random.next() % 5 {
    case 0: text.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
    case 1: if place < text.count { text.remove(at: place) }
    case 2: if place < text.count { text[place] = UInt8(truncatingIfNeeded: random.next()) }
    case 3: text.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))], at: place)
    default:
        let end = min(text.count, place + Int(random.next() % 16))
        text.insert(contentsOf: Array(text[place..<end]), at: Int(random.next() % UInt64(text.count + 1)))
    }
}

private func fault(_ text: [UInt8]) -> JSONFault? {
    let message = Message(text)
    defer { withExtendedLifetime(message) {} }
    var tape = JSONTape(capacity: 16)
    var arena = Arena(capacity: max(text.count, 1))
    do throws(JSONFault) {
        try tape.read(message.view, into: &arena, depthMax: WireBounds.depthMax)
        return nil
    } catch {
        return error
    }
}

private func isDuplicate(_ fault: JSONFault?) -> Bool { if case .duplicateName = fault { true } else { false } }

private func isTooDeep(_ fault: JSONFault?) -> Bool { if case .tooDeep = fault { true } else { false } }

private func object(_ names: [String]) -> [UInt8] {
    Array(("{" + names.map { "\"\($0)\":[{},1]" }.joined(separator: ",") + "}").utf8)
}

/// A name that another one equals without ASCII case.
private func repeatedFolded(_ names: [String]) -> String? {
    let message = Message(object(names))
    defer { withExtendedLifetime(message) {} }
    var tape = JSONTape(capacity: 16)
    var arena = Arena(capacity: 65_536)
    do throws(JSONFault) {
        try tape.read(message.view, into: &arena, depthMax: WireBounds.depthMax)
    } catch {
        return "\(error)"
    }
    let name = tape.names.repeatedName(of: 0, in: tape.tokens, foldsCase: true)
    return name.map { tape.tokens[$0].text.text.string }
}

/// Reads a text with both readers.
private func compare(_ text: [UInt8]) {
    var reader = WireValueReader(capacity: text.count, depthMax: WireBounds.depthMax)
    let ours = try? reader.read(text)
    // `JSONDocument` has one depth for everything, so the deeper one of `policies` is held against the rule below.
    var limits = JSONLimits.message
    limits.depthMax = JSONLimits.depthCeiling
    let theirs = try? JSONDocument(text, limits: limits)
    let accepted = theirs.map { value($0.root.value) }.flatMap { isWithinDepth($0, inside: []) ? $0 : nil }
    #expect(ours == accepted, "\(describe(text))")
}

/// Design §3.3: 8 deep, and 32 deeper in `policies`, which stand in a `session` or directly in the parameters.
///
/// `names` are those of the containers around the value; an element of an array has none.
private func isWithinDepth(_ value: WireValue, inside names: [String?], called name: String? = nil) -> Bool {
    let children: [(String?, WireValue)]
    switch value {
    case .array(let values): children = values.map { (nil, $0) }
    case .object(let members): children = members.map { ($0.name, $0.value) }
    default: return true
    }
    let policies = names.indices.first {
        $0 >= 2 && names[$0] == "policies" && ($0 == 2 || names[$0 - 1] == "session")
    }
    guard names.count < 8 || policies.map({ names.count - $0 <= 32 }) ?? false else { return false }
    return children.allSatisfy { isWithinDepth($0.1, inside: names + [name], called: $0.0) }
}

private func value(_ value: JSONValue) -> WireValue {
    switch value {
    case .null: .null
    case .bool(let flag): .boolean(flag)
    case .number(let text): .number(text)
    case .string(let text): .string(text)
    case .array(let nodes): .array(nodes.map { WireProtocolTests.value($0.value) })
    case .object(let members):
        .object(members.map { WireValue.Member(name: $0.name, value: WireProtocolTests.value($0.value.value)) })
    }
}

private func describe(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self) + " \(text.prefix(200))" }
