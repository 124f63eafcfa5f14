import Foundation
import Testing

/// A role is assumed and its session used, on the command line.
@Suite("`assume-role` and `authorize --session-file`, the program", .timeLimit(.minutes(2)))
struct AssumeRoleTests {
    private static let role = "arn:aws:iam::\(Company.account):role/service/ReportBot"
    private static let session = "arn:aws:sts::\(Company.account):assumed-role/ReportBot/weekly"
    private static let report = "arn:aws:docs:::report/weekly-7"

    private func assume(_ company: Company, _ user: String, _ flags: [String] = []) throws -> Program.Result {
        try Program.run(
            [
                "assume-role", "--principal", "arn:aws:iam::\(Company.account):user/\(user)", "--role", Self.role,
                "--session-name", "weekly",
            ] + flags, environment: ["POSTERN_SOCKET": company.socket])
    }

    private func ask(_ company: Company, _ action: String, _ flags: [String] = []) throws -> Program.Result {
        try Program.run(
            ["authorize", "--principal", Self.session, "--action", action, "--resource", Self.report] + flags,
            environment: ["POSTERN_SOCKET": company.socket])
    }

    @Test("whom the trust policy names has a session, and its file answers questions")
    func session() throws {
        let company = try Company()
        try company.serve()
        let file = company.scratch.file("session.json")
        let policy = company.scratch.file("policy.json")
        try #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "docs:Read", "Resource": "*"}}"#
            .write(toFile: policy, atomically: false, encoding: .utf8)
        let result = try assume(company, "admin", ["--session-out", file, "--policy-file", policy])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("allowed\n  principal  \(Self.session)\n"))
        #expect(try ask(company, "docs:Edit").status == 0)
        #expect(try ask(company, "docs:Read", ["--session-file", file]).status == 0)
        // The session's own policy lets it read, and no more.
        let denied = try ask(company, "docs:Edit", ["--session-file", file, "--explain"])
        #expect(denied.status == 1)
        #expect(denied.output.contains("reason     sessionPolicy"), "\(denied.output)")
        #expect(denied.output.contains("✓ identityPolicy: allowed"))
        #expect(denied.output.contains("– sessionPolicy: silent"))
    }

    @Test("whom it does not name is denied, with the statement's place")
    func refused() throws {
        let company = try Company()
        try company.serve()
        let file = company.scratch.file("session.json")
        let result = try assume(company, "bob", ["--explain", "--session-out", file])
        #expect(result.status == 1)
        #expect(result.output.contains("reason     trustPolicy"))
        #expect(
            result.output.contains("Allow `AdminsStartTheBot` of trust policy of \(Self.role): names other principals"))
        #expect(result.output.contains("accounts/\(Company.account)/roles/ReportBot.json:8:18"))
        #expect(result.output.contains("nearest allow (advice, not part of the decision)"))
        #expect(result.output.contains("      principal: wanted \"arn:aws:iam::\(Company.account):user/admin\""))
        let tagged = try assume(company, "admin", ["--tag", "team=red", "--explain"])
        #expect(
            tagged.output.contains("      action: wanted \"sts:AssumeRole\", has \"sts:TagSession\""),
            "\(tagged.output)")
        #expect(!FileManager.default.fileExists(atPath: file))
        let json = try assume(company, "bob", ["--json"])
        #expect(json.status == 1)
        #expect(json.output.hasPrefix(#"{"allowed":false,"decision":"implicitDeny","revision":""#))
    }

    @Test("a session that cannot be written is told with its own file")
    func unwritable() throws {
        let company = try Company()
        try company.serve()
        let result = try assume(company, "admin", ["--session-out", "/nowhere/at/all.json"])
        #expect(result.status == 2)
        #expect(result.errors == "postern: cannot write `/nowhere/at/all.json`: no such file or directory\n")
        let role = try Program.run(
            ["assume-role", "--principal", Self.session, "--role", "nope", "--session-name", "weekly"],
            environment: ["POSTERN_SOCKET": company.socket])
        #expect(role.errors.contains("role: expected the ARN of a role"), "\(role.errors)")
    }

    @Test("a call that cannot be is one line and status 2", arguments: [["--duration", "1"], ["--tag", "x"]])
    func wrong(_ flags: [String]) throws {
        let company = try Company()
        try company.serve()
        let result = try assume(company, "admin", flags)
        #expect(result.status == 2)
        #expect(result.errorLines.count == 1, "\(result.errors)")
    }

    @Test("the failed condition, its values and the nearest allow are shown with their place")
    func explain() throws {
        let company = try Company()
        try company.overwrite(
            "users/carol.json",
            """
            {"UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
              {"Sid": "FromTheOffice", "Effect": "Allow", "Action": "docs:Read", "Resource": "*",
               "Condition": {"StringEquals": {"app:place": "office"}}}]}}]}
            """)
        try company.serve()
        let result = try company.ask(
            "carol", "docs:Read", Self.report, ["--context", "app:place=home", "--explain"])
        #expect(result.status == 1)
        let place = "accounts/\(Company.account)/users/carol.json:2:3"
        for line in [
            "    – identityPolicy: silent", "        Allow `FromTheOffice` of own: condition failed",
            "          \(place)",
            #"          StringEquals app:place: wanted "office", has "home""#,
            "  nearest allow (advice, not part of the decision)", "      \(place)",
            #"      condition StringEquals app:place: wanted "office", has "home""#,
        ] {
            #expect(result.output.contains(line + "\n"), "\(line)\n\(result.output)")
        }
    }
}
