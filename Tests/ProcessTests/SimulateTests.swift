import Foundation
import Testing

@Suite("`simulate`, the program", .timeLimit(.minutes(2)))
struct SimulateProcessTests {
    private static let allow = #"{"Statement":{"Effect":"Allow","Action":"docs:*","Resource":"*"}}"#

    private func question(_ name: String, _ action: String) -> String {
        #"{"name":"\#(name)","principal":"arn:aws:iam::111122223333:user/bob","action":"\#(action)","resource":"*","identityPolicies":[\#(Self.allow)]}"#
    }

    private func run(_ lines: [String]) throws -> Program.Result {
        let scratch = try Scratch()
        let file = scratch.file("questions.jsonl")
        try lines.joined(separator: "\n").write(toFile: file, atomically: false, encoding: .utf8)
        return try Program.run(["simulate", file])
    }

    @Test("answers come in the order of the questions, and good lines end with status 0")
    func order() throws {
        let result = try run([question("one", "docs:Read"), "", question("two", "other:Read")])
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].hasPrefix(#"{"name":"one","allowed":true,"decision":"allowed","deniedBy":["#))
        #expect(lines[1].hasPrefix(#"{"name":"two","allowed":false,"decision":"implicitDeny","deniedBy":["#))
    }

    @Test("a wrong line gives its error, the run goes on, and the status is 1")
    func wrongLine() throws {
        let result = try run(["{", question("two", "docs:Read"), #"{"name":"three","principle":"x"}"#])
        #expect(result.status == 1)
        let lines = result.output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix(#"{"error":{"message":"line 1, column 2: "#))
        #expect(lines[1].contains(#""allowed":true"#))
        #expect(lines[2].hasPrefix(#"{"name":"three","error":{"message":"`principle` is no member"#))
        #expect(lines[2].hasSuffix(#""path":"principle"}}"#))
    }

    @Test("a wrong line without a name is known by its number, and so are places in it")
    func lineNumbers() throws {
        let result = try run(["", question("one", "docs:Read"), #"{"a":1,"a":2}"#, "", #"{"principal":7}"#, "oops"])
        #expect(result.status == 1)
        let lines = result.output.split(separator: "\n")
        try #require(lines.count == 4)
        #expect(
            lines[1]
                == #"{"error":{"message":"line 3, column 8: the member `a` is given twice; the first is at 3:2","path":""},"line":3}"#
        )
        #expect(lines[2].hasSuffix(#""path":"principal"},"line":5}"#))
        #expect(lines[3].hasPrefix(#"{"error":{"message":"line 6, column 1: "#) && lines[3].hasSuffix(#","line":6}"#))
        #expect(!lines[0].contains(#""line""#))
        let named = try run([#"{"name":"n","principal":7}"#])
        #expect(named.output.hasPrefix(#"{"name":"n","error":"#) && !named.output.contains(#""line""#))
    }

    @Test("questions may come through a pipe that has a name")
    func pipe() throws {
        let scratch = try Scratch()
        try question("one", "docs:Read").write(toFile: scratch.file("q"), atomically: false, encoding: .utf8)
        let result = try Program.run(
            ["-c", #"mkfifo p; cat q > p & "$0" simulate p"#, Program.path], program: "/bin/sh", folder: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix(#"{"name":"one","allowed":true"#))
    }

    @Test("a file that cannot be read is one line and status 2")
    func noFile() throws {
        let result = try Program.run(["simulate", "/nowhere/at/all"])
        #expect(result.status == 2)
        #expect(result.errorLines.count == 1)
        #expect(result.output.isEmpty)
    }

    @Test("help is no error and has an example")
    func help() throws {
        let result = try Program.run(["simulate", "--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("Example:\n  postern simulate"))
    }
}
