import Authorizer
import DecisionTree
import PolicyModel
import PolicySyntax
import Testing

@testable import Directory

@Suite("SnapshotBuilder")
struct SnapshotBuilderTests {
    @Test("documents with one text are one tree")
    func sharing() throws {
        var company = try Company()
        let reading = try Company.source(Company.allow("docs:Read"))
        company.add(user: "alice", inline: reading)
        company.add(user: "bob", inline: reading)
        company.add(user: "carol", inline: try Company.source(Company.allow("docs:Write")))
        let snapshot = try SnapshotBuilder().build(company.directory, revision: "r")
        #expect(snapshot.counts.trees == 2)
        #expect(snapshot.counts.users == 3)
        #expect(try company.reason("bob", "docs:Read", snapshot) == .allowed)
        #expect(try company.reason("carol", "docs:Read", snapshot) == .identityPolicy)
    }

    @Test("a rebuilt snapshot answers by the new text, and a builder that has seen much answers as a fresh one")
    func rebuilding() throws {
        let builder = SnapshotBuilder(symbolsMin: 0)
        for number in 0..<300 {
            var company = try Company()
            company.add(user: "alice", inline: try Company.source(Company.allow("docs:Read\(number)")))
            let snapshot = try builder.build(company.directory, revision: "r\(number)")
            let fresh = try SnapshotBuilder().build(company.directory, revision: "r\(number)")
            for asked in [number, number - 1, number + 1] {
                let expected: Reason = asked == number ? .allowed : .identityPolicy
                #expect(try company.reason("alice", "docs:Read\(asked)", snapshot) == expected)
                #expect(try company.reason("alice", "docs:Read\(asked)", fresh) == expected)
            }
        }
        #expect(builder.renewals > 0, "the symbols have been renewed on the way")
    }

    @Test("a key tested plainly by a document that is gone may be an array again")
    func plainKeysFollowTheDocuments() throws {
        let plain =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"StringEquals":{"app:Env":"x"}}}}"#
        let builder = SnapshotBuilder()
        var company = try Company()
        company.add(user: "alice", inline: try Company.source(plain))
        let first = try builder.build(company.directory, revision: "1")
        #expect(throws: RequestFault.unexpectedArray("app:Env")) {
            try company.reason("alice", "docs:Read", first, array: "app:Env")
        }
        company.add(user: "alice", inline: try Company.source(Company.allow("docs:Read")))
        let second = try builder.build(company.directory, revision: "2")
        #expect(try company.reason("alice", "docs:Read", second, array: "app:Env") == .allowed)
    }

    @Test("who names something that the directory lacks is denied everything")
    func brokenReferences() throws {
        var company = try Company()
        let reading = try Company.source(Company.allow("docs:Read"))
        company.add(user: "lostGroup", inline: reading, groups: ["nobody"])
        company.add(user: "lostPolicy", inline: reading, attached: ["arn:aws:iam::111122223333:policy/Nothing"])
        company.add(user: "lostBoundary", inline: reading, boundary: "arn:aws:iam::111122223333:policy/Nothing")
        company.add(group: "bad", attached: ["arn:aws:iam::111122223333:policy/Nothing"])
        company.directory.quarantined.insert(.group(company.account, "bad"))
        company.add(user: "inBadGroup", inline: reading, groups: ["bad"])
        company.add(user: "fine", inline: reading)
        let snapshot = try SnapshotBuilder().build(company.directory, revision: "r")
        for user in ["lostGroup", "lostPolicy", "lostBoundary", "inBadGroup"] {
            #expect(try company.reason(user, "docs:Read", snapshot) == .brokenReference, "\(user)")
        }
        #expect(try company.reason("fine", "docs:Read", snapshot) == .allowed)
    }

    @Test("equal directories make equal tables, whatever order they were filled in")
    func determinism() throws {
        var sizes: Set<Int> = []
        var answers: Set<[Reason]> = []
        let names = (0..<30).map { "user\($0)" }
        for round in 0..<5 {
            var company = try Company()
            for name in round.isMultiple(of: 2) ? names : names.reversed() {
                company.add(user: name, inline: try Company.source(Company.allow("docs:\(name)")))
            }
            let snapshot = try SnapshotBuilder().build(company.directory, revision: "r")
            sizes.insert(snapshot.counts.tableBytes)
            answers.insert(try names.map { try company.reason($0, "docs:user7", snapshot) })
        }
        #expect(sizes.count == 1)
        #expect(answers.count == 1)
    }

    @Test("an explanation names the policy, the Sid and the place of the statement that decided")
    func explanation() throws {
        var company = try Company()
        let text = """
            {"Version": "2012-10-17", "Statement": [
              {"Sid": "Read", "Effect": "Allow", "Action": "docs:Read", "Resource": "*"},
              {"Sid": "NoDelete", "Effect": "Deny", "Action": "docs:Delete", "Resource": "*"}
            ]}
            """
        company.add(user: "alice", inline: try Company.source(text))
        let snapshot = try SnapshotBuilder().build(company.directory, revision: "r")
        let why = try company.explanation("alice", "docs:Delete", snapshot)
        #expect(why.reason == .identityPolicyDeny)
        let statement = try #require(why.matchedStatement)
        #expect(statement.layer == "identityPolicy")
        #expect(statement.policy == "Inline")
        #expect(statement.sid == "NoDelete")
        #expect(statement.index == 1)
        #expect((statement.line, statement.column) == (3, 3))
        let unsaid = try company.explanation("alice", "docs:Write", snapshot)
        #expect(unsaid.matchedStatement == nil)
        #expect(unsaid.summary.hasSuffix("because no identity-based policy allows the docs:Write action"))
        #expect(unsaid.deniedBy == ["identityPolicy"])
        let nearest = try #require(unsaid.nearestAllow)
        #expect(nearest.statement.sid == "Read")
        #expect(nearest.missing.map(\.element) == ["action"])
    }

    @Test("of two registry entries with one text, the one whose pattern matched is named")
    func resourceExplanation() throws {
        var company = try Company()
        let text =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"docs:Read"}}"#
        let result = PolicyParser(kind: .resource).parse(Array(text.utf8), file: "resources/x.json")
        let policy = try #require(result.source, "\(result.diagnostics)")
        for name in ["a", "b", "c"] {
            let entry = ResourceEntry(account: company.account, pattern: Text("arn:aws:docs:::\(name)"), policy: policy)
            company.directory.resources[entry.key] = entry
        }
        company.add(user: "alice", inline: try Company.source(Company.allow("docs:Write")))
        let snapshot = try SnapshotBuilder().build(company.directory, revision: "r")
        for name in ["a", "b", "c"] {
            let resource = "arn:aws:docs:::\(name)"
            let why = try company.explanation("alice", "docs:Read", snapshot, resource: resource)
            #expect(why.matchedStatement?.policy == resource)
        }
    }
}

/// A directory of one account, filled by a test.
struct Company {
    let account: AccountID
    var directory = Directory()

    init() throws {
        account = try #require(AccountID("111122223333"))
        directory.accounts[account] = Account(id: account)
    }

    static func allow(_ action: String) -> String {
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"\#(action)","Resource":"*"}}"#
    }

    static func source(_ text: String) throws -> PolicySource {
        let result = PolicyParser(kind: .identity).parse(Array(text.utf8), file: "users/alice.json")
        return try #require(result.source, "\(result.diagnostics)")
    }

    mutating func add(
        user name: Text, inline: PolicySource, groups: [Text] = [], attached: [Text] = [], boundary: Text? = nil
    ) {
        let holdings = PolicyHoldings(
            inlinePolicies: [InlinePolicy(name: "Inline", source: inline)], attachedPolicies: attached,
            permissionsBoundary: boundary)
        let user = User(account: account, name: name, groups: groups, holdings: holdings)
        directory.users[user.key] = user
    }

    mutating func add(user name: String, inline: PolicySource) { add(user: Text(name), inline: inline) }

    mutating func add(group name: Text, attached: [Text]) {
        let group = Group(account: account, name: name, holdings: PolicyHoldings(attachedPolicies: attached))
        directory.groups[group.key] = group
    }

    func reason(_ user: String, _ action: String, _ snapshot: Snapshot, array: String? = nil) throws -> Reason {
        try verdict(user, action, snapshot, array: array).reason
    }

    func verdict(_ user: String, _ action: String, _ snapshot: Snapshot, array: String? = nil, resource: String = "*")
        throws -> Verdict
    {
        var view = RequestView(messageBytesMax: 4_096)
        var scratch = Scratch()
        fill(&view, user, action, resource, snapshot, array: array)
        return try Authorizer.decide(
            &view, context: 0..<view.entries.count, tables: snapshot.tables, scratch: &scratch,
            now: Instant(seconds: 1_767_225_600))
    }

    func explanation(
        _ user: String, _ action: String, _ snapshot: Snapshot, resource: String = "*"
    ) throws -> Explanation {
        var view = RequestView(messageBytesMax: 4_096)
        var scratch = Scratch()
        fill(&view, user, action, resource, snapshot, array: nil)
        return try snapshot.explain(&view, context: 0..<0, scratch: &scratch, now: Instant(seconds: 1_767_225_600))
            .explanation
    }

    private func fill(
        _ view: inout RequestView, _ user: String, _ action: String, _ resource: String, _ snapshot: Snapshot,
        array: String?
    ) {
        func keep(_ text: String) -> ByteView {
            let mark = view.arena.count
            for byte in text.utf8 { _ = view.arena.append(byte) }
            return view.arena.view(from: mark)
        }
        view.principal = keep("arn:aws:iam::111122223333:user/\(user)")
        view.action = keep(action)
        view.resource = keep(resource)
        guard let array else { return }
        let key = keep(array)
        view.values.append(keep("x"))
        view.entries.append(
            RequestView.Entry(
                key: key, keyID: snapshot.tables.keys.id(of: key), firstValue: 0, valueCount: 1, isList: true))
    }
}
