import Authorizer
import Directory
import PolicyModel
import PolicySyntax
import Testing

@testable import DirectoryStore

/// The organization (the holder) hangs a control policy (the target) on unit `ou-1`; each suffers one change: all pairs.
///
/// As in `StoreJudgePairTests`: version 1 of the holder names its unit `One` and an edit `Two`; version 1 of the target
/// denies `target:One`. `organization.json` has but one name, so a rename deletes it; a renamed target is another policy.
/// `Q` says that account 111122223333, which lies in the unit, is quarantined; the management account never is.
@Suite("StoreJudge: pairs of changes of an organization and its control policies")
struct OrganizationPairTests {
    typealias Change = StoreJudgePairTests.Change
    typealias Order = StoreJudgePairTests.Order

    static let holderPath: Text = "organization.json"

    static func targetPath(_ kind: ControlPolicyKind, _ name: String = "T") -> Text {
        Text("organization/\(kind.folder)/\(name).json")
    }

    static func holder(_ kind: ControlPolicyKind, _ version: String) -> String {
        Company.organization(unit: #","Name":"\#(version)""# + Company.list(kind, "T"))
    }

    static func target(_ kind: ControlPolicyKind, _ version: String) -> String {
        kind == .service
            ? Sample.document("target:\(version)", effect: "Deny") : Company.rcp("target:\(version)")
    }

    /// What is in force at the end: `target | holder`.
    static let table: [(target: Change, holder: Change, answers: [Order: String])] = [
        (.delete, .delete, same("- | -")),
        (.delete, .break, same("- | One Q")),
        (.delete, .rename, same("- | -")),
        (.delete, .edit, [.targetFirst: "- | One Q", .holderFirst: "- | Two Q", .batch: "- | One Q"]),
        (.break, .delete, same("T One | -")),
        (.break, .break, same("T One | One")),
        (.break, .rename, same("T One | -")),
        (.break, .edit, same("T One | Two")),
        (.rename, .delete, same("T2 One | -")),
        (.rename, .break, same("T2 One | One Q")),
        (.rename, .rename, same("T2 One | -")),
        (.rename, .edit, [.targetFirst: "T2 One | One Q", .holderFirst: "T2 One | Two Q", .batch: "T2 One | One Q"]),
        (.edit, .delete, same("T Two | -")),
        (.edit, .break, same("T Two | One")),
        (.edit, .rename, same("T Two | -")),
        (.edit, .edit, same("T Two | Two")),
    ]

    private static func same(_ answer: String) -> [Order: String] {
        Dictionary(uniqueKeysWithValues: Order.allCases.map { ($0, answer) })
    }

    static let rows: [(kind: ControlPolicyKind, row: Int)] = [ControlPolicyKind.service, .resource].flatMap { kind in
        table.indices.map { (kind, $0) }
    }

    private static func first(_ kind: ControlPolicyKind) -> [Text: String] {
        var files = [holderPath: holder(kind, "One"), targetPath(kind): target(kind, "One")]
        for account in ["111122223333", Company.master] {
            files[Text("accounts/\(account)/users/u.json")] = Sample.user(inline: [Sample.document("*")])
        }
        return files
    }

    @Test func `the table has every pair`() {
        let pairs = Set(OrganizationPairTests.table.map { "\($0.target) \($0.holder)" })
        #expect(pairs.count == Change.allCases.count * Change.allCases.count)
    }

    @Test(arguments: rows.indices, Order.allCases)
    func `each pair of changes ends as the table says`(index: Int, order: Order) throws {
        let (kind, row) = OrganizationPairTests.rows[index]
        let (target, holder, answers) = OrganizationPairTests.table[row]
        var fixture = JudgeFixture(OrganizationPairTests.first(kind))
        #expect(fixture.errorCodes == [])
        for (batch, changes) in steps(order, target, holder).enumerated() {
            if batch > 0 { fixture.reload() }
            for change in changes { change(&fixture.files, kind) }
        }
        fixture.reload()
        #expect(describe(fixture, kind) == answers[order], "\(target) target, \(holder) holder, \(order)")
        try checkDecisions(fixture.verdict.directory, kind, answers[order] ?? "")
        fixture.expectStartsAlike()
        fixture.files = OrganizationPairTests.first(kind)
        fixture.reload()
        #expect(fixture.errorCodes == [], "putting the first files back heals")
        #expect(describe(fixture, kind) == "T One | One")
    }

    private typealias Step = (inout [Text: String], ControlPolicyKind) -> Void

    private func steps(_ order: Order, _ target: Change, _ holder: Change) -> [[Step]] {
        let onTarget: Step = { files, kind in
            OrganizationPairTests.apply(
                target, to: &files, OrganizationPairTests.targetPath(kind),
                OrganizationPairTests.targetPath(kind, "T2"), OrganizationPairTests.target(kind, "Two"))
        }
        let onHolder: Step = { files, kind in
            OrganizationPairTests.apply(
                holder, to: &files, OrganizationPairTests.holderPath, "organization.json.old",
                OrganizationPairTests.holder(kind, "Two"))
            files["organization.json.old"] = nil
        }
        return switch order {
        case .targetFirst: [[onTarget], [onHolder]]
        case .holderFirst: [[onHolder], [onTarget]]
        case .batch: [[onTarget, onHolder]]
        }
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

    private func describe(_ fixture: JudgeFixture, _ kind: ControlPolicyKind) -> String {
        let directory = fixture.verdict.directory
        let policies = kind == .service ? directory.serviceControlPolicies : directory.resourceControlPolicies
        let targets = policies.values.map { policy in
            let action = policy.source.document.statements.first?.action.patterns.first
            return "\(policy.name) \(action?.split(at: ASCII.colon).last ?? "?")"
        }
        let holder = directory.organization.map { $0.root.units.first?.name?.string ?? "?" }
        let quarantined = directory.quarantined.sorted().map(\.description)
        #expect(["", "account 111122223333"].contains(quarantined.joined(separator: " ")))
        return "\(targets.sorted().first ?? "-") | \(holder ?? "-")" + (quarantined.isEmpty ? "" : " Q")
    }

    /// User `u` of account 111122223333 may do everything, but for what hangs on the account's unit; and so may the
    /// management account's, on whom nothing hangs.
    ///
    /// A Deny alone among the service control policies allows nothing else.
    private func checkDecisions(_ directory: Directory, _ kind: ControlPolicyKind, _ answer: String) throws {
        let snapshot = try SnapshotBuilder().build(directory, revision: "pair")
        let sides = answer.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
        let (target, holder) = (sides[0], sides[1])
        for version in ["One", "Two"] {
            let isHung = target.first == "T" && holder.first != "-"
            let denied: Reason = kind == .service ? .serviceControlPolicyDeny : .resourceControlPolicyDeny
            let other: Reason = kind == .service && isHung ? .serviceControlPolicy : .allowed
            let expected: Reason =
                holder.last == "Q" ? .brokenReference : isHung && target.last == version ? denied : other
            for (account, expected) in [("111122223333", expected), (Company.master, .allowed)] {
                let verdict = try snapshot.ask(
                    "arn:aws:iam::\(account):user/u", "target:\(version)", resource: "arn:aws:docs::\(account):x")
                #expect(verdict.reason == expected, "\(kind) \(answer): target:\(version) in \(account)")
            }
        }
    }

    @Test(arguments: [ControlPolicyKind.service, .resource])
    func `a policy that is gone quarantines the accounts under its place alone`(kind: ControlPolicyKind) {
        let text = #"""
            {"Id":"o-1","MasterAccountId":"444455556666","Root":{"Id":"r-1","Accounts":[{"Id":"444455556666"}],"OrganizationalUnits":[
             {"Id":"ou-1","Accounts":[{"Id":"111111111111"\#(Company.list(kind, "OnAccount"))},{"Id":"222222222222"}],"OrganizationalUnits":[
              {"Id":"ou-2"\#(Company.list(kind, "OnUnit")),"Accounts":[{"Id":"333333333333"}]}]},
             {"Id":"ou-3","Accounts":[{"Id":"555555555555"}]}]\#(Company.list(kind, "OnRoot"))}}
            """#
        var files: [Text: String] = ["organization.json": text]
        for name in ["OnAccount", "OnUnit", "OnRoot"] {
            files[OrganizationPairTests.targetPath(kind, name)] = OrganizationPairTests.target(kind, "One")
        }
        for (name, accounts) in [
            ("OnAccount", ["111111111111"]), ("OnUnit", ["333333333333"]),
            ("OnRoot", ["111111111111", "222222222222", "333333333333", "555555555555"]),
        ] {
            var fixture = JudgeFixture(files)
            fixture.files[OrganizationPairTests.targetPath(kind, name)] = nil
            fixture.reload()
            #expect(fixture.errorCodes == ["broken-reference"])
            #expect(
                fixture.verdict.directory.quarantined.sorted().map(\.description) == accounts.map { "account \($0)" })
        }
    }
}
