import Testing

@testable import PolicySyntax

@Suite("Packed texts")
struct PackedTextTests {
    private static let policy = """
        {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["docs:Read", "docs:List"], "Resource": "arn:aws:docs:::report/*",
             "Condition": {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}}]}
        """

    private static func isRestored(_ text: [UInt8]) -> Bool { PackedText(text).text == text }

    @Test(arguments: [0, 1, 3, 4, 5, 14, 15, 16, 17, 18, 19, 20, 270, 271, 300, 5_000])
    func `every text comes back as it was`(count: Int) {
        #expect(PackedTextTests.isRestored([UInt8](repeating: 0x61, count: count)))
        #expect(PackedTextTests.isRestored((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 256) }))
        #expect(PackedTextTests.isRestored(Array(PackedTextTests.policy.utf8.prefix(count))))
    }

    @Test func `texts longer than a copy reaches come back too`() {
        var state: UInt64 = 1
        let noise = (0..<70_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        #expect(PackedTextTests.isRestored(noise))
        #expect(PackedTextTests.isRestored(noise + noise + noise.prefix(100)))
    }

    @Test func `random texts of few letters come back, and different ones are packed differently`() {
        var generator = SystemRandomNumberGenerator()
        var seen: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...400, using: &generator)
            let text = (0..<count).map { _ in "ab{\":".utf8.randomElement(using: &generator) ?? 0x61 }
            let packed = PackedText(text)
            #expect(packed.text == text)
            if let other = seen.updateValue(text, forKey: packed.bytes) { #expect(other == text) }
        }
    }

    @Test func `a policy takes less than half of its text`() {
        let text = Array(PackedTextTests.policy.utf8)
        #expect(PackedText(text).bytes.count * 2 < text.count)
    }
}
