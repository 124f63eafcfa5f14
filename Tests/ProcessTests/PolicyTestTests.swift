import Foundation
import Testing

@Suite("`test`, the program", .timeLimit(.minutes(2)))
struct PolicyTestTests {
    static let bob = "arn:aws:iam::111122223333:user/bob"

    /// A store whose user may read `docs`, and may not delete.
    static let user = """
        {"UserPolicyList": [{"PolicyName": "docs", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
          {"Sid": "Reads", "Effect": "Allow", "Action": "docs:Read", "Resource": "*",
           "Condition": {"StringEquals": {"app:place": "office"}}},
          {"Sid": "NeverDeletes", "Effect": "Deny", "Action": "docs:Delete", "Resource": "*"}]}}]}
        """

    func scratch(_ cases: String) throws -> Scratch {
        let scratch = try Scratch()
        let users = scratch.file("store/accounts/111122223333/users")
        try FileManager.default.createDirectory(atPath: users, withIntermediateDirectories: true)
        try Self.user.write(toFile: users + "/bob.json", atomically: false, encoding: .utf8)
        try #"{"store": "store", "cases": [\#(cases)]}"#.write(
            toFile: scratch.file("tests.json"), atomically: false, encoding: .utf8)
        return scratch
    }

    func question(_ action: String, _ more: String) -> String {
        #"{"name": "\#(action) <1>", "principal": "\#(Self.bob)", "action": "docs:\#(action)", "resource": "*", \#(more)}"#
    }

    var reads: String {
        question("Read", #""context": {"app:place": "office"}, "decision": "allowed", "statement": {"sid": "Reads"}"#)
    }

    /// The project's own cases, beside this file in the tree.
    private static var corpus: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("PolicyCases/Cases").path
    }

    @Test(
        "our own cases pass",
        arguments: ["examples", "traps", "engine-keys", "layers", "organizations", "assumptions", "sessions"])
    func corpus(_ name: String) throws {
        let result = try Program.run(["test", "\(Self.corpus)/\(name).json"])
        #expect(result.output.components(separatedBy: "\n").contains { $0.hasPrefix("  pass ") }, "\(result.errors)")
        #expect(result.status == 0, "\(result.output)")
    }

    static let everything =
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

    @Test("what must be refused needs no decision, and fails when it is accepted")
    func mustBeRefused() throws {
        let scratch = try scratch(
            question("Read", #""refused": true, "context": {"aws:userid": "x"}"#) + ","
                + question("Read", #""refused": true"#))
        let result = try Program.run(["test", scratch.file("tests.json"), "--json"])
        #expect(result.status == 1)
        #expect(result.output.contains(#"{"cases":2,"passed":1,"failed":1"#))
        #expect(result.output.contains("should be refused, and are accepted"))
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

    /// What the socket refuses, as members of a case, with words of the refusal.
    static let refused: [(members: String, words: String)] = {
        func session(_ members: String) -> String { "\"session\": {\(members)}" }
        func context(_ value: String) -> String { "\"context\": {\"app:k\": \(value)}" }
        let tags = (0..<51).map { "\"t\($0)\": \"\"" }.joined(separator: ", ")
        let keys = (0..<129).map { "\"app:k\($0)\": 1" }.joined(separator: ", ")
        let long = String(repeating: "x", count: 5_000)
        let list = "[" + Array(repeating: "1", count: 300).joined(separator: ",") + "]"
        return [
            (session(#""mfaAgeSeconds": 5"#), "`session.mfaAgeSeconds` is given, but `mfaPresent` is not true"),
            (session(#""tags": {"aws:x": "y"}"#), "begins with `aws:`"),
            (session("\"tags\": {\(tags)}"), "more than 50"),
            (session("\"tags\": {\"\(long.prefix(129))\": \"\"}"), "1 to 128 characters"),
            (session(#""tags": {"a": "1", "A": "2"}"#), "two spellings"),
            (session(#""sourceIdentity": "a b""#), "`session.sourceIdentity` must be"),
            (session(#""tags": {"a": "1"}, "transitiveTagKeys": ["b"]"#), "there is no tag `b`"),
            (session(#""policyArns": ["arn:aws:iam::aws:policy/Nowhere"]"#), "is no managed policy"),
            (session(#""policies": [{}]"#), "the document has no `Statement`"),
            (session(#""policies": ["{}"]"#), "`Statement`"), (session(#""user": "bob""#), "only a federated user"),
            (session(#""issued": "soon""#), "`session.issued` is not a date"),
            ("\"context\": {\(keys)}", "more than 128 keys"),
            (context("\"\(long)\""), "longer than 4096 bytes"), (context(list), "more than 256 values"),
            (context("{}"), "holds an object"), (#""context": {"app:k": 1, "App:K": 2}"#, "two spellings"),
        ]
    }()

    @Test("what the socket refuses is no case, and one that says so passes", arguments: refused.indices)
    func refusals(_ index: Int) throws {
        let (members, words) = Self.refused[index]
        let cases = ["", ", \"refused\": true"].map { question("Read", "\(members), \"decision\": \"allowed\"\($0)") }
        let scratch = try scratch(cases.joined(separator: ","))
        let result = try Program.run(["test", "tests.json"], folder: scratch.path)
        #expect(result.output.hasSuffix("2 cases, 1 passed, 1 failed\n"), "\(result.output)\(result.errors)")
        #expect(result.output.contains("ERROR"))
        #expect(result.output.contains(words), "\(result.output)")
    }

    @Test("texts that are too long for the socket are no questions", arguments: ["principal", "action", "resource"])
    func tooLong(_ member: String) throws {
        var members = [
            "principal": Self.bob, "action": "docs:Read", "resource": "*", "decision": "allowed", "name": "n",
        ]
        members[member]? += String(repeating: "x", count: 2_100)
        let text = members.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
        let scratch = try scratch("{\(text)}")
        let result = try Program.run(["test", "tests.json"], folder: scratch.path)
        #expect(result.status == 1)
        #expect(result.output.contains("`\(member)` is longer than"), "\(result.output)")
    }

    @Test(
        "a slip in a file of tests passes nothing",
        arguments: [
            (
                #"{"stroe": "store", "cases": [CASE]}"#, Int32(2),
                "1:2: `stroe` is no member of a file of tests; did you mean `store`?"
            ),
            (#"{"cases": [CASE]}"#, 1, "there is nothing to ask: name a `store` in the file"),
            (#"{"cases": [REFUSED]}"#, 1, "there is nothing to ask"),
            (#"{"store": "store", "cases": [WRONG]}"#, 1, "`foo` is no layer; write one of `identityPolicy`"),
            (
                #"{"store": "store", "cases": [REASON]}"#, 1,
                "`identitypolicy` is no reason; did you mean `identityPolicy`?"
            ),
            (#"{"store": "store", "cases": [TIME]}"#, 1, "now: `yesterday` is no date; write one such as"),
            (#"{"store": "store", "cases": [ACTION]}"#, 1, "action: expected `service:name`"),
        ])
    func slip(_ file: String, _ status: Int32, _ words: String) throws {
        let scratch = try scratch("")
        let cases = [
            "CASE": question("Read", #""decision": "implicitDeny""#),
            "REFUSED": question("Read", #""decision": "implicitDeny", "refused": true"#),
            "WRONG": question("Read", #""decision": "implicitDeny", "deniedBy": ["foo"], "refused": true"#),
            "REASON": question("Read", #""decision": "implicitDeny", "reason": "identitypolicy""#),
            "TIME": question("Read", #""decision": "implicitDeny", "now": "yesterday""#),
            "ACTION": question("R*", #""decision": "implicitDeny""#),
        ]
        let text = cases.reduce(file) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
        try text.write(toFile: scratch.file("tests.json"), atomically: false, encoding: .utf8)
        let result = try Program.run(["test", "tests.json"], folder: scratch.path)
        #expect(result.status == status)
        #expect((result.output + result.errors).contains(words), "\(result.output)\(result.errors)")
        #expect(!result.output.contains(": action: "))
    }

    @Test("a store counts once however it is named, and so does a file")
    func sameStore() throws {
        let scratch = try scratch(reads)
        for folder in ["a", "b/c"] {
            try FileManager.default.createDirectory(
                atPath: scratch.file("tests/\(folder)"), withIntermediateDirectories: true)
            let store = folder == "a" ? "../../store" : "../../../link"
            try "{\"store\": \"\(store)\", \"cases\": [\(reads)]}".write(
                toFile: scratch.file("tests/\(folder)/t.json"), atomically: false, encoding: .utf8)
        }
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link"), withDestinationPath: scratch.file("store"))
        let result = try Program.run(
            ["test", "tests.json", "./tests.json", "tests", "tests/a/t.json", "--coverage-min", "50"],
            folder: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output.hasSuffix(
                """
                coverage: 1 of 2 statements, 50.0 %
                  not covered: store/accounts/111122223333/users/bob.json:4:3 (statement 1) `NeverDeletes`
                3 cases, 3 passed, 0 failed

                """), "\(result.output)")
        let other = try Program.run(["test", "tests/a", "--coverage", "--json"], folder: scratch.path)
        #expect(
            other.output.contains(
                #""file":"store/accounts/111122223333/users/bob.json","line":4,"column":3,"index":1,"sid":"NeverDeletes""#
            ), "\(other.output)")
    }

    @Test("a folder of tests does not show what lies elsewhere, and says so")
    func outside() throws {
        let scratch = try scratch(reads)
        try "the secret".write(toFile: scratch.file("secret"), atomically: false, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: scratch.file("tests"), withIntermediateDirectories: true)
        for (name, target) in [("t.json", "../secret"), ("u", "..")] {
            let link = scratch.file("tests/\(name)")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            let result = try Program.run(["test", "tests"], folder: scratch.path)
            #expect(result.status == 2)
            #expect(result.errors.contains("tests/\(name)`: the link leads out of the folder"), "\(result.errors)")
            #expect(!result.errors.contains("secret"))
            try FileManager.default.removeItem(atPath: link)
        }
    }

    @Test("managed session policies are those of the store")
    func managed() throws {
        let scratch = try scratch(
            question(
                "Read",
                #""context": {"app:place": "office"}, "decision": "implicitDeny", "reason": "sessionPolicy", "principal": "arn:aws:sts::111122223333:assumed-role/R/s", "session": {"policyArns": ["arn:aws:iam::111122223333:policy/None"]}"#
            )
            .replacingOccurrences(of: "\"principal\": \"\(Self.bob)\", ", with: ""))
        for (path, text) in [
            (
                "policies/None",
                #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "x:y", "Resource": "*"}}"#
            ),
            (
                "roles/R",
                #"{"AssumeRolePolicyDocument": \#(Self.trust), "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": \#(Self.everything)}]}"#
            ),
        ] {
            let file = scratch.file("store/accounts/111122223333/\(path).json")
            try FileManager.default.createDirectory(
                atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: file, atomically: false, encoding: .utf8)
        }
        let result = try Program.run(["test", scratch.file("tests.json")])
        #expect(result.status == 0, "\(result.output)")
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
