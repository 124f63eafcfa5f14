import Foundation
import Testing

@Suite("The examples of the help, as a person would paste them", .timeLimit(.minutes(2)))
struct HelpExampleTests {
    /// The lines of an example.
    private func example(_ arguments: [String]) throws -> [String] {
        let help = try Program.run(arguments + ["--help"]).output
        let behind = try #require(help.components(separatedBy: "Example:\n").dropFirst().first)
        return behind.components(separatedBy: "\n\nUSAGE")[0].components(separatedBy: "\n")
    }

    private func shell(_ lines: [String], folder: String) throws -> Program.Result {
        let programs = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
        return try Program.run(
            ["-c", lines.joined(separator: "\n")], environment: ["PATH": "\(programs):/usr/bin:/bin"],
            program: "/bin/sh", folder: folder)
    }

    @Test("the overview's ends with an answer")
    func overview() throws {
        let scratch = try Scratch()
        let lines = try example([]) + ["answer=$?", "kill $!", "exit $answer"]
        let result = try shell(lines, folder: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasSuffix("allowed\n"), "\(result.output)")
    }

    @Test("simulate's question is answered")
    func simulate() throws {
        let scratch = try Scratch()
        let lines = try example(["simulate"])
        let first = try #require(lines.firstIndex { $0.contains("printf") })
        let result = try shell(Array(lines[first...]), folder: scratch.path)
        #expect(result.output.hasPrefix(#"{"allowed":true,"#), "\(result.output)\(result.errors)")
        #expect(result.status == 0)
    }

    @Test("test's file is one whose case passes")
    func test() throws {
        let company = try Company()
        let lines = try example(["test"])
        let first = try #require(lines.firstIndex { $0.contains("{\"store\"") })
        let tests = company.scratch.file("policy-tests")
        try FileManager.default.createDirectory(atPath: tests, withIntermediateDirectories: true)
        try lines[first...].joined(separator: "\n").write(
            toFile: tests + "/docs.json", atomically: false, encoding: .utf8)
        let result = try shell(["postern test policy-tests"], folder: company.scratch.path)
        #expect(result.output.hasSuffix("1 case, 1 passed, 0 failed\n"), "\(result.output)\(result.errors)")
    }
}

@Suite("What a terminal is shown", .timeLimit(.minutes(2)))
struct HostileNameTests {
    private static let name = "a\u{1B}[31m\u{202E}\nb"
    private static let shown = #"a\u{1b}[31m\u{202e}\nb"#

    private func expectHarmless(_ result: Program.Result) {
        let text = result.output + result.errors
        #expect(text.contains(Self.shown), "\(text)")
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"), "\(text)")
    }

    @Test("names of files cannot command it, whichever verb tells them")
    func names() throws {
        let company = try Company()
        try company.overwrite("users/\(Self.name).json", "{")
        expectHarmless(try company.run("check", company.store))
        expectHarmless(try company.run("serve", "--store", company.store))
        let folder = company.scratch.file(Self.name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try #"{"cases": [{"name": "\u001b[31m", "decision": 7}]}"#.write(
            toFile: folder + "/t.json", atomically: false, encoding: .utf8)
        expectHarmless(try company.run("test", folder))
        try "\u{1B}[31m".write(toFile: folder + "/p.json", atomically: false, encoding: .utf8)
        expectHarmless(try company.run("check", folder))
        expectHarmless(try company.run("check", folder + "/none"))
        expectHarmless(try company.run("init", folder + "/made"))
    }

    @Test("nor can the names that a sidecar tells of")
    func status() throws {
        let company = try Company()
        try company.serve()
        try company.overwrite("users/\(Self.name).json", "{")
        try Eventually.holds("the trouble is told") { try company.run("status").status == 1 }
        expectHarmless(try company.run("status"))
        expectHarmless(try company.run("reload"))
        #expect(company.sidecar?.errors.contains("\u{1B}") == false)
    }
}
