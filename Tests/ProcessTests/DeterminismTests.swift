import Foundation
import Testing

/// Every process hashes with a seed of its own, and a folder lists its files in an order of its own.
@Suite("One store in twenty processes", .timeLimit(.minutes(5)))
struct DeterminismTests {
    private static let processes = 20

    @Test("the same files, written in any order, give one revision and one set of answers")
    func oneRevision() throws {
        let company = try Company()
        let texts = try Self.files(of: company.store)
        #expect(texts.count > 8)
        var found: Set<String> = []
        for number in 0..<Self.processes {
            let store = company.scratch.file("copy-\(number)")
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
        #expect(found.first?.contains("\"revision\"") ?? false)
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

    /// The revision, decisions and explanations.
    private static func answers(_ socket: String) throws -> String {
        let questions = [
            ("bob", "docs:Read", Company.plan), ("bob", "docs:Edit", "arn:aws:docs:::wiki/welcome"),
            ("alice", "docs:Delete", Company.plan), ("nobody", "docs:Read", "*"),
        ]
        return try questions.map { user, action, resource in
            let result = try Program.run(
                [
                    "authorize", "--principal", "arn:aws:iam::\(Company.account):user/\(user)", "--action", action,
                    "--resource", resource, "--explain", "--json",
                ], environment: ["POSTERN_SOCKET": socket])
            #expect(result.errors.isEmpty)
            return "\(result.status) \(result.output)"
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
