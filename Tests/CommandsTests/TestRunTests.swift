import Glibc
import JSONDocument
import Testing

@testable import Commands

@Suite("`postern test`, its parts")
struct TestRunTests {
    @Test("coverage is a percentage that is never rounded up, and lists what is not covered in order")
    func coverage() {
        func place(_ file: String, _ line: Int, _ index: Int = 0) -> Coverage.Place {
            Coverage.Place(file: file, line: line, column: 1, index: index)
        }
        let all: Set = [place("b", 1), place("a", 9), place("a", 2), place("a", 2, 1)]
        let some = Coverage(all: all, applied: [place("a", 9), place("elsewhere", 1)])
        #expect(some.total == 4)
        #expect(some.text == "25.0")
        #expect(some.uncovered == [place("a", 2), place("a", 2, 1), place("b", 1)])
        let most = Coverage(
            all: Set((0..<1001).map { place("a", $0) }), applied: Set((0..<1000).map { place("a", $0) }))
        #expect(most.text == "99.9")
        #expect(Coverage(all: [], applied: []).percent == 100)
    }

    @Test(
        "text of a file cannot break out of the XML",
        arguments: [
            ("<a&b>\"c\"", "&lt;a&amp;b&gt;&quot;c&quot;"), ("one\ntwo", "one&#10;two"),
            ("\u{1B}[31m", "\u{FFFD}[31m"), ("čaj", "čaj"),
        ])
    func escapes(_ text: String, _ wanted: String) {
        #expect(XMLText.escaped(text) == wanted)
    }

    @Test("a case on several lines is one line of a terminal")
    func oneLine() {
        #expect(
            UserLine.of("a\nb\u{1B}[2Jc\u{9B}\u{202E}\u{2066}\u{2029}é")
                == #"a\nb\u{1b}[2Jc\u{9b}\u{202e}\u{2066}\u{2029}é"#)
    }

    @Test("JSON for a terminal is the same JSON without characters that mislead")
    func json() throws {
        let value: JSONOutput = ["a\u{202E}": ["\u{7F}é\u{1F600}\n"]]
        let text = UserLine.json(value)
        #expect(text == #"{"a\u202e":["\u007fé\#u{1F600}\n"]}"#)
        #expect(try JSONOutput(JSONDocument(Array(text.utf8), limits: .file).root).serialized() == value.serialized())
    }
}

@Suite("Paths for people")
struct TidiedPathTests {
    @Test("dots go where that makes no difference, and links stay true")
    func tidied() throws {
        try TemporaryFolder.use { folder in
            try Files.createFolders(folder + "/a/b")
            try Files.createFolders(folder + "/c")
            _ = unsafe symlink("a/b", folder + "/link")
            #expect(Files.tidied(folder + "/a/../c/./") == folder + "/c")
            #expect(Files.tidied(folder + "/link/../b") == folder + "/a/b")
            #expect(Files.tidied(folder + "/link") == folder + "/link")
            #expect(Files.tidied(folder + "/none/../c") == folder + "/none/../c")
            #expect(Files.tidied("/..") == "/" && Files.tidied(".") == ".")
        }
    }
}
