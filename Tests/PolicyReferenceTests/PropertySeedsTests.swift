import PolicyGenerators
import Testing

@Suite("Seeds that are asked for")
struct PropertySeedsTests {
    @Test(
        "a number, or a range; anything else is not read",
        arguments: [
            ("2", [1_001, 1_002]), ("0", []), ("7-9", [7, 8, 9]), ("7-7", [7]), ("9-7", nil), ("x", nil), ("7-", nil),
            ("-7", nil), ("1-2-3", nil),
        ] as [(String, [UInt64]?)])
    func asked(_ text: String, _ seeds: [UInt64]?) {
        #expect(PropertySeeds.asked(text) == seeds)
    }
}
