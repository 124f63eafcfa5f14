import Directory
import PolicyModel
import PolicySyntax
import Testing

@testable import DirectoryStore

@Suite("StoreJudge: what is in force")
struct StoreJudgeTests {
    private static let users: Text = "accounts/111122223333/users"
    private static let groups: Text = "accounts/111122223333/groups"
    private static let policies: Text = "accounts/111122223333/policies"
    private let account = AccountID("111122223333")

    private func path(_ folder: Text, _ name: String) -> Text { Text("\(folder)/\(name).json") }

    private func users(_ fixture: JudgeFixture) -> [String] {
        fixture.verdict.directory.users.values.map(\.name.string).sorted()
    }

    private func quarantined(_ fixture: JudgeFixture) -> [String] {
        fixture.verdict.directory.quarantined.sorted().map(\.description)
    }

    @Test(arguments: ["attached", "boundary", "group"])
    func `whatever is named, its deletion quarantines and its return heals`(kind: String) {
        let holder =
            switch kind {
            case "attached": Sample.user(policies: ["P"])
            case "boundary": Sample.user(boundary: "P")
            default: Sample.user(groups: ["P"])
            }
        let target = kind == "group" ? path(Self.groups, "P") : path(Self.policies, "P")
        let text = kind == "group" ? Sample.group() : Sample.document()
        var fixture = JudgeFixture([path(Self.users, "h"): holder, target: text])
        let first = fixture.verdict.revision
        #expect(fixture.errorCodes == [])
        fixture.files[target] = nil
        fixture.reload()
        #expect(fixture.errorCodes == ["broken-reference"])
        #expect(quarantined(fixture) == ["user `h` of 111122223333"])
        #expect(users(fixture) == ["h"])
        // Back but never good: still nothing that could be named.
        fixture.files[target] = "{"
        fixture.reload()
        #expect(fixture.errorCodes == ["broken-reference", "json"])
        #expect(quarantined(fixture) == ["user `h` of 111122223333"])
        fixture.files[target] = text
        fixture.reload()
        #expect(fixture.errorCodes == [])
        #expect(fixture.verdict.revision == first)
    }

    @Test func `a group that names a deleted policy quarantines its users with it`() {
        var fixture = JudgeFixture([
            path(Self.users, "a"): Sample.user(groups: ["G"]), path(Self.users, "b"): Sample.user(),
            path(Self.groups, "G"): Sample.group(policies: ["P"]), path(Self.policies, "P"): Sample.document(),
        ])
        fixture.files[path(Self.policies, "P")] = nil
        fixture.reload()
        #expect(quarantined(fixture) == ["user `a` of 111122223333", "group `g` of 111122223333"])
        // A new user of the quarantined group is good by itself, and quarantined with it.
        fixture.files[path(Self.users, "c")] = Sample.user(groups: ["G"])
        fixture.reload()
        #expect(users(fixture) == ["a", "b", "c"])
        #expect(quarantined(fixture).count == 3)
    }

    @Test func `an edit that stops naming the deleted ends the quarantine`() {
        var fixture = JudgeFixture([
            path(Self.users, "a"): Sample.user(groups: ["G"]), path(Self.groups, "G"): Sample.group(),
        ])
        fixture.files[path(Self.groups, "G")] = nil
        fixture.reload()
        fixture.files[path(Self.users, "a")] = Sample.user()
        fixture.reload()
        #expect(fixture.errorCodes == [])
        #expect(quarantined(fixture) == [])
    }

    @Test func `a chain of new files falls with its last link`() {
        var fixture = JudgeFixture([path(Self.users, "a"): Sample.user()])
        fixture.files[path(Self.users, "a")] = Sample.user(groups: ["G"])
        fixture.files[path(Self.groups, "G")] = Sample.group(policies: ["P"])
        fixture.reload()
        #expect(fixture.errorCodes == ["missing-reference"])
        #expect(fixture.verdict.directory.users.values.map(\.groups) == [[]], "the last good version stays")
        #expect(fixture.verdict.directory.groups.isEmpty)
        #expect(quarantined(fixture) == [])
        fixture.files[path(Self.policies, "P")] = Sample.document()
        fixture.reload()
        #expect(fixture.errorCodes == [])
        #expect(fixture.verdict.directory.users.values.map(\.groups) == [["G"]])
    }

    @Test func `a file that takes the name of another is turned down, and the other stays`() {
        var fixture = JudgeFixture([
            path(Self.users, "a"): Sample.user("alice"), path(Self.users, "b"): Sample.user("bob"),
        ])
        fixture.files[path(Self.users, "b")] = Sample.user("ALICE")
        fixture.files[path(Self.users, "a")] = Sample.user("alice", inline: [Sample.document()])
        fixture.reload()
        #expect(fixture.errorCodes == ["duplicate-entity"])
        #expect(users(fixture) == ["alice", "bob"])
        let alice = account.flatMap { fixture.verdict.directory.users[.user($0, "alice")] }
        #expect(alice?.holdings.inlinePolicies.count == 1, "the edit of the rightful holder is taken")
    }

    @Test func `two files may swap their names in one batch`() {
        var fixture = JudgeFixture([
            path(Self.users, "a"): Sample.user("alice"), path(Self.users, "b"): Sample.user("bob"),
        ])
        fixture.files[path(Self.users, "a")] = Sample.user("bob")
        fixture.files[path(Self.users, "b")] = Sample.user("alice")
        fixture.reload()
        #expect(fixture.errorCodes == [])
        #expect(users(fixture) == ["alice", "bob"])
    }

    @Test func `an atomic folder is taken or left whole, also for what it names outside`() {
        var fixture = JudgeFixture([
            path(Self.users, "a"): Sample.user(groups: ["G"]), path(Self.users, "b"): Sample.user(),
            path(Self.groups, "G"): Sample.group(),
        ])
        fixture.atomicFolders = [Self.users]
        fixture.files[path(Self.users, "a")] = Sample.user(groups: ["H"])
        fixture.files[path(Self.users, "b")] = nil
        fixture.files[path(Self.users, "c")] = Sample.user()
        fixture.reload()
        #expect(fixture.errorCodes == ["missing-reference"])
        #expect(users(fixture) == ["a", "b"])
        fixture.files[path(Self.groups, "H")] = Sample.group()
        fixture.reload()
        #expect(fixture.errorCodes == [])
        #expect(users(fixture) == ["a", "c"])
    }

    @Test func `a whole tree is taken or left whole`() {
        var fixture = JudgeFixture([
            path(Self.users, "a"): Sample.user(groups: ["G"]), path(Self.groups, "G"): Sample.group(),
        ])
        let first = fixture.verdict.revision
        fixture.files[path(Self.groups, "G")] = nil
        fixture.files[path(Self.users, "b")] = Sample.user()
        fixture.reload(.reloadWhole)
        #expect(fixture.errorCodes == ["missing-reference"])
        #expect(fixture.verdict.revision == first)
        #expect(quarantined(fixture) == [])
    }

    @Test func `what lies in a folder that cannot be listed is not deleted`() {
        let start = JudgeFixture([
            path(Self.users, "a"): Sample.user(groups: ["G"]), path(Self.groups, "G"): Sample.group(),
        ])
        var scan = JudgeFixture.scan([path(Self.users, "a"): Sample.user(groups: ["G"])])
        scan.unlistedFolders = [Self.groups]
        scan.layoutProblems = [StoreDiagnostic(.error, "unreadable-folder", "denied", file: Self.groups.string)]
        let verdict = StoreJudge.judge(scan, inForce: start.verdict.inForce, mode: .reload)
        #expect(verdict.revision == start.verdict.revision)
        #expect(verdict.directory.quarantined == [])
        #expect(verdict.errors.map(\.code) == ["unreadable-folder"])
    }

    @Test func `policies are compiled under the ARN that they have, however they are named`() {
        let fixture = JudgeFixture([
            path(Self.users, "a"): Sample.user(
                policies: ["arn:aws:iam::aws:policy/service-role/viewer"], boundary: "BOUND"),
            "managed/Viewer.json": Sample.document(), path(Self.policies, "bound"): Sample.document(),
        ])
        #expect(fixture.errorCodes == [])
        let holdings = fixture.verdict.directory.users.values.first?.holdings
        #expect(holdings?.attachedPolicies == ["arn:aws:iam::aws:policy/Viewer"])
        #expect(holdings?.permissionsBoundary == "arn:aws:iam::111122223333:policy/bound")
    }

    @Test func `the order of files never changes a result`() {
        let names = (0..<40).map { "u\($0)" }
        var files: [Text: String] = [path(Self.groups, "G"): Sample.group(), "managed/M.json": "{"]
        for name in names { files[path(Self.users, name)] = Sample.user(name == "u7" ? "u8" : nil, groups: ["G"]) }
        // A dictionary orders its keys by hash and history: each of these has another order.
        let verdicts = (0..<8).map { round -> StoreVerdict in
            var shuffled: [Text: String] = [:]
            shuffled.reserveCapacity(64 << round)
            for (path, text) in files.shuffled() { shuffled[path] = text }
            return JudgeFixture(shuffled).verdict
        }
        #expect(Set(verdicts.map(\.revision)).count == 1)
        #expect(Set(verdicts.map(\.diagnostics)).count == 1)
        #expect(Set(verdicts.map(\.directory)).count == 1)
    }

    @Test func `the revision is what its definition says`() {
        let text = Sample.user()
        let fixture = JudgeFixture(["accounts/111122223333/users/b.json": text, "managed/A.json": Sample.document()])
        let first = Array("accounts/111122223333/users/b.json".utf8) + [0] + FileDigest(of: Array(text.utf8)).bytes
        let second = Array("managed/A.json".utf8) + [0] + FileDigest(of: Array(Sample.document().utf8)).bytes
        #expect(fixture.verdict.revision == String(FileDigest(of: first + second).hexadecimal.prefix(32)))
        #expect(JudgeFixture([:]).verdict.revision == "e3b0c44298fc1c149afbf4c8996fb924", "SHA-256 of nothing")
    }
}
