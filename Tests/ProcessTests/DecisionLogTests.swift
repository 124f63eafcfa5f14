import Foundation
import Testing

@Suite("The decision log, with the real binary", .timeLimit(.minutes(2)))
struct DecisionLogTests {
    private static func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test("every decision is a line, a file that was moved away is begun anew, and the status counts")
    func file() throws {
        let company = try Company()
        let (path, moved) = (company.scratch.file("d.log"), company.scratch.file("d.log.1"))
        try company.serve(["--decision-log", path])
        #expect(try company.bobReads() == 0)
        #expect(try company.ask("admin", "docs:Delete", Company.plan, ["--explain"]).status == 1)
        try Eventually.holds("both lines are written") {
            (try? String(contentsOfFile: path, encoding: .utf8))?.components(separatedBy: "\n").count == 3
        }
        let lines = try Self.objects(String(contentsOfFile: path, encoding: .utf8))
        #expect(lines.map { $0["decision"] as? String } == ["allowed", "explicitDeny"])
        #expect(lines.map { $0["reason"] as? String } == ["allowed", "resourcePolicyDeny"])
        #expect(lines.map { $0["peerUid"] as? Int } == [Int(getuid()), Int(getuid())])
        #expect(lines[0]["principal"] as? String == "arn:aws:iam::\(Company.account):user/bob")
        #expect(lines[0]["action"] as? String == "docs:Read" && lines[0]["resource"] as? String == Company.plan)
        let status = try company.run("status")
        #expect(status.output.contains("denied for   1 resourcePolicyDeny"))
        #expect(status.output.contains("decision log 2 written, 0 dropped, 0 failed"))
        try FileManager.default.moveItem(atPath: path, toPath: moved)
        company.sidecar?.send(SIGHUP)
        try Eventually.holds("the file is begun anew") { FileManager.default.fileExists(atPath: path) }
        #expect(try company.bobReads() == 0)
        #expect(try company.stop() == 0)
        #expect(try Self.objects(String(contentsOfFile: path, encoding: .utf8)).count == 1)
        #expect(try Self.objects(String(contentsOfFile: moved, encoding: .utf8)).count == 2)
    }

    @Test("on standard output there is nothing else")
    func standardOutput() throws {
        let company = try Company()
        let child = try Child([
            "serve", "--store", company.store, "--socket", company.socket, "--decision-log", "-",
        ])
        try Eventually.holds("the sidecar listens") { child.errors.contains("listening on") }
        #expect(try company.bobReads() == 0)
        child.send(SIGTERM)
        try child.waitForEnd()
        #expect(child.status == 0)
        #expect(try Self.objects(child.output).count == 1)
        #expect(child.output.split(separator: "\n").count == 1)
    }

    @Test("one that cannot be opened is one line and status 1, one without a name is wrong usage")
    func unopenable() throws {
        let company = try Company()
        let none = try Program.run([
            "serve", "--store", company.store, "--socket", company.socket, "--decision-log",
            company.scratch.file("no/d.log"),
        ])
        #expect(none.status == 1)
        #expect(none.errorLines.count == 1 && none.errors.contains("cannot open the decision log"), "\(none.errors)")
        let empty = try Program.run([
            "serve", "--store", company.store, "--socket", company.socket, "--decision-log", "",
        ])
        #expect(empty.status == 2 && empty.errorLines.count == 1, "\(empty.errors)")
    }
}
