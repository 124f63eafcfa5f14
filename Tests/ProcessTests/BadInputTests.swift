import Foundation
import Testing

@Suite("Bad input on the command line", .timeLimit(.minutes(2)))
struct BadInputTests {
    @Test(
        "a wrong flag, file or address is one line and status 2",
        arguments: [
            ["nonsense"], ["authorize"], ["authorize", "--bogus"], ["serve"],
            ["serve", "--store", "x", "--loops", "many"],
            ["serve", "--store", "/", "--socket-mode", "9"], ["serve", "--store", "/", "--reload", "sometimes"],
            ["serve", "--store", "/", "--socket", ""], ["check"], ["check", "/nowhere/at/all"],
            ["status", "--socket", "/nowhere/s"],
            ["status"], ["reload", "--socket", "/nowhere/s"], ["bench", "--socket", "/nowhere/s"], ["bench", "--rate"],
            ["init"], ["check", "--format", "xml", "/tmp"],
            [
                "authorize", "--socket", "/nowhere/s", "--principal", "p", "--action", "a:b", "--resource", "*",
                "--context",
                "novalue",
            ],
        ])
    func usage(_ arguments: [String]) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errorLines.count == 1, "\(result.errors)")
        #expect(result.errors.hasPrefix("postern: "))
    }

    @Test(
        "what goes wrong says what to do next",
        arguments: [
            (["status", "--socket", "/nowhere/s"], "start one with `postern serve`, or say with --socket"),
            (["check", "--kind", "trust", "--format"], "see `postern check --help`"),
            (["reload", "now"], "see `postern reload --help`"), (["nonsense"], "see `postern --help`"),
            (["init", "/proc/nowhere/x"], "`/proc/nowhere"), (["serve", "--store", "x", "--loops", "many"], "--help`"),
        ])
    func next(_ arguments: [String], _ words: String) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 2)
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test("a typo of a flag is named", arguments: ["--principle", "--bogus"])
    func typo(_ flag: String) throws {
        #expect(try Program.run(["authorize", flag, "x"]).errors == "postern: unknown flag `\(flag)`\n")
    }

    @Test(
        "help is no error and has an example",
        arguments: ["init", "serve", "authorize", "check", "reload", "status", "bench"])
    func help(_ verb: String) throws {
        let result = try Program.run([verb, "--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("Example:\n  postern \(verb)"))
        #expect(result.errors.isEmpty)
    }

    @Test("a missing store is one line, status 1, and leaves nothing behind")
    func missingStore() throws {
        let scratch = try Scratch()
        let result = try Program.run(["serve", "--store", scratch.file("none"), "--socket", scratch.file("s")])
        #expect(result.status == 1)
        #expect(result.errorLines.count == 1, "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test("a taken socket is one line and status 1, and the first sidecar goes on")
    func takenSocket() throws {
        let company = try Company()
        try company.serve()
        let second = try company.run("serve", "--store", company.store)
        #expect(second.status == 1)
        #expect(second.errorLines.count == 1, "\(second.errors)")
        #expect(second.errors.contains("taken"))
        #expect(try company.bobReads() == 0)
    }

    @Test("the socket of a killed sidecar is taken over")
    func staleSocket() throws {
        let company = try Company()
        try company.serve()
        company.sidecar?.send(SIGKILL)
        try company.sidecar?.waitForEnd()
        #expect(FileManager.default.fileExists(atPath: company.socket))
        try company.serve()
        #expect(try company.bobReads() == 0)
        #expect(try company.stop() == 0)
    }

    @Test("a folder that may not be written to is one line and status 1")
    func noPermission() throws {
        let company = try Company()
        let result = try company.run("serve", "--store", company.store, "--socket", "/proc/postern/s")
        #expect(result.status == 1)
        #expect(result.errorLines.count == 1, "\(result.errors)")
    }

    @Test("a bad store is refused with every error, its place and the count; check says the same")
    func badStore() throws {
        let company = try Company()
        try company.overwrite("users/alice.json", #"{"UserName": "alice", "UserName": "alice"}"#)
        try company.overwrite(
            "policies/OfficeOnly.json",
            #"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"IpAdress":{"aws:SourceIp":"10.0.0.0/8"},"NotIpAddress":{"aws:SourceIp":"10.0.0.0/33"}}}}"#
        )
        let serve = try company.run("serve", "--store", company.store)
        #expect(serve.status == 1)
        #expect(!FileManager.default.fileExists(atPath: company.socket))
        for text in ["users/alice.json:1:23: error: ", "OfficeOnly.json:1:", "`IpAdress`", "10.0.0.0/33"] {
            #expect(serve.errors.contains(text), "\(text) in \(serve.errors)")
        }
        #expect(serve.errorLines.last?.hasSuffix("errors in the store; not started") ?? false)
        let check = try company.run("check", company.store)
        #expect(check.status == 1)
        #expect(check.output.contains("users/alice.json:1:23: error: "))
        let json = try company.run("check", "--format", "json", company.store)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["errors"] as? Int == serve.errorLines.count - 1)
    }

    @Test("an organization with errors is refused, and each is told")
    func organization() throws {
        let company = try Company()
        try "{}".write(toFile: company.store + "/organization.json", atomically: false, encoding: .utf8)
        let serve = try company.run("serve", "--store", company.store)
        #expect(serve.status == 1)
        #expect(serve.errors.contains("organization.json:1:1: error: "), "\(serve.errors)")
    }

    @Test("a question that the sidecar refuses is no denial", arguments: ["aws:username=bob", "AWS:PrincipalTag/x=y"])
    func refusedQuestion(_ fact: String) throws {
        let company = try Company()
        try company.serve()
        let result = try company.ask("bob", "docs:Read", Company.plan, ["--context", fact])
        #expect(result.status == 2)
        #expect(result.errorLines.count == 1)
        #expect(result.errors.contains(String(fact.prefix { $0 != "=" })), "\(result.errors)")
    }
}
