import ArgumentParser
import JSONDocument
import PosternClient
import Testing

@testable import Commands

@Suite("What `bench` is told")
struct BenchArgumentTests {
    private static let asked = ["--principal", "p", "--action", "a:b", "--resource", "*"]

    /// What the command complains of; it never gets as far as a socket.
    private func complaint(_ arguments: [String]) throws -> String {
        let command = try BenchCommand.parse(arguments + ["--socket", "/nowhere/s"])
        return try #require(#expect(throws: CommandFailure.self) { try command.run() }).message
    }

    @Test(
        "a number out of bounds is named with its flag and its bounds",
        arguments: [
            (["--connections", "0"], "`--connections` is 0, but must be from 1 to 10000"),
            (["--pipeline", "10001"], "`--pipeline` is 10001"), (["--batch", "513"], "`--batch` is 513"),
            (["--rate", "0"], "`--rate` is 0.0, but must be from 0.1 to 10000000.0"), (["--rate", "nan"], "`--rate`"),
            (["--duration", "inf"], "`--duration` is inf"), (["--warmup", "3601"], "`--warmup` is 3601.0"),
            (["--threads", "65", "--connections", "65"], "`--threads` is 65"),
            (["--threads", "2"], "raise --connections, too"),
            (["--rate", "5", "--pipeline", "2"], "`--pipeline` is for the closed loop"),
        ])
    func bounds(_ arguments: [String], _ words: String) throws {
        #expect(try complaint(Self.asked + arguments).contains(words))
    }

    @Test(
        "what is asked is said in one way, and whole",
        arguments: [
            ([], "nothing to ask: give --questions FILE, or --principal, --action and --resource"),
            (["--context", "a=b"], "nothing to ask"), (["--action", "a:b"], "needs --principal and --resource, too"),
            (["--principal", "p", "--action", "a:b"], "needs --resource, too"),
            (["--questions", "f", "--action", "a:b"], "`--action` and `--questions` are two ways"),
            (["--questions", "f", "--context", "a=b"], "`--context` and `--questions` are two ways"),
            (["--questions", "/nowhere/f"], "cannot read `/nowhere/f`: no such file"),
            (asked + ["--context", "a"], "`--context a` is not KEY=VALUE"),
            (asked + ["--svg", "/nowhere/x.svg"], "cannot write `/nowhere/x.svg`: no such file"),
            (asked + ["--svg", "/"], "cannot write `/`"),
        ])
    func question(_ arguments: [String], _ words: String) throws {
        #expect(try complaint(arguments).contains(words))
    }

    @Test("a negative number is refused, by the parser or by the bounds")
    func negative() {
        #expect(throws: (any Error).self) { try BenchCommand.parse(Self.asked + ["--connections", "-1"]).run() }
        #expect(throws: (any Error).self) { try BenchCommand.parse(Self.asked + ["--rate=-1"]).run() }
    }

    @Test("no sidecar is one line with what to do")
    func noSidecar() throws {
        #expect(try complaint(Self.asked).contains("start one with `postern serve`, or say with --socket"))
    }

    @Test("seconds become nanoseconds, and everything within the bounds is taken")
    func plan() throws {
        let plan = try LoadOptions.parse([
            "--connections", "64", "--threads", "2", "--rate", "20000", "--batch", "512", "--duration", "0.3",
            "--warmup", "0", "--spin",
        ]).plan(timeoutSeconds: 3)
        #expect(plan.durationNanoseconds == 300_000_000 && plan.warmupNanoseconds == 0)
        #expect(plan.timeoutNanoseconds == 3_000_000_000)
        #expect(plan.requestsPerSecond == 20_000 && plan.questionsEach == 512 && plan.spins)
    }
}

@Suite("The questions of `bench`")
struct BenchQuestionsTests {
    private static let alice =
        #"{"principal":"arn:aws:iam::111122223333:user/alice","action":"docs:Read","resource":"*"}"#
    private static let parameters = alice

    private func read(_ text: String) throws -> BenchQuestions {
        var questions: BenchQuestions?
        try TemporaryFolder.use { folder in
            try Files.create(folder + "/q.jsonl", text: text)
            questions = try BenchQuestions(file: folder + "/q.jsonl")
        }
        return try #require(questions)
    }

    private func complaint(_ text: String) throws -> String {
        try #require(#expect(throws: CommandFailure.self) { _ = try read(text) }).message
    }

    @Test(
        "a question a line, a list, recorded calls and cases are the same questions",
        arguments: [
            alice + "\n\n  \r\n" + alice, "[\(alice), \(alice)]\n", alice + "\n" + alice,
            #"{"method":"io.postern.Authorize","parameters":\#(alice)}"# + "\n" + alice,
            #"{"store":"x","cases":[\#(alice), {"name":"n","decision":"allowed","now":"2026-01-01T00:00:00Z","#
                + #""principal":"arn:aws:iam::111122223333:user/alice","action":"docs:Read","resource":"*"}]}"#,
        ])
    func shapes(_ text: String) throws {
        let questions = try read(text)
        #expect(questions.parameters.map { $0.serialized() } == [Self.parameters, Self.parameters])
        #expect(questions.leftOut == 0)
    }

    @Test("context and session go with the question, numbers as they are written")
    func whole() throws {
        let text =
            #"{"principal":"p","action":"a:b","resource":"*","context":{"n":1.50,"l":["x",true]},"#
            + #""session":{"mfaPresent":true}}"#
        #expect(try read(text).parameters.map { $0.serialized() } == [text])
    }

    @Test("cases that no running sidecar can be asked are left out and counted")
    func leftOut() throws {
        let cases = [
            Self.alice, #"{"name":"n","role":"r","call":{"sessionName":"s"},"principal":"p","decision":"allowed"}"#,
            #"{"name":"n","principal":"p","action":"a:b","resource":"*","identityPolicies":[],"decision":"allowed"}"#,
            #"{"name":"n","principal":"p","action":"a:b","resource":"*","refused":true}"#,
        ]
        let questions = try read("{\"cases\":[" + cases.joined(separator: ",") + "]}")
        #expect(questions.parameters.count == 1 && questions.leftOut == 3)
        #expect(try complaint("{\"cases\":[" + cases[1...].joined(separator: ",") + "]}").contains("has no case"))
    }

    @Test(
        "what is no question is told with its place",
        arguments: [
            ("", "holds no question; write one a line"), ("\n \n", "holds no question"), ("[]", "holds no question"),
            ("{\"cases\":[]}", "holds no question"), (alice + "\n{\"principal\"", "q.jsonl:2:13: "),
            (alice + "\n7", "q.jsonl:2: a question is an object"),
            (alice + "\n" + #"{"principal":"p","action":"a:b"}"#, "q.jsonl:2: resource: `resource` is missing"),
            (#"[{"principal":"p","action":"","resource":"*"}]"#, "[0].action: `action` is empty"),
            (#"{"cases":[{"principle":"p"}]}"#, "cases[0].principle: `principle` is no member of a question"),
            (#"{"principal":"p","action":"a:b","resource":"*","explain":true}"#, "leave `explain` out"),
            (#"{"method":"io.postern.Status"}"#, "only calls of `io.postern.Authorize`"),
        ])
    func faults(_ text: String, _ words: String) throws {
        let complaint = try complaint(text)
        #expect(complaint.contains(words), "\(complaint)")
    }

    @Test("the flags ask what `postern authorize` asks")
    func flags() throws {
        let questions = try BenchQuestions(
            .init(principal: "p", action: "a:b", resource: "*", context: ["k": .number("1.50"), "b": true]))
        #expect(
            questions.parameters.map { $0.serialized() } == [
                #"{"principal":"p","action":"a:b","resource":"*","context":{"b":true,"k":1.50}}"#
            ])
    }
}
