import Foundation
import Testing

@Suite("`test`, the program", .timeLimit(.minutes(2)))
struct PolicyTestTests {
    private static let bob = "arn:aws:iam::111122223333:user/bob"

    /// A store whose user may read `docs`, and may not delete.
    private static let user = """
        {"UserPolicyList": [{"PolicyName": "docs", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
          {"Sid": "Reads", "Effect": "Allow", "Action": "docs:Read", "Resource": "*",
           "Condition": {"StringEquals": {"app:place": "office"}}},
          {"Sid": "NeverDeletes", "Effect": "Deny", "Action": "docs:Delete", "Resource": "*"}]}}]}
        """

    private func scratch(_ cases: String) throws -> Scratch {
        let scratch = try Scratch()
        let users = scratch.file("store/accounts/111122223333/users")
        try FileManager.default.createDirectory(atPath: users, withIntermediateDirectories: true)
        try Self.user.write(toFile: users + "/bob.json", atomically: false, encoding: .utf8)
        try #"{"store": "store", "cases": [\#(cases)]}"#.write(
            toFile: scratch.file("tests.json"), atomically: false, encoding: .utf8)
        return scratch
    }

    private func question(_ action: String, _ more: String) -> String {
        #"{"name": "\#(action) <1>", "principal": "\#(Self.bob)", "action": "docs:\#(action)", "resource": "*", \#(more)}"#
    }

    private var reads: String {
        question("Read", #""context": {"app:place": "office"}, "decision": "allowed", "statement": {"sid": "Reads"}"#)
    }

    /// The project's own cases, beside this file in the tree.
    private static var corpus: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("PolicyCases/Cases").path
    }

    @Test("our own cases pass", arguments: ["examples", "traps", "engine-keys", "layers", "sessions", "organizations"])
    func corpus(_ name: String) throws {
        let result = try Program.run(["test", "\(Self.corpus)/\(name).json"])
        #expect(result.output.contains("  pass "), "\(result.errors)")
        #expect(result.status == 0, "\(result.output)")
    }

    private static let everything =
        #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#

    @Test(
        "an organization that cannot be is an error of its case",
        arguments: [
            (#"{"principalPath": []}"#, "a path begins with the root"),
            (#"{"principalPath": ["r-1", "ou-1"]}"#, "the path has 2 nodes, so 3 lists of control policies are needed"),
            (#"{"principalPath": ["r-1"], "resourcePath": ["r-2"]}"#, "both paths begin with the same root"),
            (#"{"masterAccount": "1"}"#, "`masterAccount` is the twelve digits of an account"),
            (#"{"path": []}"#, "`path` is no member of an organization"),
        ])
    func wrongOrganization(_ organization: String, _ words: String) throws {
        let policies = "\"identityPolicies\": [\(Self.everything)], \"serviceControlPolicies\": [[], []]"
        let scratch = try scratch(
            question("Read", "\"decision\": \"allowed\", \(policies), \"organization\": \(organization)"))
        let result = try Program.run(["test", scratch.file("tests.json")])
        #expect(result.status == 1)
        #expect(result.output.contains(words), "\(result.output)")
    }

    @Test("cases are asked of the store that the file names, and coverage lists what never applied")
    func store() throws {
        let scratch = try scratch(reads)
        let result = try Program.run(["test", scratch.file("tests.json"), "--coverage"])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("coverage: 1 of 2 statements, 50.0 %"))
        #expect(result.output.contains("users/bob.json:4:3 (statement 1)"))
        #expect(!result.output.contains("(statement 0)"))
    }

    @Test("a coverage below the least is status 1, one at it is not", arguments: [("50", Int32(0)), ("50.1", 1)])
    func coverageMin(_ least: String, _ status: Int32) throws {
        let scratch = try scratch(reads)
        let result = try Program.run(["test", scratch.file("tests.json"), "--coverage-min", least])
        #expect(result.status == status, "\(result.errors)")
    }

    @Test("a failure says what was expected, what came, which statement decided and which condition failed")
    func failure() throws {
        let wrong = [
            question("Read", #""context": {"app:place": "home"}, "decision": "allowed""#),
            question("Delete", #""decision": "implicitDeny""#),
        ]
        let scratch = try scratch(wrong.joined(separator: ",\n"))
        let result = try Program.run(["test", scratch.file("tests.json"), "--junit", scratch.file("junit.xml")])
        #expect(result.status == 1)
        #expect(result.output.contains("decision: expected allowed, got implicitDeny"))
        #expect(result.output.contains(#"StringEquals app:place wants ["office"], has ["home"]"#))
        #expect(
            result.output.contains("decided by: Deny `NeverDeletes` of `docs` at \(scratch.file("store"))/accounts"))
        #expect(result.output.contains("users/bob.json:4"))
        #expect(result.output.hasSuffix("2 cases, 0 passed, 2 failed\n"))
        let xml = scratch.text("junit.xml")
        #expect(xml.contains(#"tests="2" failures="2" errors="0""#))
        #expect(xml.contains(#"name="Read &lt;1&gt;""#))
        #expect(xml.contains(#"<failure message="decision: expected allowed, got implicitDeny">"#))
    }

    @Test("a case that cannot be asked fails, and the others run")
    func wrongCase() throws {
        let scratch = try scratch(
            question("Read", #""decision": "allowed", "tags": {}"#) + "," + question("Read", #""desicion": "allowed""#)
                + "," + question("Read", #""decision": "allowed", "context": {"aws:userid": "x"}"#) + "," + reads)
        let result = try Program.run(["test", scratch.file("tests.json"), "--json"])
        #expect(result.status == 1)
        #expect(result.output.contains(#"{"cases":4,"passed":1,"failed":3"#))
        #expect(result.output.contains("comes from the store; leave it out"))
        #expect(result.output.contains("`desicion` is no member"))
        #expect(result.output.contains("is set by the engine"))
    }

    @Test(
        "what cannot be run is one line and status 2",
        arguments: [
            ["/nowhere/at/all"], ["tests.json", "--store", "/nowhere/at/all"], ["empty"], ["store"],
            ["tests.json", "--coverage-min", "101"], ["store/accounts/111122223333/users/bob.json"],
        ])
    func cannotRun(_ arguments: [String]) throws {
        let scratch = try scratch(reads)
        try FileManager.default.createDirectory(atPath: scratch.file("empty"), withIntermediateDirectories: true)
        let result = try Program.run(["test"] + arguments, folder: scratch.path)
        #expect(result.status == 2)
        #expect(result.errorLines.count == 1, "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("help is no error and has an example")
    func help() throws {
        let result = try Program.run(["test", "--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("Example:\n  postern test"))
    }
}
