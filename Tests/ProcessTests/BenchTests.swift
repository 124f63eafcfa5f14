import Foundation
import FoundationXML
import Glibc
import Testing

/// Tiny runs: what is shown is that it measures, never how fast.
@Suite("`bench`, the program", .timeLimit(.minutes(2)))
struct BenchTests {
    private static let short = ["--duration", "0.3", "--warmup", "0.05"]
    private static let bob = "arn:aws:iam::\(Company.account):user/bob"
    private static let question = ["--principal", bob, "--action", "docs:Read", "--resource", Company.plan]

    private func bench(_ company: Company, _ arguments: [String]) throws -> Program.Result {
        try Program.run(["bench"] + arguments, environment: ["POSTERN_SOCKET": company.socket])
    }

    private func object(_ result: Program.Result) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private func questions(_ company: Company, _ lines: String...) throws -> String {
        let file = company.scratch.file("questions.jsonl")
        try lines.joined(separator: "\n").write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }

    private static func line(_ action: String, _ context: String = "{}") -> String {
        #"{"principal":"\#(bob)","action":"\#(action)","resource":"\#(Company.plan)","context":\#(context)}"#
    }

    @Test("one question, closed loop: a table, and nothing else on either output")
    func table() throws {
        let company = try Company()
        try company.serve()
        let result = try bench(company, Self.question + Self.short)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output.hasPrefix(
                "Authorize, closed loop: 1 connection, 1 request under way\n  \(company.socket), revision "))
        for text in [
            ", 0.3 s after 0.1 s of warm-up", "100.0 %",
            "latency       min      p50      p90      p99    p99.9      max     mean",
        ] {
            #expect(result.output.contains(text), "\(text) in \(result.output)")
        }
        #expect(result.errors.isEmpty)
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test("a file of questions: each is asked, and answered as `authorize` is")
    func file() throws {
        let company = try Company()
        try company.serve()
        let file = try questions(
            company, Self.line("docs:Read"), "", Self.line("docs:Edit"),
            Self.line("docs:Read", #"{"aws:username":"x"}"#))
        let result = try bench(
            company,
            ["--questions", file, "--connections", "2", "--threads", "2", "--pipeline", "4", "--json"] + Self.short)
        #expect(result.status == 0, "\(result.errors)")
        let object = try object(result)
        let counts = ["allowed", "implicitDeny", "requests"].compactMap { object[$0] as? Int }
        #expect(counts.count == 3 && counts.allSatisfy { $0 > 0 })
        let errors = try #require(object["errors"] as? [[String: Any]])
        #expect(errors.map { $0["name"] as? String } == ["io.postern.BadRequest"])
        #expect(errors.first.flatMap { $0["example"] as? String }?.contains("aws:username") == true)
        #expect(try #require(object["latencyNanoseconds"] as? [String: Any])["p99.9"] as? Int ?? 0 > 0)
    }

    @Test("open loop and batches, with a picture that is XML")
    func open() throws {
        let company = try Company()
        try company.serve()
        let (file, svg) = (
            try questions(company, Self.line("docs:Read"), Self.line("docs:Edit")), company.scratch.file("l.svg")
        )
        let result = try bench(
            company,
            ["--questions", file, "--rate", "100", "--connections", "3", "--batch", "5", "--json", "--svg", svg]
                + Self.short)
        #expect(result.status == 0, "\(result.errors)")
        let object = try object(result)
        #expect(object["loop"] as? String == "open" && object["due"] as? Int == 30)
        let questions = try #require(object["questions"] as? Int)
        #expect(questions > 0 && questions.isMultiple(of: 5))
        #expect(XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: svg))).parse())
    }

    @Test("Ctrl-C ends it, and it prints what it has")
    func interrupted() throws {
        let company = try Company()
        try company.serve()
        let child = try Child(
            ["bench", "--duration", "600", "--warmup", "0"] + Self.question,
            environment: ["POSTERN_SOCKET": company.socket])
        // Once questions are counted, the signal is waited for.
        try Eventually.holds("questions are asked") {
            try company.run("status", "--json").output.contains(#""allowed":0,"#) == false
        }
        child.send(SIGINT)
        try child.waitForEnd()
        #expect(child.status == 0, "\(child.errors)")
        #expect(child.output.contains("warning: ended early, after "), "\(child.output)")
    }

    @Test("where nothing can be measured: one line, what to do, status 2")
    func nothing() throws {
        let company = try Company()
        let down = try bench(company, Self.question + Self.short)
        #expect(down.status == 2 && down.output.isEmpty)
        #expect(down.errorLines.count == 1 && down.errors.contains("start one with `postern serve`"), "\(down.errors)")
        try company.serve()
        let refused = try bench(company, Self.question + ["--context", "aws:username=x"] + Self.short)
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(
            refused.errorLines.count == 1 && refused.errors.contains("every question had an error"), "\(refused.errors)"
        )
    }
}
