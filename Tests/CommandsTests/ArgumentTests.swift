import Logging
import PosternClient
import Testing

import enum PolicyModel.PolicyKind

@testable import Commands

@Suite("Facts on the command line")
struct ContextArgumentsTests {
    @Test(
        "a fact is text unless it says that it is JSON",
        arguments: [
            ("a=1", "a", ContextValue.string("1")), ("aws:SourceIp=10.0.0.7", "aws:SourceIp", .string("10.0.0.7")),
            ("a=", "a", .string("")), ("a=b=c", "a", .string("b=c")), ("a=[1]", "a", .string("[1]")),
            ("a:=1.50", "a", .number("1.50")), ("a:=true", "a", .bool(true)), ("x:y:=\"z\"", "x:y", .string("z")),
            ("a:=[\"x\",2]", "a", .list([.string("x"), .number("2")])),
        ])
    func facts(argument: String, key: String, value: ContextValue) throws {
        #expect(try ContextArguments.read([argument], file: nil) == [key: value])
    }

    @Test("null is an absent key")
    func null() throws {
        #expect(try ContextArguments.read(["a:=null"], file: nil).isEmpty)
    }

    @Test(
        "what is no fact is refused",
        arguments: [["a"], ["=b"], [":=1"], ["a:={}"], ["a:=[[1]]"], ["a:=[null]"], ["a:=x"], ["a=1", "a=2"]])
    func refused(_ arguments: [String]) {
        #expect(throws: CommandFailure.self) { try ContextArguments.read(arguments, file: nil) }
    }

    @Test("the command line replaces what the file says")
    func file() throws {
        try TemporaryFolder.use { folder in
            try Files.create(folder + "/f.json", text: #"{"a": 1, "b": ["x"], "c": null, "d": "file"}"#)
            let context = try ContextArguments.read(["d=line"], file: folder + "/f.json")
            #expect(context == ["a": .number("1"), "b": .list([.string("x")]), "d": .string("line")])
            try Files.create(folder + "/k.json", text: "{\"K\": 1, \"\u{212A}\": 2}")
            #expect(throws: CommandFailure.self) { try ContextArguments.read([], file: folder + "/k.json") }
            try Files.create(folder + "/g.json", text: "[1]")
            #expect(throws: CommandFailure.self) { try ContextArguments.read([], file: folder + "/g.json") }
            #expect(throws: CommandFailure.self) { try ContextArguments.read([], file: folder + "/none") }
        }
    }
}

@Suite("Where the socket is when nobody says so")
struct SocketAddressTests {
    private func address(
        _ environment: [String: String] = [:], writable: Set<String> = [], existing: Set<String> = []
    ) -> SocketAddress {
        SocketAddress(
            environment: { environment[$0] }, isWritable: { writable.contains($0) }, exists: { existing.contains($0) })
    }

    @Test("the option wins, then the variable")
    func stated() throws {
        let address = address(
            ["POSTERN_SOCKET": "/v"], writable: ["/run/postern"], existing: ["/run/postern/postern.sock"])
        #expect(try address.forServer("/o") == "/o")
        #expect(try address.forServer(nil) == "/v")
        #expect(try address.forClient("/o") == "/o")
        #expect(try address.forClient(nil) == "/v")
    }

    @Test("a server takes the system's folder if it may, else the user's")
    func server() throws {
        #expect(try address(writable: ["/run/postern"]).forServer(nil) == "/run/postern/postern.sock")
        #expect(try address(["XDG_RUNTIME_DIR": "/x"]).forServer(nil) == "/x/postern/postern.sock")
        #expect(throws: CommandFailure.self) { try address().forServer(nil) }
        #expect(throws: CommandFailure.self) { try address().forServer("") }
    }

    @Test("a client takes the first that is there")
    func client() throws {
        let both: Set = ["/run/postern/postern.sock", "/x/postern/postern.sock"]
        #expect(try address(["XDG_RUNTIME_DIR": "/x"], existing: both).forClient(nil) == "/run/postern/postern.sock")
        let second = address(["XDG_RUNTIME_DIR": "/x"], existing: ["/x/postern/postern.sock"])
        #expect(try second.forClient(nil) == "/x/postern/postern.sock")
        #expect(throws: CommandFailure.self) { try address(["POSTERN_SOCKET": ""]).forClient(nil) }
    }
}

@Suite("Words for people")
struct WordingTests {
    @Test("numbers are grouped", arguments: [(0, "0"), (999, "999"), (1_498, "1,498"), (-1_234_567, "-1,234,567")])
    func grouped(number: Int, text: String) {
        #expect(Count.grouped(number) == text)
    }

    @Test(
        "words are quoted for a shell only where they must be",
        arguments: [
            ("a/b.c", "a/b.c"), ("a b", "'a b'"), ("", "''"), ("it's", "'it'\\''s'"),
            ("a\u{1B}'\u{202E}", #"$'a\x1b\'\xe2\x80\xae'"#),
        ])
    func shell(text: String, word: String) {
        #expect(ShellWord.quoted(text) == word)
    }

    @Test("times are ISO 8601 in UTC")
    func time() {
        #expect(ISOTime.text(seconds: 1_795_470_127, milliseconds: 7) == "2026-11-23T21:42:07.007Z")
    }

    @Test("a log message is one line, its facts in order")
    func log() {
        let line = LineLogHandler.line(level: .info, message: "a\nb", metadata: ["z": "1", "a": "x\ty"], time: "T")
        #expect(line == "T info a b a=x y z=1")
        let odd = LineLogHandler.line(level: .error, message: "\u{1B}[2J\u{202E}", metadata: [:], time: "T")
        #expect(odd == #"T error \u{1b}[2J\u{202e}"#)
    }

    @Test("colours are only there when asked for")
    func colour() {
        #expect(Style(isColoured: false).paint("x", .red) == "x")
        #expect(Style(isColoured: true).paint("x", .red) == "\u{1B}[31mx\u{1B}[0m")
    }
}

@Suite("`check`")
struct CheckTests {
    @Test("a finding is shown with its line and a caret under the place")
    func caret() throws {
        try TemporaryFolder.use { folder in
            let file = folder + "/p.json"
            try Files.create(
                file,
                text:
                    "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"allow\", \"Action\": \"*\", \"Resource\": \"*\"}}\n"
            )
            var checker = Checker(kind: .identity)
            try checker.check(file)
            #expect(checker.outcome.errorCount == 1)
            let lines = CheckReport(style: Style(isColoured: false)).text(checker.outcome).split(separator: "\n")
            #expect(lines[0].hasPrefix("\(file):2:26: error: "))
            #expect(lines[1].hasSuffix("\"Resource\": \"*\"}}"))
            #expect(lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) } == 4 + 25)
            #expect(lines[3] == "1 document, 1 error, 0 warnings")
        }
    }

    @Test("a folder is searched, a store is judged as a store, and nothing to check is an error")
    func folders() throws {
        try TemporaryFolder.use { folder in
            try Files.createFolders(folder + "/a/b")
            #expect(CommandLineTool.run(["check", folder]) == 2)
            let document = #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#
            try Files.create(folder + "/a/one.json", text: document)
            try Files.create(folder + "/a/b/two.json", text: document)
            try Files.create(folder + "/a/.hidden.json", text: "x")
            try Files.create(folder + "/a/note.txt", text: "x")
            var checker = Checker(kind: .managed)
            try checker.check(folder + "/a/")
            #expect(checker.outcome.documentCount == 2)
            #expect(checker.outcome.findings.isEmpty)
            #expect(CommandLineTool.run(["check", "--kind", "trust", "--json", folder]) == 1)
            #expect(CommandLineTool.run(["check", "--kind", "nonsense", folder]) == 2)
            #expect(CommandLineTool.run(["check", folder + "/none"]) == 2)
        }
    }
}
