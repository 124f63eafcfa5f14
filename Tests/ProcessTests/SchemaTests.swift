import Foundation
import Testing

/// Application keys from the store's schema, through the program: what is declared has its shape, at every place.
@Suite("`schema.json` under a running sidecar", .timeLimit(.minutes(2)))
struct SchemaTests {
    private static let schema =
        #"{"ContextKeys": {"app:Labels": {"Type": "string", "MultiValued": true}, "app:Age": {"Type": "numeric"}}}"#
    private static let user = """
        {"UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": "docs:Read", "Resource": "*",
           "Condition": {"ForAllValues:StringEquals": {"app:Labels": ["red", "blue"]}, "Null": {"app:labels": "false"}}},
          {"Effect": "Allow", "Action": "docs:Edit", "Resource": "*",
           "Condition": {"NumericLessThan": {"APP:AGE": "30"}}},
          {"Effect": "Allow", "Action": "docs:Sign", "Resource": "*",
           "Condition": {"StringEquals": {"app:plain": "yes"}}}]}}]}
        """

    private func company() throws -> Company {
        let company = try Company()
        try Self.schema.write(toFile: company.store + "/schema.json", atomically: false, encoding: .utf8)
        try company.overwrite("users/carol.json", Self.user)
        return company
    }

    private func ask(_ company: Company, _ action: String, _ context: String) throws -> Program.Result {
        let file = company.scratch.file("context.json")
        try context.write(toFile: file, atomically: false, encoding: .utf8)
        return try company.ask("carol", action, "*", ["--context-file", file])
    }

    @Test("a declared key is compared in its shape, whatever its case, and a wrong shape is refused")
    func shapes() throws {
        let company = try company()
        try company.serve()
        let rows: [(action: String, context: String, status: Int32)] = [
            ("docs:Read", #"{"APP:labels": ["red", "blue"]}"#, 0), ("docs:Read", #"{"app:Labels": ["red", "x"]}"#, 1),
            ("docs:Read", #"{"app:Labels": []}"#, 1), ("docs:Read", "{}", 1),
            ("docs:Read", #"{"app:Labels": "red"}"#, 2), ("docs:Edit", #"{"app:age": 29}"#, 0),
            ("docs:Edit", #"{"app:age": "29.5"}"#, 0), ("docs:Edit", #"{"app:age": 30}"#, 1),
            ("docs:Edit", #"{"app:age": "young"}"#, 2), ("docs:Edit", #"{"app:age": [29]}"#, 2),
            // Undeclared, and tested with a plain operator: an array is refused.
            ("docs:Sign", #"{"app:plain": "yes"}"#, 0), ("docs:Sign", #"{"app:plain": ["yes"]}"#, 2),
            ("docs:Sign", #"{"app:plain": "yes", "App:Plain": "yes"}"#, 2),
        ]
        for (action, context, status) in rows {
            let result = try ask(company, action, context)
            #expect(result.status == status, "\(action) \(context): \(result.output)\(result.errors)")
        }
    }

    @Test("the schema reloads as any file does: a key changes its shape under the sidecar")
    func reload() throws {
        let company = try company()
        try company.serve()
        #expect(try ask(company, "docs:Sign", #"{"app:plain": ["yes"]}"#).status == 2)
        let more = Self.schema.replacingOccurrences(
            of: "{\"app:Labels\"", with: "{\"app:plain\": {\"Type\": \"string\", \"MultiValued\": true}, \"app:Labels\""
        )
        try more.write(toFile: company.store + "/schema.json", atomically: false, encoding: .utf8)
        // carol's policy tests the key with a plain operator, which such a key may not be: her file is not good any more.
        try Eventually.holds("the trouble is noticed") { try company.run("status").status == 1 }
        try FileManager.default.removeItem(atPath: company.path("users/carol.json"))
        try Eventually.holds("the trouble is over") { try company.run("status").status == 0 }
        try "{".write(toFile: company.store + "/schema.json", atomically: false, encoding: .utf8)
        try Eventually.holds("the half is noticed") { try company.run("status").status == 1 }
        #expect(try company.bobReads() == 0)
    }

    @Test("a broken schema stops the start, with its place")
    func brokenSchema() throws {
        let company = try company()
        try #"{"ContextKeys": {"aws:SourceIp": {"Type": "ip"}}}"#.write(
            toFile: company.store + "/schema.json", atomically: false, encoding: .utf8)
        let result = try Program.run(["serve", "--store", company.store, "--socket", company.socket])
        #expect(result.status == 1)
        #expect(result.errors.contains("schema.json:1:18"), "\(result.errors)")
        #expect(result.errors.contains("belongs to the language"))
    }
}
