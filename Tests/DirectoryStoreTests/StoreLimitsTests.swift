import Directory
import PolicyModel
import Testing

@testable import DirectoryStore

/// Each bound: at the bound all is well, one past it is an error.
@Suite("StoreLimits")
struct StoreLimitsTests {
    private let alice = "\(Sample.account)/users/alice.json"

    private func codes(_ store: TemporaryStore, _ limits: StoreLimits = StoreLimits()) -> [String] {
        store.load(limits: limits).diagnostics.filter(\.isError).map(\.code)
    }

    @Test(arguments: [(0, [] as [String]), (1, ["unreadable-file"])])
    func `a file of 1 MiB is read, one byte more is not`(excess: Int, expected: [String]) throws {
        let store = try TemporaryStore()
        let text = Sample.user()
        try store.write(
            alice, text + String(repeating: " ", count: StoreLimits().fileBytesMax - text.utf8.count + excess))
        #expect(codes(store) == expected)
    }

    @Test(arguments: [(0, [] as [String]), (1, ["document-too-large"])])
    func `a document of 256 KiB is read, one byte more is not`(excess: Int, expected: [String]) throws {
        let store = try TemporaryStore()
        let text = Sample.document()
        let padded = text.dropLast() + String(repeating: " ", count: 256 * 1024 - text.utf8.count + excess) + "}"
        try store.write(alice, Sample.user(inline: [String(padded)]))
        #expect(codes(store) == expected)
    }

    @Test(arguments: [(2_000, [] as [String]), (2_001, ["too-many-statements"])])
    func `2,000 statements a document`(count: Int, expected: [String]) throws {
        let statement = #"{"Effect":"Allow","Action":"a:B","Resource":"*"}"#
        let list = Array(repeating: statement, count: count).joined(separator: ",")
        let store = try TemporaryStore()
        try store.write(alice, Sample.user(inline: ["{\"Version\":\"2012-10-17\",\"Statement\":[\(list)]}"]))
        #expect(codes(store) == expected)
    }

    @Test(arguments: [(5_000, [] as [String]), (5_001, ["too-many-values"])])
    func `5,000 values a list`(count: Int, expected: [String]) throws {
        let actions = (0..<count).map { "\"a:B\($0)\"" }.joined(separator: ",")
        let document =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[\#(actions)],"Resource":"*"}}"#
        let store = try TemporaryStore()
        try store.write(alice, Sample.user(inline: [document]))
        #expect(codes(store) == expected)
    }

    @Test func `a document that is nested too deeply is refused`() throws {
        let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        let store = try TemporaryStore()
        try store.write(alice, Sample.user(inline: [deep]))
        #expect(codes(store).count == 1)
    }

    /// Two embedded, one attached and a boundary of its own; one embedded and one attached of its group.
    @Test(arguments: [(6, [] as [String]), (5, ["too-many-documents"])])
    func `the documents of a principal are its own, attached, its groups' and its boundary`(
        documentsMax: Int, expected: [String]
    ) throws {
        let store = try TemporaryStore()
        let own = [Sample.document("a:A"), Sample.document("a:B")]
        try store.write(alice, Sample.user(groups: ["G"], policies: ["P"], boundary: "B", inline: own))
        try store.write("\(Sample.account)/groups/G.json", Sample.group(policies: ["P"]))
        try store.write("\(Sample.account)/policies/P.json", Sample.document())
        try store.write("\(Sample.account)/policies/B.json", Sample.document())
        var limits = StoreLimits()
        #expect(limits.principalDocumentsMax == 500)
        limits.principalDocumentsMax = documentsMax
        #expect(codes(store, limits) == expected)
    }

    @Test func `a group whose edit overloads an unchanged user is turned down`() {
        var limits = StoreLimits()
        limits.principalDocumentsMax = 1
        let group: Text = "accounts/111122223333/groups/G.json"
        var fixture = JudgeFixture(
            ["accounts/111122223333/users/a.json": Sample.user(groups: ["G"]), group: Sample.group()], limits: limits)
        let first = fixture.verdict.revision
        #expect(fixture.errorCodes == [])
        fixture.files["managed/P.json"] = Sample.document()
        fixture.files[group] = Sample.group(policies: ["arn:aws:iam::aws:policy/P"])
        fixture.reload()
        #expect(fixture.errorCodes == ["too-many-documents"])
        #expect(fixture.verdict.directory.quarantined == [])
        fixture.files["managed/P.json"] = nil
        fixture.files[group] = Sample.group()
        fixture.reload()
        #expect(fixture.verdict.revision == first)
    }

    @Test(arguments: [(3, [] as [String]), (2, ["unreadable-store"])])
    func `files of a store`(filesMax: Int, expected: [String]) throws {
        let store = try TemporaryStore()
        for name in ["a", "b", "c"] { try store.write("\(Sample.account)/users/\(name).json", "{}") }
        var limits = StoreLimits()
        #expect(limits.filesMax == 500_000)
        limits.filesMax = filesMax
        #expect(codes(store, limits) == expected)
    }

    @Test(arguments: [(6, [] as [String]), (5, ["unreadable-store"])])
    func `names of a store`(namesMax: Int, expected: [String]) throws {
        let store = try TemporaryStore()
        for name in ["a.json", "b.txt", ".c"] { try store.write("\(Sample.account)/users/\(name)", "{}") }
        var limits = StoreLimits()
        limits.namesMax = namesMax
        #expect(codes(store, limits) == expected)
    }
}
