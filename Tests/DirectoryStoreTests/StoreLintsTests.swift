import Directory
import JSONDocument
import Testing

@testable import DirectoryStore

@Suite("StoreLoader: what is doubtful about a whole store")
struct StoreLintsTests {
    private static let account = Sample.account

    /// The codes, each with its file, that `check` adds to a load.
    private func lints(_ files: [String: String]) throws -> [String] {
        let store = try TemporaryStore()
        for (path, text) in files { try store.write(path, text) }
        let loaded = store.load()
        let checked = StoreLoader().check(store.path)
        #expect(checked.revision == loaded.revision && checked.directory == loaded.directory)
        let known = Set(loaded.diagnostics)
        return checked.diagnostics.filter { !known.contains($0) }.map { diagnostic in
            #expect(!diagnostic.isError)
            return "\(diagnostic.code) \(diagnostic.file):\(diagnostic.position.line)"
        }
    }

    private static func tested(_ name: String) -> String {
        "{\"Version\":\"2012-10-17\",\"Statement\":[\n"
            + #"{"Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"\#(name)":{"app:k":"x"}}}]}"#
    }

    @Test func `a policy that nobody has is told, one that is a boundary or of the vendor is not`() throws {
        let found = try lints([
            "\(Self.account)/policies/None.json": Sample.document(),
            "\(Self.account)/policies/Boundary.json": Sample.document(),
            "\(Self.account)/policies/Own.json": Sample.document(),
            "managed/Vendor.json": Sample.document(),
            "\(Self.account)/users/a.json": Sample.user(policies: ["own"], boundary: "Boundary"),
        ])
        #expect(found == ["unattached-policy \(Self.account)/policies/None.json:1"])
    }

    @Test func `a group without users is told, whatever the case of its name`() throws {
        let found = try lints([
            "\(Self.account)/groups/Staff.json": Sample.group(), "\(Self.account)/groups/Empty.json": Sample.group(),
            "\(Self.account)/users/a.json": Sample.user(groups: ["STAFF"]),
        ])
        #expect(found == ["empty-group \(Self.account)/groups/Empty.json:1"])
    }

    @Test func `a name that is not read and looks meant is told, hidden ones and what a team keeps at the top are not`()
        throws
    {
        let found = try lints([
            "\(Self.account)/users/a.json": Sample.user(), "\(Self.account)/users/b.yaml": "a: b",
            "\(Self.account)/users/.c.json": "{}", "acounts/111122223333/users/d.json": Sample.user(),
            "organization.jsn": "{}", "README.md": "our store", "scripts/deploy.sh": "true",
        ])
        #expect(
            found == [
                "ignored-name \(Self.account)/users/b.yaml:1", "ignored-name acounts:1",
                "ignored-name organization.jsn:1",
            ])
    }

    @Test func `names that are not read are told beside errors, other doubts are not`() throws {
        let store = try TemporaryStore()
        try store.write("\(Self.account)/users/a.json", "{")
        try store.write("\(Self.account)/users/b.txt", "")
        try store.write("\(Self.account)/groups/Empty.json", Sample.group())
        try store.write(
            "\(Self.account)/roles/r.json", Sample.role(trusting: "arn:aws:iam::111122223333:user/a"))
        let found = StoreLoader().check(store.path).diagnostics.map { "\($0.code) \($0.file)" }
        // Whether `a` is nobody is not known while its file is broken.
        #expect(
            found == [
                "json \(Self.account)/users/a.json", "ignored-name \(Self.account)/users/b.txt",
            ])
    }

    @Test func `a control policy that hangs nowhere is told`() throws {
        let found = try lints([
            "organization.json": Company.organization(unit: Company.list(.service, "Hung")),
            "\(Company.scps)/Hung.json": Sample.document(), "\(Company.scps)/Loose.json": Sample.document(),
            "\(Company.rcps)/Loose.json": Company.rcp("docs:Read"),
        ])
        #expect(
            found == [
                "unattached-policy \(Company.rcps)/Loose.json:1", "unattached-policy \(Company.scps)/Loose.json:1",
            ])
    }

    @Test func `a key that files test in two ways is told, unless the schema declares it`() throws {
        var files = [
            "\(Self.account)/users/a.json": Sample.user(inline: [Self.tested("StringEquals")]),
            "\(Self.account)/users/b.json": Sample.user(inline: [Self.tested("ForAnyValue:StringEquals")]),
        ]
        #expect(try lints(files) == ["mixed-set-operators \(Self.account)/users/a.json:2"])
        files["schema.json"] = #"{"ContextKeys":{"app:K":{"Type":"string"}}}"#
        #expect(try lints(files) == [])
    }

    @Test func `inline policies are summed by IAM's quota of their holder`() throws {
        // Each is within the quota of a document.
        let large = Sample.document(
            String(repeating: "docs:ReadSomething", count: 1) + String(repeating: "x", count: 1_000))
        var files = ["\(Self.account)/users/two.json": Sample.user(inline: [large, large])]
        #expect(try lints(files) == ["quota \(Self.account)/users/two.json:1"])
        files = ["\(Self.account)/users/one.json": Sample.user(inline: [large])]
        #expect(try lints(files) == [])
    }

    @Test func `a store with errors is not told what its broken files seem to leave alone`() throws {
        let found = try lints([
            "\(Self.account)/policies/Own.json": Sample.document(),
            "\(Self.account)/users/a.json": "{",
        ])
        #expect(found == [])
    }
}
