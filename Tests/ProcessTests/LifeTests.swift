import Foundation
import Testing

@Suite("From init to SIGTERM, with the real binary", .timeLimit(.minutes(2)))
struct LifeTests {
    @Test("every question that `init` prints comes out as it says")
    func printedQuestions() throws {
        let scratch = try Scratch()
        let made = try Program.run(["init", "company"], folder: scratch.path)
        let company = try Company()
        try company.serve()
        var expected: String?
        var asked = 0
        for line in made.output.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("# ") { expected = String(line.dropFirst(2).prefix { $0 != ":" }) }
            guard line.hasPrefix("postern authorize ") else { continue }
            let answer = try Program.run(
                line.split(separator: " ").dropFirst().map(String.init), environment: ["POSTERN_SOCKET": company.socket]
            )
            #expect(
                answer.output.split(separator: "\n").first?.split(separator: " ").first.map(String.init) == expected,
                "\(line)")
            #expect(answer.status == (expected == "allowed" ? 0 : 1), "\(line)")
            asked += 1
        }
        #expect(asked == 7)
        #expect(try company.stop() == 0)
    }

    @Test("an edited file changes the answer, the revision and nothing else")
    func edit() throws {
        let company = try Company()
        try company.serve()
        let before = try company.run("reload").output
        #expect(try company.bobReads() == 0)
        try company.overwrite("policies/DocumentViewer.json", company.viewerPolicy(reading: "docs:Preview"))
        try company.waitUntilBobReads(1)
        #expect(try company.ask("alice", "docs:Read", Company.plan).status == 0)
        let reload = try company.run("reload")
        #expect(reload.status == 0)
        #expect(reload.output != before)
        #expect(try company.run("status").status == 0)
        #expect(try company.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: company.socket))
    }

    @Test("SIGHUP reads again, and a second sidecar starts with the same revision")
    func hangUp() throws {
        let company = try Company()
        try company.serve()
        company.sidecar?.send(SIGHUP)
        try Eventually.holds("the reload is in the log") { company.sidecar?.errors.contains("reloaded") ?? false }
        let revision = try company.run("reload").output
        #expect(try company.stop() == 0)
        try company.serve()
        #expect(try company.run("reload").output == revision)
        #expect(try company.stop() == 0)
    }

    @Test("a folder without any account is served, and said to be one; any other is not")
    func emptyStore() throws {
        let company = try Company()
        try company.serve()
        #expect(try company.stop() == 0)
        #expect(company.sidecar?.errors.contains("has no account") == false)
        try FileManager.default.removeItem(atPath: company.store)
        try FileManager.default.createDirectory(atPath: company.store, withIntermediateDirectories: false)
        try company.serve()
        try Eventually.holds("it is in the log") { company.sidecar?.errors.contains("has no account") ?? false }
        #expect(try company.ask("bob", "docs:Read", Company.plan).status == 1)
        #expect(try company.stop() == 0)
    }

    @Test("explanations name the statement, and JSON is JSON")
    func explanation() throws {
        let company = try Company()
        try company.serve()
        let text = try company.ask("admin", "docs:Delete", Company.plan, ["--explain"])
        #expect(text.status == 1)
        #expect(text.output.hasPrefix("denied (explicitDeny)\n"))
        #expect(text.output.contains("`NobodyDeletesThePlan`"))
        #expect(text.output.contains("resources/2026-plan.json:17:7"))
        let json = try company.ask("admin", "docs:Delete", Company.plan, ["--explain", "--json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["allowed"] as? Bool == false)
        #expect((object["explanation"] as? [String: Any])?["reason"] as? String == "resourcePolicyDeny")
        let nobody = try company.ask("nobody", "docs:Read", Company.plan, ["--explain"])
        #expect(nobody.status == 1)
        #expect(nobody.output.contains("unknownPrincipal"))
    }

    @Test("the service manager is told when the sidecar is ready")
    func notify() throws {
        let company = try Company()
        let path = company.scratch.file("notify")
        let listener = try Datagrams(at: path)
        try company.serve(environment: ["NOTIFY_SOCKET": path])
        #expect(try listener.next().hasPrefix("READY=1\n"))
        #expect(try company.stop() == 0)
    }

    @Test("a status says stale while a file is broken, and fresh afterwards")
    func staleStatus() throws {
        let company = try Company()
        try company.serve()
        let good = try company.viewerPolicy(reading: "docs:Read")
        try company.overwrite("policies/DocumentViewer.json", "{\"Version\": ")
        try Eventually.holds("the status is stale") { try company.run("status").status == 1 }
        let status = try company.run("status", "--json")
        #expect(status.output.contains("DocumentViewer.json:1:"))
        #expect(try company.bobReads() == 0)
        let reload = try company.run("reload")
        #expect(reload.status == 1)
        #expect(reload.errors.contains("DocumentViewer.json:1:"))
        try company.overwrite("policies/DocumentViewer.json", good)
        try Eventually.holds("the status is fresh") { try company.run("status").status == 0 }
    }
}
