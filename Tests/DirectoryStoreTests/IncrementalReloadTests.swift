import Authorizer
import Directory
import Foundation
import PolicyGenerators
import PolicyModel
import Testing

@testable import DirectoryStore

/// Random walks over the files of a real folder: what a reload of single files puts in force is what a reading of
/// everything would, to the revision, the entities, the warnings, the counts and every answer.
@Suite("A reload of single files")
struct IncrementalReloadTests {
    private static let home = "accounts/111122223333"
    private static let away = "accounts/444455556666"

    private static func documents(_ actions: String...) -> [String] {
        actions.map { Sample.document($0) } + actions.map { Sample.document($0, effect: "Deny") }
    }

    private static func tested(_ key: String, _ value: String) -> String {
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"docs:*","Resource":"*","Condition":{"StringEquals":{"\#(key)":"\#(value)"}}}]}"#
    }

    private static func resource(_ name: String, _ members: String) -> String {
        #"{"Resource":"arn:aws:docs::111122223333:\#(name)"\#(members)}"#
    }

    private static func policy(_ action: String, _ principal: String = "*") -> String {
        #","Policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"\#(principal)"},"Action":"\#(action)","Resource":"*"}]}"#
    }

    private static let users =
        [
            Sample.user(groups: ["g"]), Sample.user(groups: ["g", "h"]), Sample.user(policies: ["P", "Q"]),
            Sample.user(groups: ["h"], policies: ["P"], boundary: "Q", inline: [Sample.document("*")]),
            Sample.user(policies: ["arn:aws:iam::aws:policy/M"], inline: documents("docs:Read", "app:Run")),
            Sample.user(
                inline: [tested("aws:PrincipalTag/team", "red")], more: #","Tags":[{"Key":"team","Value":"red"}]"#),
            Sample.user(
                inline: [tested("aws:PrincipalTag/team", "red")], more: #","Tags":[{"Key":"team","Value":"blue"}]"#),
            Sample.user(more: #","UserId":"AIDAEXAMPLEEXAMPLE1""#), Sample.user(more: #","Path":"/x/""#),
            Sample.user(policies: ["Gone"]), Sample.user("a"), "{",
        ]

    private static let groups = [
        Sample.group("docs:Read"), Sample.group("docs:Write"), Sample.group("app:Run", policies: ["P", "Q"]),
        #"{"GroupPolicyList":[]}"#, Sample.group("docs:*", policies: ["P"]), Sample.group(policies: ["Gone"]),
    ]

    /// What each file may hold; it may be gone, too.
    private static let variants: [(path: String, texts: [String])] = [
        ("organization.json", [Company.organization(unit: Company.list(.service, "S")), Company.organization()]),
        ("\(Company.scps)/S.json", [Sample.document("*"), Sample.document("docs:*"), Sample.document("new:*")]),
        ("\(Company.rcps)/R.json", [Company.rcp("docs:Other"), Company.rcp("docs:Read")]),
        ("\(home)/account.json", [#"{}"#, #"{"RootUser":"enabled"}"#]),
        ("\(home)/users/a.json", users), ("\(home)/users/b.json", users), ("\(home)/users/c.json", users),
        ("\(away)/users/m.json", [Sample.user(inline: documents("docs:*")), Sample.user()]),
        ("\(home)/groups/g.json", groups), ("\(home)/groups/h.json", groups),
        ("\(home)/policies/P.json", documents("docs:Read", "docs:*", "*", "app:Run") + [tested("app:env", "x"), "{}"]),
        ("\(home)/policies/Q.json", documents("docs:*", "new:Thing") + [tested("app:tier", "x")]),
        ("managed/M.json", documents("docs:Write", "app:*")),
        (
            "\(home)/roles/r.json",
            [
                Sample.role(trusting: "arn:aws:iam::111122223333:user/a"),
                Sample.role(
                    trusting: "arn:aws:iam::111122223333:user/b", more: #","Tags":[{"Key":"team","Value":"red"}]"#),
                Sample.role(trusting: "arn:aws:iam::111122223333:user/nobody"),
                Sample.role(trusting: "111122223333", more: #","MaxSessionDuration":7200"#), "{",
            ]
        ),
        (
            "\(home)/resources/x.json",
            [
                resource("x", policy("docs:Read")),
                resource("x", policy("docs:Write", "arn:aws:iam::444455556666:user/m")),
                resource("x", #","Tags":[{"Key":"team","Value":"red"}]"#), resource("*", policy("docs:*")),
                resource("x", #","PolicyRequired":true"#),
                resource("x", policy("docs:*", "arn:aws:iam::111122223333:user/zed")),
            ]
        ),
        ("\(home)/resources/y.json", [resource("y", ""), resource("y*", policy("docs:Read")), resource("x", "")]),
    ]

    /// What is in force, as a watched store keeps it.
    private struct InForce {
        var reading: StoreReading
        var verdict: StoreVerdict?
        var index: StoreIndex?
        var files: [Text: EntityFile]
        var snapshot: Snapshot
        var warnings: Set<String>
    }

    @Test(arguments: PropertySeeds.all([1, 2, 3, 4, 5, 6]))
    func `is what a reading of everything would be`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = try TemporaryStore()
        for (path, texts) in Self.variants { try store.write(path, texts[0]) }
        let reader = StoreReader(path: store.path, limits: StoreLimits(), clock: .system)
        let builder = SnapshotBuilder()
        var inForce = try whole(reader, builder, nil)
        var counts = (edited: 0, updated: 0)
        var edits: [String] = []
        for batch in 0..<150 {
            var names: Set<Text> = []
            for _ in 0..<random.pick([1, 1, 1, 2, 3]) { names.insert(Text(try edit(store, batch, &random, &edits))) }
            let story = "seed \(seed): \(edits.suffix(6))"
            guard let next = try single(reader, builder, inForce, names, &counts.updated) else {
                inForce = try whole(reader, builder, inForce)
                if inForce.index == nil {
                    for (path, texts) in Self.variants { try store.write(path, texts[0]) }
                    inForce = try whole(reader, builder, inForce)
                }
                continue
            }
            counts.edited += 1
            try expectEqual(next, try whole(reader, SnapshotBuilder(), inForce), story)
            inForce = next
        }
        #expect(counts.edited > 50 && counts.updated > 50, "\(counts)")
    }

    @Test("is not done where a file can be changed by another name than its own")
    func sharedFiles() throws {
        let base = "\(Self.home)/policies/Base.json"
        let target = "managed/Base.json"
        for isHardLink in [false, true] {
            let store = try TemporaryStore()
            try store.write(target, Sample.document("docs:Read"))
            try store.makeFolder("\(Self.home)/policies")
            let reader = StoreReader(path: store.path, limits: StoreLimits(), clock: .system)
            let before = try reader.read()
            #expect(reader.reread([Text(target)], after: before) != nil)
            if isHardLink {
                try FileManager.default.linkItem(atPath: store.absolute(target), toPath: store.absolute(base))
                #expect(reader.reread([Text(target)], after: before) == nil, "a name that came since")
            } else {
                try store.link(store.absolute(base), to: "../../../managed/Base.json")
            }
            let linked = try reader.read(cache: before.cache)
            #expect(linked.scan.files.count == 2)
            #expect(reader.reread([Text(target)], after: linked) == nil)
        }
    }

    @Test("counts the whole near a bound of the whole store")
    func bounds() throws {
        let store = try TemporaryStore()
        try store.write("managed/A.json", Sample.document("docs:Read"))
        var limits = StoreLimits()
        limits.filesMax = 2
        let reader = StoreReader(path: store.path, limits: limits, clock: .system)
        let last = try reader.read()
        try store.write("managed/B.json", Sample.document("docs:Read"))
        try store.write("managed/C.json", Sample.document("docs:Read"))
        #expect(reader.reread(["managed/B.json"], after: last)?.count == 1)
        #expect(reader.reread(["managed/B.json", "managed/C.json"], after: last) == nil)
    }

    /// One change of one file; gives its path.
    private func edit(
        _ store: TemporaryStore, _ batch: Int, _ random: inout SeededRandom, _ edits: inout [String]
    ) throws -> String {
        let (path, texts) = random.pick(Self.variants)
        if FileManager.default.fileExists(atPath: store.absolute(path)), random.chance(4) {
            try store.delete(path)
            edits.append("\(batch): \(path) deleted")
            return path
        }
        let index = Int.random(in: 0..<texts.count, using: &random)
        if random.chance(50) { try store.write(path, texts[index]) } else { try store.replace(path, texts[index]) }
        edits.append("\(batch): \(path) = \(index)")
        return path
    }

    /// Reads and judges everything.
    private func whole(_ reader: StoreReader, _ builder: SnapshotBuilder, _ last: InForce?) throws -> InForce {
        let reading = try reader.read(cache: last?.reading.cache ?? ReadingCache())
        let verdict = StoreJudge.judge(
            reading.scan, inForce: last?.files ?? [:], mode: last == nil ? .start : .reload)
        return InForce(
            reading: reading, verdict: verdict, index: StoreIndex(verdict, limits: StoreLimits()),
            files: verdict.inForce,
            snapshot: try builder.build(verdict.directory, revision: verdict.revision),
            warnings: Set(verdict.warnings.map(\.line)))
    }

    /// Reads and judges the names alone, where that can be done.
    private func single(
        _ reader: StoreReader, _ builder: SnapshotBuilder, _ last: InForce, _ names: Set<Text>, _ updated: inout Int
    ) throws -> InForce? {
        guard let found = reader.reread(names, after: last.reading), var index = last.index else { return nil }
        let changed = found.filter { last.reading.cache.files[$0.key]?.digest != $0.value.digest }
        let files = changed.values.compactMap(\.reading.file).sorted { $0.path < $1.path }
        guard files.count == changed.count, let edit = index.edit(last.snapshot.directory, files) else { return nil }
        let update = try builder.update(
            last.snapshot, to: edit.directory, changed: edit.changed, revision: edit.revision)
        updated += update == nil ? 0 : 1
        var next = last
        next.index = index
        next.files = index.inForce
        next.snapshot = try update ?? builder.build(edit.directory, revision: edit.revision)
        next.warnings.subtract(edit.warnings.gone)
        next.warnings.formUnion(edit.warnings.new)
        for (path, entry) in found {
            next.reading.cache.files[path] = entry
            next.reading.scan.files[path] = entry.reading
        }
        return next
    }

    private func expectEqual(_ single: InForce, _ whole: InForce, _ story: String) throws {
        let verdict = try #require(whole.verdict)
        #expect(verdict.errors.isEmpty && verdict.directory.quarantined.isEmpty, "\(story)\n\(verdict.errors)")
        #expect(single.snapshot.revision == whole.snapshot.revision, "\(story)")
        #expect(single.snapshot.directory == whole.snapshot.directory, "\(story)")
        #expect(single.warnings == whole.warnings, "\(story)")
        var (mine, theirs) = (single.snapshot.counts, whole.snapshot.counts)
        // What symbols and tables have grown by stays until everything is written anew.
        (mine.conditions, mine.tableBytes, theirs.conditions, theirs.tableBytes) = (0, 0, 0, 0)
        #expect(mine == theirs, "\(story)")
        #expect(try answers(single.snapshot) == answers(whole.snapshot), "\(story)")
    }

    /// What everybody may do, and by which statement.
    private func answers(_ snapshot: Snapshot) throws -> [Reason?] {
        let principals =
            ["a", "b", "c"].map { "arn:aws:iam::111122223333:user/\($0)" } + [
                "arn:aws:iam::111122223333:user/x/a", "arn:aws:iam::111122223333:root", "anonymous",
                "arn:aws:sts::111122223333:assumed-role/r/s", "arn:aws:iam::444455556666:user/m",
            ]
        let resources = ["arn:aws:docs::111122223333:x", "arn:aws:docs::111122223333:yy"]
        let role = "arn:aws:iam::111122223333:role/r"
        return principals.flatMap { principal in
            ["docs:Read", "docs:Write", "app:Run", "new:Thing"].flatMap { action in
                // A refused question counts as an answer.
                resources.map { try? snapshot.ask(principal, action, resource: $0).reason }
            } + [try? snapshot.ask(principal, "sts:AssumeRole", resource: role).reason]
        }
    }
}
