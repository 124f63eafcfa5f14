import Authorizer
import DecisionTree
import Directory
import PolicyModel
import PolicySyntax
import Testing

@testable import DirectoryStore

/// A holder (user `h`) names a target (group `t`); each suffers one change: all pairs, in both orders and as one batch.
///
/// Version 1 of the holder names the target and allows `holder:One`; an edit makes that `holder:Two`, a rename puts the
/// file under another name (the entity has its name from the file, so it is another entity then). Version 1 of the
/// target allows `target:One`. `-` means not in force, `Q` quarantined.
///
/// An interleaving in the table: "target first" is [change target | judge | change holder | judge], "holder first" the
/// other way round, "batch" is [change both | judge].
@Suite("StoreJudge: pairs of changes")
struct StoreJudgePairTests {
    enum Change: String, CaseIterable, Sendable { case delete, `break`, rename, edit }
    enum Order: String, CaseIterable, Sendable { case targetFirst, holderFirst, batch }

    static let holderPath: Text = "accounts/111122223333/users/h.json"
    static let holderElsewhere: Text = "accounts/111122223333/users/h2.json"
    static let targetPath: Text = "accounts/111122223333/groups/t.json"
    static let targetElsewhere: Text = "accounts/111122223333/groups/t2.json"

    static func holder(_ action: String) -> String {
        Sample.user(groups: ["t"], inline: [Sample.document("holder:\(action)")])
    }

    static func target(_ action: String) -> String { Sample.group("target:\(action)") }

    /// What is in force at the end: `target | holder`, each by its name, version and quarantine.
    ///
    /// A renamed holder is a new file: naming a target that is gone, it never comes into force (rule 2). An edited
    /// holder then stays at its last good version, which is quarantined too (rule 3).
    static let table: [(target: Change, holder: Change, answers: [Order: String])] = [
        (.delete, .delete, [.targetFirst: "- | -", .holderFirst: "- | -", .batch: "- | -"]),
        (.delete, .break, [.targetFirst: "- | h One Q", .holderFirst: "- | h One Q", .batch: "- | h One Q"]),
        (.delete, .rename, [.targetFirst: "- | -", .holderFirst: "- | h2 One Q", .batch: "- | -"]),
        (.delete, .edit, [.targetFirst: "- | h One Q", .holderFirst: "- | h Two Q", .batch: "- | h One Q"]),
        (.break, .delete, [.targetFirst: "t One | -", .holderFirst: "t One | -", .batch: "t One | -"]),
        (.break, .break, [.targetFirst: "t One | h One", .holderFirst: "t One | h One", .batch: "t One | h One"]),
        (.break, .rename, [.targetFirst: "t One | h2 One", .holderFirst: "t One | h2 One", .batch: "t One | h2 One"]),
        (.break, .edit, [.targetFirst: "t One | h Two", .holderFirst: "t One | h Two", .batch: "t One | h Two"]),
        (.rename, .delete, [.targetFirst: "t2 One | -", .holderFirst: "t2 One | -", .batch: "t2 One | -"]),
        (
            .rename, .break,
            [.targetFirst: "t2 One | h One Q", .holderFirst: "t2 One | h One Q", .batch: "t2 One | h One Q"]
        ),
        (.rename, .rename, [.targetFirst: "t2 One | -", .holderFirst: "t2 One | h2 One Q", .batch: "t2 One | -"]),
        (
            .rename, .edit,
            [.targetFirst: "t2 One | h One Q", .holderFirst: "t2 One | h Two Q", .batch: "t2 One | h One Q"]
        ),
        (.edit, .delete, [.targetFirst: "t Two | -", .holderFirst: "t Two | -", .batch: "t Two | -"]),
        (.edit, .break, [.targetFirst: "t Two | h One", .holderFirst: "t Two | h One", .batch: "t Two | h One"]),
        (.edit, .rename, [.targetFirst: "t Two | h2 One", .holderFirst: "t Two | h2 One", .batch: "t Two | h2 One"]),
        (.edit, .edit, [.targetFirst: "t Two | h Two", .holderFirst: "t Two | h Two", .batch: "t Two | h Two"]),
    ]

    @Test(arguments: table.indices, Order.allCases)
    func `each pair of changes ends as the table says`(row: Int, order: Order) throws {
        let (target, holder, answers) = StoreJudgePairTests.table[row]
        var fixture = JudgeFixture([
            StoreJudgePairTests.holderPath: StoreJudgePairTests.holder("One"),
            StoreJudgePairTests.targetPath: StoreJudgePairTests.target("One"),
        ])
        #expect(fixture.errorCodes == [])
        switch order {
        case .targetFirst:
            changeTarget(&fixture, target)
            fixture.reload()
            changeHolder(&fixture, holder)
        case .holderFirst:
            changeHolder(&fixture, holder)
            fixture.reload()
            changeTarget(&fixture, target)
        case .batch:
            changeTarget(&fixture, target)
            changeHolder(&fixture, holder)
        }
        fixture.reload()
        #expect(describe(fixture.verdict.directory) == answers[order], "\(target) target, \(holder) holder, \(order)")
        try checkDecisions(fixture.verdict.directory, answers[order] ?? "")
        fixture.expectStartsAlike()
    }

    @Test func `the table has every pair`() {
        let pairs = Set(StoreJudgePairTests.table.map { "\($0.target) \($0.holder)" })
        #expect(pairs.count == Change.allCases.count * Change.allCases.count)
    }

    @Test(arguments: table.indices, Order.allCases)
    func `putting the first files back heals every pair`(row: Int, order: Order) throws {
        let (target, holder, _) = StoreJudgePairTests.table[row]
        let first: [Text: String] = [
            StoreJudgePairTests.holderPath: StoreJudgePairTests.holder("One"),
            StoreJudgePairTests.targetPath: StoreJudgePairTests.target("One"),
        ]
        var fixture = JudgeFixture(first)
        let revision = fixture.verdict.revision
        if order != .holderFirst { changeTarget(&fixture, target) }
        if order == .batch { changeHolder(&fixture, holder) }
        fixture.reload()
        if order == .targetFirst { changeHolder(&fixture, holder) }
        fixture.reload()
        fixture.files = first
        fixture.reload()
        #expect(fixture.errorCodes == [])
        #expect(fixture.verdict.revision == revision)
        #expect(describe(fixture.verdict.directory) == "t One | h One")
    }

    /// What users `h` and `h2` may do follows from what is in force: each action of a version in force, and nothing else;
    /// nothing at all while quarantined or not there.
    private func checkDecisions(_ directory: Directory, _ answer: String) throws {
        let snapshot = try SnapshotBuilder().build(directory, revision: "pair")
        let sides = answer.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
        let (target, holder) = (sides[0], sides[1])
        for user in ["h", "h2"] {
            for action in ["holder:One", "holder:Two", "target:One", "target:Two"] {
                let expected: (Decision, Reason)
                if holder.first != user {
                    expected = (.implicitDeny, .unknownPrincipal)
                } else if holder.last == "Q" {
                    expected = (.implicitDeny, .brokenReference)
                } else if ["holder:\(holder[1])", "target:\(target[1])"].contains(action) {
                    expected = (.allowed, .allowed)
                } else {
                    expected = (.implicitDeny, .identityPolicy)
                }
                let verdict = try ask(snapshot, user: user, action: action)
                #expect(verdict.decision == expected.0 && verdict.reason == expected.1, "\(answer): \(user) \(action)")
            }
        }
    }

    private func ask(_ snapshot: Snapshot, user: String, action: String) throws -> Verdict {
        var view = RequestView(messageBytesMax: 4_096)
        var scratch = Scratch()
        func keep(_ text: String) -> ByteView {
            let mark = view.arena.count
            for byte in text.utf8 { _ = view.arena.append(byte) }
            return view.arena.view(from: mark)
        }
        view.principal = keep("arn:aws:iam::111122223333:user/\(user)")
        view.action = keep(action)
        view.resource = keep("*")
        return try Authorizer.decide(
            &view, context: 0..<0, tables: snapshot.tables, scratch: &scratch, now: Instant(seconds: 0))
    }

    private func changeTarget(_ fixture: inout JudgeFixture, _ change: Change) {
        StoreJudgePairTests.apply(
            change, to: &fixture.files, StoreJudgePairTests.targetPath, StoreJudgePairTests.targetElsewhere,
            StoreJudgePairTests.target("Two"))
    }

    private func changeHolder(_ fixture: inout JudgeFixture, _ change: Change) {
        StoreJudgePairTests.apply(
            change, to: &fixture.files, StoreJudgePairTests.holderPath, StoreJudgePairTests.holderElsewhere,
            StoreJudgePairTests.holder("Two"))
    }

    private static func apply(
        _ change: Change, to files: inout [Text: String], _ path: Text, _ elsewhere: Text, _ edited: String
    ) {
        switch change {
        case .delete: files[path] = nil
        case .break: files[path] = "{"
        case .rename: files[elsewhere] = files.removeValue(forKey: path)
        case .edit: files[path] = edited
        }
    }

    private func describe(_ directory: Directory) -> String {
        let groups = directory.groups.values.map { entry($0.name, $0.holdings, $0.key, directory) }
        let users = directory.users.values.map { entry($0.name, $0.holdings, $0.key, directory) }
        return "\(groups.sorted().first ?? "-") | \(users.sorted().first ?? "-")"
    }

    private func entry(_ name: Text, _ holdings: PolicyHoldings, _ key: EntityKey, _ directory: Directory) -> String {
        let action = holdings.inlinePolicies.first?.source.document.statements.first?.action.patterns.first
        let version = action?.split(at: ASCII.colon).last?.string ?? "?"
        return "\(name) \(version)" + (directory.quarantined.contains(key) ? " Q" : "")
    }
}
