import Authorizer
import DecisionTree
import Directory
import PolicyModel
import PolicySyntax
import Testing

import struct Directory.Tag

/// A small directory that a test fills, and the questions it asks of it.
struct Asking {
    let home: AccountID
    let other: AccountID
    var directory = Directory()

    /// Two accounts and the user `alice`, who may do everything.
    init() throws {
        home = try #require(AccountID("111111111111"))
        other = try #require(AccountID("222222222222"))
        for account in [home, other] { directory.accounts[account] = Account(id: account) }
        try add(user: "alice", Asking.allowAll)
    }

    static let allowAll = #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#
    static let alice = "arn:aws:iam::111111111111:user/alice"

    static func source(_ text: String, _ kind: PolicyKind = .identity) throws -> PolicySource {
        let result = PolicyParser(kind: kind).parse(Array(text.utf8), file: "test.json")
        return try #require(result.source, "\(result.diagnostics)")
    }

    mutating func add(user name: Text, _ policy: String, tags: [Tag] = []) throws {
        let holdings = PolicyHoldings(inlinePolicies: [InlinePolicy(name: "Inline", source: try Asking.source(policy))])
        let user = User(account: home, name: name, id: "AIDAEXAMPLE", tags: tags, holdings: holdings)
        directory.users[user.key] = user
    }

    mutating func add(role name: Text, _ policy: String) throws {
        let holdings = PolicyHoldings(inlinePolicies: [InlinePolicy(name: "Inline", source: try Asking.source(policy))])
        let trust =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}"#
        let role = Role(account: home, name: name, trustPolicy: try Asking.source(trust, .trust), holdings: holdings)
        directory.roles[role.key] = role
    }

    mutating func add(
        resource pattern: Text, in account: AccountID, owner: AccountID? = nil, policy: String? = nil,
        tags: [Tag]? = nil, isPolicyRequired: Bool = false
    ) throws {
        let entry = ResourceEntry(
            account: account, pattern: pattern, policy: try policy.map { try Asking.source($0, .resource) }, tags: tags,
            statedOwner: owner, isPolicyRequired: isPolicyRequired)
        directory.resources[entry.key] = entry
    }

    /// What is left of a view's buffers after a question.
    struct Marks: Equatable {
        var entries: Int
        var values: Int
        var arenaBytes: Int
    }

    /// Asks; the marks are of before and after.
    func ask(
        _ principal: String = Asking.alice, _ action: String = "docs:Read",
        _ resource: String = "arn:aws:docs::111111111111:x", context: [Request.ContextEntry] = [],
        now: Instant = Instant(seconds: 1_767_225_600)
    ) throws -> (verdict: Verdict, before: Marks, after: Marks) {
        let snapshot = try SnapshotBuilder().build(directory, revision: "test")
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        view.fill(Text(principal), Text(action), Text(resource), context, keys: snapshot.tables.keys)
        let before = Marks(entries: view.entries.count, values: view.values.count, arenaBytes: view.arena.count)
        let verdict = try Authorizer.decide(
            &view, context: 0..<context.count, tables: snapshot.tables, scratch: &scratch, now: now)
        let after = Marks(entries: view.entries.count, values: view.values.count, arenaBytes: view.arena.count)
        return (verdict, before, after)
    }

    func reason(
        _ principal: String = Asking.alice, _ action: String = "docs:Read",
        _ resource: String = "arn:aws:docs::111111111111:x", context: [Request.ContextEntry] = []
    ) throws -> Reason {
        try ask(principal, action, resource, context: context).verdict.reason
    }
}

/// A context of single values.
func single(_ values: KeyValuePairs<String, String>) -> [Request.ContextEntry] {
    values.map { Request.ContextEntry(key: Text($0.key), value: .single(Text($0.value))) }
}

/// A context of one list.
func list(_ key: String, _ values: [String]) -> [Request.ContextEntry] {
    [Request.ContextEntry(key: Text(key), value: .multiple(values.map { Text($0) }))]
}
