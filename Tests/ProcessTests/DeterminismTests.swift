import Foundation
import Testing

/// Every process hashes with a seed of its own, and a folder lists its files in an order of its own.
@Suite("One store in twenty processes", .timeLimit(.minutes(5)))
struct DeterminismTests {
    private static let processes = 20

    @Test("the same files, written in any order, give one revision and one set of answers")
    func oneRevision() throws {
        let company = try Company()
        try Self.organize(company)
        let texts = try Self.files(of: company.store)
        #expect(texts.count > 12)
        var found: Set<String> = []
        for number in 0..<Self.processes {
            let store = company.scratch.file("copy-\(number)")
            // An ext4 folder lists its names by their hash; `WalkOrderTests` brings other orders.
            for (path, text) in texts.shuffled() { try Self.write(text, to: "\(store)/\(path)") }
            let socket = company.scratch.file("s\(number)")
            let child = try Child(["serve", "--store", store, "--socket", socket])
            try Eventually.holds("the sidecar listens") {
                try #require(child.isRunning, "\(child.errors)")
                return child.output.contains("listening on")
            }
            found.insert(try Self.answers(socket))
            child.send(SIGTERM)
            try child.waitForEnd()
        }
        #expect(found.count == 1, "\(found)")
        let answers = try #require(found.first)
        #expect(answers.contains("\"revision\"") && !answers.contains("\"error\""))
        for decision in ["allowed", "explicitDeny", "implicitDeny"] {
            #expect(answers.split(separator: "\"decision\":\"\(decision)\"").count > 10, "\(decision)")
        }
    }

    @Test("the specification's rows, decided with their policies, come out in one way")
    func oneOutcome() throws {
        let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("PolicyCases/Cases").path
        let files = ["sessions", "organizations", "traps"].map { "\(corpus)/\($0).json" }
        let found = Set(
            try (0..<Self.processes).map { _ in
                let tested = try Program.run(["test", "--json"] + files)
                #expect(tested.status == 0)
                return tested.output
            })
        #expect(found.count == 1)
    }

    @Test("the errors of a broken store come in one order")
    func oneOrderOfErrors() throws {
        let company = try Company()
        for user in ["x", "y", "z", "u", "v", "w"] {
            try company.overwrite("users/\(user).json", #"{"GroupList": ["none-\#(user)"], "Wrong": 1}"#)
        }
        let found = Set(
            try (0..<Self.processes).map { _ in
                let result = try Program.run(["check", company.store])
                #expect(result.status == 1)
                return result.output + result.errors
            })
        #expect(found.count == 1, "\(found)")
    }

    /// An organization around the company, with another account beside its own.
    private static func organize(_ company: Company) throws {
        let tree = """
            {"Id": "o-1", "MasterAccountId": "444455556666", "Root": {"Id": "r-1", "ResourceControlPolicies": ["NoLeaks"],
              "Accounts": [{"Id": "444455556666"}], "OrganizationalUnits": [{"Id": "ou-1",
                "ServiceControlPolicies": ["Ceiling", "NoFire"], "Accounts": [{"Id": "\(Company.account)"}]}]}}
            """
        let policies = "\(company.store)/organization"
        try write(tree, to: "\(company.store)/organization.json")
        try write(
            #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["docs:*", "sts:*"], "Resource": "*"}}"#,
            to: "\(policies)/service-control-policies/Ceiling.json")
        try write(
            #"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "docs:Burn", "Resource": "*"}}"#,
            to: "\(policies)/service-control-policies/NoFire.json")
        try write(
            #"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "docs:Leak", "Resource": "*"}}"#,
            to: "\(policies)/resource-control-policies/NoLeaks.json")
        try write(
            #"{"UserPolicyList": [{"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}}]}"#,
            to: "\(company.store)/accounts/444455556666/users/eve.json")
    }

    /// The revision, and for everybody the decisions and explanations of everything.
    private static func answers(_ socket: String) throws -> String {
        let home = "arn:aws:iam::\(Company.account)"
        let principals =
            ["admin", "alice", "bob", "nobody"].map { "\(home):user/\($0)" } + [
                "arn:aws:iam::444455556666:user/eve", "arn:aws:sts::\(Company.account):assumed-role/ReportBot/s1",
                "events.example", "anonymous",
            ]
        let resources = [
            Company.plan, "arn:aws:docs:::report/security-review", "arn:aws:docs:::wiki/welcome",
            "arn:aws:docs:::blog/alice/1", "\(home):role/ReportBot", "*",
        ]
        let connection = try RawConnection(to: socket)
        return try principals.map { principal in
            let questions = [
                "docs:Read", "docs:Edit", "docs:Delete", "docs:Publish", "docs:Burn", "docs:Leak", "sts:AssumeRole",
            ]
            .flatMap { action in resources.map { #"{"action":"\#(action)","resource":"\#($0)"}"# } }
            return try connection.ask(
                #"{"method":"io.postern.AuthorizeMany","parameters":{"principal":"\#(principal)","explain":true,"#
                    + #""context":{"aws:SourceIp":"203.0.113.9"},"questions":[\#(questions.joined(separator: ","))]}}"#)
        }.joined()
    }

    private static func files(of folder: String) throws -> [String: String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
        return Dictionary(
            uniqueKeysWithValues: try names.map { ($0, try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)) }
        )
    }

    private static func write(_ text: String, to path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }
}
