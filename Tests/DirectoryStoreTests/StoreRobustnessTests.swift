import Directory
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("Store: no input does harm")
struct StoreRobustnessTests {
    /// A small generator, so that a failing seed can be run again.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let samples: [(Text, String)] = [
        ("accounts/111122223333/users/a.json", Sample.user("a", groups: ["G"], policies: ["P"], boundary: "P")),
        ("accounts/111122223333/groups/G.json", Sample.group(policies: ["P"])),
        ("accounts/111122223333/roles/R.json", Sample.role(more: #","Tags":[{"Key":"k","Value":"v"}]"#)),
        ("accounts/111122223333/policies/P.json", Sample.document()),
        (
            "managed/M.json",
            #"{"PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":\#(Sample.document())}]}"#
        ),
        ("accounts/111122223333/account.json", #"{"AccountAliases":["x"],"RootUser":"enabled","CanonicalId":"c"}"#),
        ("accounts/111122223333/resources/r.json", #"{"Resource":"arn:aws:d:::r/*","Owner":"111122223333","Tags":[]}"#),
        ("schema.json", #"{"ContextKeys":{"app:Env":{"Type":"string"}}}"#),
    ]

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `files with bytes changed at random are good or told about, and what is in force stays whole`(seed: UInt64) {
        var random = Random(state: seed)
        var fixture = JudgeFixture(Dictionary(uniqueKeysWithValues: StoreRobustnessTests.samples))
        #expect(fixture.errorCodes == [])
        for _ in 0..<10 {
            let (path, text) = StoreRobustnessTests.samples[Int.random(in: 0..<8, using: &random)]
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0x20...0x7E, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: index)
                }
            }
            fixture.files[path] = String(decoding: bytes, as: UTF8.self)
            fixture.reload()
            let start = fixture.freshStart
            #expect(fixture.verdict.errors.isEmpty == start.errors.isEmpty, "seed \(seed)")
            if start.errors.isEmpty { #expect(fixture.verdict.revision == start.revision, "seed \(seed)") }
        }
    }

    @Test func `a schema that comes or changes is applied to every policy`() throws {
        let document =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"d:R","Resource":"*","Condition":{"StringEquals":{"app:Groups":["x"]}}}]}"#
        let files = try TemporaryStore()
        try files.write("managed/P.json", document)
        let store = try DirectoryStore.open(files.path, options: Hearing.inotify.options)
        defer { store.stop() }
        let plain = files.load().diagnostics
        try files.write("schema.json", #"{"ContextKeys":{"app:Groups":{"Type":"string","MultiValued":true}}}"#)
        let declared = files.load().diagnostics
        #expect(plain != declared, "the parser tells about a plain operator on a multi-valued key")
        #expect(declared.allSatisfy { $0.file == "managed/P.json" })
        #expect(eventually { store.current.status.reloads == 1 || store.current.status.isStale })
        #expect(store.current.status.isStale == declared.contains(where: \.isError))
        try files.delete("schema.json")
        #expect(store.catchesUp(with: files))
    }

    @Test func `two stores in one process do not meet`() throws {
        let (one, two) = (try TemporaryStore(), try TemporaryStore())
        try one.write("managed/P.json", Sample.document("a:A"))
        try two.write("managed/P.json", Sample.document("a:B"))
        let first = try DirectoryStore.open(one.path)
        let second = try DirectoryStore.open(two.path)
        try one.write("managed/P.json", Sample.document("a:C"))
        #expect(first.catchesUp(with: one))
        first.stop()
        try two.write("managed/P.json", Sample.document("a:D"))
        #expect(second.catchesUp(with: two))
        second.stop()
    }
}
