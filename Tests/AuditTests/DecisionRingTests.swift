import PolicyModel
import Testing

@testable import Audit

@Suite("A ring of decisions")
struct DecisionRingTests {
    /// What a record held, copied out of the ring.
    private struct Kept: Equatable {
        var facts: DecisionFacts
        var cuts: DecisionRecord.Cuts
        var principal: String
        var action: String
        var resource: String

        init(_ record: DecisionRecord) {
            facts = record.facts
            cuts = record.cuts
            principal = unsafe String(decoding: record.principal, as: UTF8.self)
            action = unsafe String(decoding: record.action, as: UTF8.self)
            resource = unsafe String(decoding: record.resource, as: UTF8.self)
        }
    }

    private static func take(_ log: DecisionLog) -> [Kept] {
        var kept: [Kept] = []
        _ = log.rings[0].take { kept.append(Kept($0)) }
        return kept
    }

    private static let bytes = 8_192

    @Test("what is recorded comes out as it was, in order")
    func order() {
        let log = DecisionLog(rings: 1, ringBytes: Self.bytes) {}
        var recorder = log.recorder(0)
        for number in 0..<5 {
            recorder.record(.made(number), "arn:aws:iam::111122223333:user/\(number)", "docs:Read", "*")
        }
        let kept = Self.take(log)
        #expect(kept.map(\.facts) == (0..<5).map { .made($0) })
        #expect(kept.map(\.principal) == (0..<5).map { "arn:aws:iam::111122223333:user/\($0)" })
        #expect(kept.allSatisfy { $0.action == "docs:Read" && $0.resource == "*" && $0.cuts.isEmpty })
        #expect(Self.take(log).isEmpty)
    }

    @Test("texts of every length pass the ring's end whole, round after round", arguments: [0, 1, 7, 8, 100, 512])
    func rounds(length: Int) {
        let log = DecisionLog(rings: 1, ringBytes: Self.bytes) {}
        var recorder = log.recorder(0)
        var expected: [String] = []
        var found: [String] = []
        for number in 0..<3_000 {
            let text = String((String(repeating: "x", count: length) + "\(number)").suffix(max(length, 1)))
            recorder.record(.made(number), text, "docs:Read", "r\(number % 13)")
            expected.append(text)
            if number % 5 == 0 { found += Self.take(log).map(\.principal) }
        }
        found += Self.take(log).map(\.principal)
        #expect(found == expected)
        #expect(log.counts.dropped == 0)
    }

    @Test("a full ring drops and counts, and goes on once it has been read")
    func overflow() {
        let log = DecisionLog(rings: 1, ringBytes: Self.bytes) {}
        var recorder = log.recorder(0)
        for number in 0..<1_000 { recorder.record(.made(number), "p", "a:b", "*") }
        let dropped = log.counts.dropped
        let kept = Self.take(log)
        #expect(kept.count + dropped == 1_000)
        #expect(kept.count > 100 && dropped > 100)
        // Those that were there first have stayed.
        #expect(kept.map(\.facts) == (0..<kept.count).map { .made($0) })
        recorder.record(.made(7), "p", "a:b", "*")
        #expect(Self.take(log).map(\.facts) == [.made(7)])
        #expect(log.counts.dropped == dropped)
    }

    @Test("a text that is too long is cut between characters, and marked")
    func cuts() {
        let log = DecisionLog(rings: 1, ringBytes: Self.bytes) {}
        var recorder = log.recorder(0)
        let fits = String(repeating: "p", count: DecisionRecord.principalBytesMax)
        recorder.record(.made(1), fits, String(repeating: "a", count: 256), "*")
        // 511 bytes, then a character of three.
        recorder.record(.made(2), String(repeating: "p", count: 511) + "€", "a:b", String(repeating: "é", count: 600))
        let kept = Self.take(log)
        #expect(kept[0].cuts.isEmpty && kept[0].principal == fits)
        #expect(kept[1].cuts == [.principal, .resource])
        #expect(kept[1].principal == String(repeating: "p", count: 511))
        #expect(kept[1].resource == String(repeating: "é", count: 256))
    }

    // Writer and reader on two threads; ThreadSanitizer watches this test with the others.
    @Test("two threads lose nothing and mix nothing up")
    func threads() async {
        let log = DecisionLog(rings: 1, ringBytes: Self.bytes) {}
        let count = 20_000
        async let written: Int = {
            var recorder = log.recorder(0)
            for number in 0..<count {
                let text = String(repeating: Character(UnicodeScalar(UInt8(97 + number % 26))), count: number % 300)
                recorder.record(.made(number), text, "a:b", "\(number)")
            }
            return count
        }()
        async let read: (Int, Bool) = {
            var (found, isRight, last) = (0, true, Int64(-1))
            while found + log.counts.dropped < count {
                for record in Self.take(log) {
                    let number = record.facts.seconds
                    isRight = isRight && number > last && record.resource == "\(number)"
                    isRight = isRight && record.principal.utf8.count == Int(number) % 300
                    isRight = isRight && record.principal.utf8.allSatisfy { $0 == UInt8(97 + number % 26) }
                    last = number
                    found += 1
                }
                await Task.yield()
            }
            return (found, isRight)
        }()
        let (total, (found, isRight)) = await (written, read)
        #expect(isRight)
        #expect(found + log.counts.dropped == total)
    }

    @Test("revisions have numbers that are never used again, and the oldest are forgotten")
    func revisions() {
        var names = RevisionNames()
        let first = names.number(of: "r0")
        #expect(names.number(of: "r0") == first)
        for number in 1...RevisionNames.countMax { _ = names.number(of: "r\(number)") }
        #expect(names[first] == nil)
        #expect(names[first &+ 1] == "r1")
        #expect(names.number(of: "r0") == first &+ UInt32(RevisionNames.countMax) &+ 1)
        #expect(names[0] == nil)
    }
}

extension DecisionFacts {
    /// Facts that tell a number.
    static func made(_ number: Int) -> DecisionFacts {
        DecisionFacts(
            now: Instant(seconds: Int64(number), nanoseconds: UInt32(number)), peerUser: UInt32(number), revision: 1,
            decision: number % 2 == 0 ? .allowed : .explicitDeny,
            reason: number % 2 == 0 ? .allowed : .identityPolicyDeny)
    }
}

extension DecisionRecorder {
    /// Records texts of a test.
    mutating func record(_ facts: DecisionFacts, _ principal: String, _ action: String, _ resource: String) {
        let texts = [principal, action, resource].map { Array($0.utf8) }
        unsafe texts[0].withUnsafeBytes { principal in
            unsafe texts[1].withUnsafeBytes { action in
                unsafe texts[2].withUnsafeBytes { resource in
                    unsafe self.record(facts, principal: principal, action: action, resource: resource)
                }
            }
        }
    }
}
