import Authorizer
import DecisionTree
import Directory
import Foundation
import PolicyGenerators
import PolicyModel
import Testing

@testable import DirectoryStore

/// Random walks over the files of a real folder: whatever batches of edits came before, a state that a reload accepts
/// without errors also starts, with the same revision and answers (design §3.2, rule 4).
@Suite("Start after reload")
struct StartAfterReloadTests {
    private static let account = "accounts/111122223333"

    /// What each file may hold; it may be gone, too.
    private static let variants: [(path: String, texts: [String])] = [
        (
            "schema.json",
            [
                #"{"ContextKeys":{"app:tags":{"Type":"string","MultiValued":true}}}"#,
                #"{"ContextKeys":{"app:tags":{"Type":"string"}}}"#, "{",
            ]
        ),
        (
            "organization.json",
            [
                Company.organization(), Company.organization(unit: Company.list(.service, "S")),
                Company.organization(root: Company.list(.resource, "R"), account: Company.list(.service, "S", "T")),
                Company.organization(unit: Company.list(.service, "Gone")), "{",
            ]
        ),
        ("\(Company.scps)/S.json", [Sample.document("docs:Write", effect: "Deny"), Sample.document("*"), "{"]),
        ("\(Company.scps)/T.json", [Sample.document("docs:*"), "[]"]),
        ("\(Company.rcps)/R.json", [Company.rcp("docs:Read"), Company.rcp("docs:Other"), "{"]),
        ("\(account)/users/a.json", users + [Sample.user("b", policies: ["P"])]),
        ("\(account)/users/b.json", users),
        ("\(account)/users/c.json", users + [Sample.user("a")]),
        ("\(account)/groups/g.json", [Sample.group("docs:Read", policies: ["P"]), Sample.group("docs:Write"), "{"]),
        ("\(account)/policies/P.json", [Sample.document("docs:Read"), tested("ForAnyValue:StringEquals"), "{"]),
        ("\(account)/policies/Q.json", [Sample.document("docs:*"), tested("StringEquals"), "{}"]),
        ("\(account)/roles/r.json", [Sample.role(), Sample.role(trusting: "arn:aws:iam::111122223333:user/a"), "{"]),
        ("\(account)/resources/x.json", [resource("docs:Read"), resource("docs:Write"), "{"]),
        ("accounts/444455556666/users/m.json", [Sample.user(inline: [Sample.document("docs:*")]), "{"]),
        ("managed/M.json", [Sample.document("docs:Write"), Sample.document("docs:Read"), "{"]),
    ]

    private static let users = [
        Sample.user(groups: ["g"]), Sample.user(policies: ["P", "Q"]), Sample.user(boundary: "P", inline: [all]),
        Sample.user(policies: ["arn:aws:iam::aws:policy/M"]), "{",
    ]
    private static let all = Sample.document("*")

    private static func tested(_ name: String) -> String {
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"\#(name)":{"app:tags":"x"}}}]}"#
    }

    private static func resource(_ action: String) -> String {
        #"{"Resource":"arn:aws:docs::111122223333:x","Policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"\#(action)","Resource":"*"}]}}"#
    }

    @Test(arguments: PropertySeeds.all([1, 2, 3, 4, 5, 6]))
    func `what a reload accepts starts, with the same revision and answers`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = try TemporaryStore()
        for (path, texts) in Self.variants { try store.write(path, texts[0]) }
        let reader = StoreReader(path: store.path, limits: StoreLimits(), clock: .system)
        var reading = try reader.read()
        var verdict = StoreJudge.judge(reading.scan, inForce: [:], mode: .start)
        #expect(verdict.errors.isEmpty, "\(verdict.errors)")
        var accepted = 0
        var edits: [String] = []
        for batch in 0..<120 {
            for _ in 0..<Int.random(in: 1...4, using: &random) { edits.append(try edit(store, batch, &random)) }
            reading = try reader.read(cache: reading.cache)
            verdict = StoreJudge.judge(
                reading.scan, inForce: verdict.inForce, mode: random.chance(80) ? .reload : .reloadWhole)
            accepted += try expectStarts(verdict, store, "seed \(seed): \(edits.suffix(12))") ? 1 : 0
            // A store with no trouble left is seldom reached by chance.
            if random.chance(30) { try heal(store) }
        }
        #expect(accepted > 5 && accepted < 110, "\(accepted)")
    }

    /// One change of one file; says which.
    private func edit(_ store: TemporaryStore, _ batch: Int, _ random: inout SeededRandom) throws -> String {
        let (path, texts) = random.pick(Self.variants)
        let isThere = FileManager.default.fileExists(atPath: store.absolute(path))
        guard !isThere || random.chance(85) else {
            try store.delete(path)
            return "\(batch): \(path) deleted"
        }
        let index = Int.random(in: 0..<texts.count, using: &random)
        if random.chance(50) { try store.write(path, texts[index]) } else { try store.replace(path, texts[index]) }
        return "\(batch): \(path) = \(index)"
    }

    /// Every file that was there at first is there, and good.
    private func heal(_ store: TemporaryStore) throws {
        for (path, texts) in Self.variants { try store.write(path, texts[0]) }
    }

    private func expectStarts(_ verdict: StoreVerdict, _ store: TemporaryStore, _ story: String) throws -> Bool {
        let start = store.load()
        #expect(verdict.errors.isEmpty == start.isGood, "\(story)\n\(verdict.errors)\n\(start.diagnostics)")
        guard verdict.errors.isEmpty, start.isGood else { return false }
        #expect(verdict.revision == start.revision, "\(story)")
        #expect(verdict.directory == start.directory, "\(story)")
        let reloaded = try SnapshotBuilder().build(verdict.directory, revision: verdict.revision)
        let started = try SnapshotBuilder().build(start.directory, revision: start.revision)
        #expect(try answers(reloaded) == answers(started), "\(story)")
        return true
    }

    /// What everybody may do.
    private func answers(_ snapshot: Snapshot) throws -> [Verdict?] {
        let home = "arn:aws:iam::111122223333:"
        let principals = ["user/a", "user/b", "user/c", "user/m"].map { home + $0 }
        let everyone =
            principals + [
                "arn:aws:sts::111122223333:assumed-role/r/s", "arn:aws:iam::444455556666:user/m", "anonymous",
            ]
        return everyone.flatMap { principal in
            ["docs:Read", "docs:Write", "sts:AssumeRole"].map { action in
                // A refused question counts as an answer.
                try? snapshot.ask(principal, action, resource: "arn:aws:docs::111122223333:x")
            }
        }
    }
}

extension Snapshot {
    /// A question without context.
    func ask(_ principal: String, _ action: String, resource: String) throws(RequestFault) -> Verdict {
        var view = RequestView(messageBytesMax: 4_096)
        var scratch = Scratch()
        view.principal = view.keep(principal)
        view.action = view.keep(action)
        view.resource = view.keep(resource)
        return try Authorizer.decide(
            &view, context: 0..<0, tables: tables, scratch: &scratch, now: Instant(seconds: 0))
    }
}

extension RequestView {
    fileprivate mutating func keep(_ text: String) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
