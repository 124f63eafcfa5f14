import Testing

@testable import DirectoryStore

@Suite("QuietTime")
struct QuietTimeTests {
    static let cases: [(events: [Int64], deadline: Int64?)] = [
        ([], nil),
        ([1000], 1010),
        ([1000, 1009], 1019),
        ([1000, 1009, 1018, 1050], 1060),
        ([1000, 1095], 1100),
        ([1000, 1500], 1100),
    ]

    @Test(arguments: cases)
    func `edits are judged after 10 ms of quiet and at most 100 ms after the first`(
        events: [Int64], deadline: Int64?
    ) throws {
        var quiet = QuietTime()
        for event in events { quiet.note(at: event) }
        #expect(quiet.deadline == deadline)
        if let deadline {
            #expect(!quiet.isDue(at: deadline - 1))
            #expect(quiet.isDue(at: deadline))
        }
        quiet.clear()
        #expect(!quiet.isDue(at: .max))
    }
}
