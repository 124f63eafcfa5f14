import Directory
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("StoreLoader: the strict start")
struct StoreLoaderTests {
    @Test func `a store with one of everything loads`() throws {
        let store = try TemporaryStore()
        try store.write("schema.json", #"{"ContextKeys":{"app:Env":{"Type":"string","MultiValued":true}}}"#)
        try store.write("managed/Viewer.json", Sample.document())
        try store.write("\(Sample.account)/account.json", #"{"AccountAliases":["acme"],"RootUser":"enabled"}"#)
        try store.write(
            "\(Sample.account)/users/alice.json",
            Sample.user(
                groups: ["Staff"], policies: ["arn:aws:iam::aws:policy/Viewer", "Own"], boundary: "Own",
                inline: [Sample.document()], more: #","UserId":"AIDAALICE","Tags":[{"Key":"team","Value":"red"}]"#))
        try store.write("\(Sample.account)/groups/staff.json", Sample.group(policies: ["Own"]))
        try store.write("\(Sample.account)/roles/ops.json", Sample.role())
        try store.write("\(Sample.account)/policies/Own.json", Sample.document())
        try store.write(
            "\(Sample.account)/resources/reports.json",
            #"{"Resource":"arn:aws:docs:::report/*","Tags":[],"PolicyRequired":true}"#)
        try store.write("README.md", "for people")
        try store.write(".git/config", "")

        let result = store.load()
        #expect(result.diagnostics.map(\.fullLine) == [])
        #expect(result.ignoredFiles == 2)
        let account = try #require(AccountID("111122223333"))
        let alice = try #require(result.directory.users[.user(account, "alice")])
        #expect(alice.id == "AIDAALICE")
        #expect(alice.tags == [Tag(key: "team", value: "red")])
        #expect(alice.holdings.permissionsBoundary == "arn:aws:iam::111122223333:policy/Own")
        #expect(alice.holdings.attachedPolicies.count == 2)
        #expect(result.directory.accounts[account]?.isRootUserEnabled == true)
        #expect(result.directory.declaredKeys["app:env"] == KeyDeclaration(type: .string, isMultiValued: true))
        #expect(result.directory.resources.values.map(\.owner) == [account])
        #expect(result.revision.utf8.count == 32)
    }

    @Test func `a broken file is one error, and not one more for each who names it`() throws {
        let store = try TemporaryStore()
        try store.write("\(Sample.account)/policies/P.json", "{")
        try store.write("\(Sample.account)/groups/g.json", Sample.group(policies: ["P"]))
        for name in ["a", "b"] { try store.write("\(Sample.account)/users/\(name).json", Sample.user(groups: ["g"])) }
        try store.write("\(Sample.account)/users/c.json", Sample.user(policies: ["P"], boundary: "P"))
        #expect(store.load().diagnostics.map(\.code) == ["json"])
        // What is not there at all has no error of its own.
        try store.delete("\(Sample.account)/policies/P.json")
        let errors = store.load().diagnostics.map { "\($0.code) \($0.file)" }
        #expect(
            Set(errors) == [
                "missing-reference \(Sample.account)/groups/g.json", "missing-reference \(Sample.account)/users/c.json",
            ])
    }

    @Test func `a file renamed under the listing is not deleted`() throws {
        let store = try TemporaryStore()
        try store.write("managed/M.json", Sample.document("a:M"))
        try store.write(
            "managed/Z.json",
            #"{"PolicyName":"Z","PolicyVersionList":[{"VersionId":"v1","#
                + #""IsDefaultVersion":true,"Document":\#(Sample.document("a:Z"))}]}"#)
        let (from, to) = (store.absolute("managed/Z.json"), store.absolute("managed/A.json"))
        var clock = StoreClock.system
        // The clock is asked while `M.json` is read: after the listing, before `Z.json`.
        clock.realtimeNanoseconds = {
            try? store.move(from, to)
            return StoreClock.system.realtimeNanoseconds()
        }
        let reading = try StoreReader(path: store.path, limits: StoreLimits(), clock: clock).read()
        #expect(reading.scan.files.keys.sorted() == ["managed/A.json", "managed/M.json"])
    }
}
