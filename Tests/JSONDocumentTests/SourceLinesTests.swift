import JSONDocument
import Testing

@Suite struct SourceLinesTests {
    @Test(
        "a place is shown with its line",
        arguments: [
            ("one\ntwo\nthree", 2, 2, "two", 1), ("one\r\ntwo", 1, 3, "one", 2), ("é€x", 1, 3, "é€x", 2),
            ("one", 1, 4, "one", 3), ("a\u{FEFF}b", 1, 3, "a\u{FEFF}b", 2),
        ])
    func shown(_ text: String, _ line: Int, _ column: Int, _ shown: String, _ before: Int) {
        var lines = SourceLines(Array(text.utf8))
        let excerpt = lines.excerpt(at: JSONPosition(line: line, column: column))
        #expect(excerpt?.text == shown)
        #expect(excerpt?.scalarsBefore == before)
    }

    @Test("where there is nothing, nothing is shown", arguments: [(1, 1), (4, 1), (0, 1), (2, 0), (9, 9)])
    func nothing(_ line: Int, _ column: Int) {
        var lines = SourceLines(Array("\ntwo\n\n".utf8))
        let excerpt = lines.excerpt(at: JSONPosition(line: line, column: column))
        #expect(excerpt == nil)
    }

    @Test("a long line is cut around the place, in whatever order places come", arguments: [1, 7, 60, 5_000, 9_999])
    func long(_ column: Int) throws {
        let text = (1...10_000).map { $0 % 3 == 0 ? "é" : "\($0 % 10)" }.joined()
        var lines = SourceLines(Array(text.utf8))
        for column in [column, 1, column] {
            let found = lines.excerpt(at: JSONPosition(line: 1, column: column))
            let excerpt = try #require(found)
            let scalars = Array(excerpt.text.unicodeScalars)
            #expect(scalars.count <= SourceExcerpt.scalarsMax)
            #expect(scalars[excerpt.scalarsBefore] == Array(text.unicodeScalars)[column - 1])
        }
    }

    @Test("bytes that are no UTF-8 are shown as far as they can be")
    func broken() {
        var lines = SourceLines([0x61, 0xFF, 0x62, 0x0A])
        let excerpt = lines.excerpt(at: JSONPosition(line: 1, column: 2))
        #expect(excerpt?.text == "a\u{FFFD}b")
    }
}
