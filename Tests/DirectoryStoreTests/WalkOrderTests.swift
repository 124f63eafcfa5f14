import Authorizer
import DecisionTree
import Directory
import NIOConcurrencyHelpers
import PolicyGenerators
import PolicyModel
import Testing

@testable import DirectoryStore

/// A file system lists its names in an order of its own: whatever it is, a store comes to one revision, the same answers,
/// and the same complaints.
@Suite("A store read in any order of its names")
struct WalkOrderTests {
    private static let permutations = 40
    private static let account = "accounts/111122223333"
    private static let other = "accounts/444455556666"

    private static func policy(_ statement: String) -> String {
        #"{"Version":"2012-10-17","Statement":[\#(statement)]}"#
    }

    private static func resource(_ pattern: String, _ statement: String, more: String = "") -> String {
        #"{"Resource":"\#(pattern)"\#(more),"Policy":\#(policy(statement))}"#
    }

    /// A company with everything: an organization, two accounts, groups, boundaries, roles, tags, entries that overlap.
    private static let files: [(path: String, text: String)] = [
        ("schema.json", #"{"ContextKeys":{"app:tags":{"Type":"string","MultiValued":true}}}"#),
        (
            "organization.json",
            Company.organization(root: Company.list(.resource, "R"), unit: Company.list(.service, "S", "T"))
        ),
        ("\(Company.scps)/S.json", policy(#"{"Effect":"Allow","Action":["docs:*","sts:*"],"Resource":"*"}"#)),
        ("\(Company.scps)/T.json", policy(#"{"Effect":"Deny","Action":"docs:Burn","Resource":"*"}"#)),
        ("\(Company.rcps)/R.json", Company.rcp("docs:Leak")),
        ("managed/V.json", Sample.document("docs:View")), ("managed/W.json", Sample.document("docs:Write")),
        ("\(account)/account.json", #"{"RootUser":"enabled"}"#),
        ("\(account)/policies/P.json", Sample.document("docs:Read")),
        ("\(account)/policies/Q.json", Sample.document("docs:*")),
        ("\(account)/groups/g.json", Sample.group("docs:Write", policies: ["P"])),
        ("\(account)/groups/h.json", Sample.group("docs:Share", policies: ["arn:aws:iam::aws:policy/V"])),
        ("\(account)/users/a.json", Sample.user(groups: ["g", "h"], more: #","Tags":[{"Key":"team","Value":"red"}]"#)),
        ("\(account)/users/b.json", Sample.user(policies: ["Q"], boundary: "P", inline: [Sample.document("*")])),
        ("\(account)/users/c.json", Sample.user(groups: ["h"], inline: [Sample.document("docs:Read", effect: "Deny")])),
        ("\(account)/roles/r.json", Sample.role(trusting: "arn:aws:iam::111122223333:root")),
        ("\(account)/roles/s.json", Sample.role(trusting: "arn:aws:iam::444455556666:user/m")),
        (
            "\(account)/resources/wide.json",
            resource(
                "arn:aws:docs:::b/*", #"{"Effect":"Allow","Principal":"*","Action":"docs:Read","Resource":"*"}"#,
                more: #","Tags":[{"Key":"team","Value":"blue"}]"#)
        ),
        (
            "\(account)/resources/narrow.json",
            resource(
                "arn:aws:docs:::b/x",
                #"{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/a"},"Action":"docs:Share","Resource":"*"}"#,
                more: #","Tags":[{"Key":"team","Value":"red"}]"#)
        ),
        (
            "\(account)/resources/team.json",
            resource(
                "arn:aws:docs:::b/?",
                #"{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"docs:*","Condition":{"StringEquals":{"aws:ResourceTag/team":"red"}}}"#
            )
        ),
        ("\(other)/users/m.json", Sample.user(inline: [Sample.document("docs:*"), Sample.document("sts:*")])),
        ("\(other)/users/n.json", Sample.user()),
        ("README.md", "not read"), ("\(account)/users/a.json.bak", "not read"),
    ]

    @Test func `the revision, everything in force and every answer are one`() throws {
        let store = try TemporaryStore()
        for (path, text) in Self.files { try store.write(path, text) }
        let first = try Self.read(store, seed: nil)
        #expect(first.verdict.errors.isEmpty, "\(first.verdict.errors)")
        let answers = try Self.answers(first.verdict)
        // Many questions, and all kinds of answers.
        #expect(answers.count > 400)
        for decision in Decision.allCases { #expect(answers.count { $0?.decision == decision } > 20, "\(decision)") }
        var orders: Set<[Text]> = []
        for seed in 1...UInt64(Self.permutations) {
            let again = try Self.read(store, seed: seed)
            orders.insert(again.names)
            #expect(again.verdict.revision == first.verdict.revision, "seed \(seed)")
            #expect(again.verdict.directory == first.verdict.directory, "seed \(seed)")
            #expect(again.verdict.ignoredFiles == first.verdict.ignoredFiles, "seed \(seed)")
            #expect(try Self.answers(again.verdict) == answers, "seed \(seed)")
        }
        #expect(orders.count == Self.permutations)
    }

    @Test func `what is wrong with a store is told alike`() throws {
        let store = try TemporaryStore()
        for (path, text) in Self.files { try store.write(path, text) }
        try store.write("\(Self.account)/users/A.json", Sample.user("a"))
        try store.write("\(Self.account)/users/d.json", Sample.user(groups: ["gone"], policies: ["Gone"]))
        try store.write("\(Self.account)/users/e.json", "{")
        try store.write("\(Self.account)/resources/twice.json", Self.resource("arn:aws:docs:::b/x", "{}"))
        try store.write("\(Company.scps)/s.json", Sample.document())
        try store.write("\(Self.account)/odd/x.json", "{}")
        let first = try Self.read(store, seed: nil).verdict
        #expect(first.errors.count > 5)
        for seed in 1...UInt64(Self.permutations) {
            let again = try Self.read(store, seed: seed).verdict
            #expect(again.errors == first.errors, "seed \(seed)")
            #expect(again.revision == first.revision, "seed \(seed)")
        }
    }

    /// Reads with the names of each folder in another order; gives the names in the order in which they came.
    private static func read(
        _ store: TemporaryStore, seed: UInt64?
    ) throws -> (verdict: StoreVerdict, names: [Text]) {
        let state = NIOLockedValueBox((random: SeededRandom(seed: seed ?? 0), names: [Text]()))
        var reader = StoreReader(path: store.path, limits: StoreLimits(), clock: .system)
        if seed != nil {
            reader.order = { names in
                state.withLockedValue { state in
                    let shuffled = names.shuffled(using: &state.random)
                    state.names += shuffled
                    return shuffled
                }
            }
        }
        let verdict = StoreJudge.judge(try reader.read().scan, inForce: [:], mode: .start)
        return (verdict, state.withLockedValue { $0.names })
    }

    /// What everybody may do with everything.
    private static func answers(_ verdict: StoreVerdict) throws -> [Verdict?] {
        let snapshot = try SnapshotBuilder().build(verdict.directory, revision: verdict.revision)
        let principals =
            ["user/a", "user/b", "user/c", "user/gone", "root"].map { "arn:aws:iam::111122223333:\($0)" }
            + ["user/m", "user/n", "root"].map { "arn:aws:iam::444455556666:\($0)" }
            + ["arn:aws:sts::111122223333:assumed-role/r/s1", "events.example", "anonymous"]
        let actions = ["Read", "Write", "Share", "View", "Burn", "Leak", "Other"].map { "docs:\($0)" } + ["mail:Send"]
        let resources = ["arn:aws:docs:::b/x", "arn:aws:docs:::b/y", "arn:aws:docs:::b/x/y", "arn:aws:docs:::c", "*"]
        let roles = ["r", "s", "gone"].map { "arn:aws:iam::111122223333:role/\($0)" }
        return principals.flatMap { principal in
            actions.flatMap { action in resources.map { try? snapshot.ask(principal, action, resource: $0) } }
                + roles.map { try? snapshot.ask(principal, "sts:AssumeRole", resource: $0) }
        }
    }
}
