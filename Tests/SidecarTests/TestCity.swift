import Directory
import PolicyModel
import PolicySyntax
import Testing
import WireProtocol

import struct Directory.Tag

@testable import Sidecar

/// A directory of two accounts that a test fills with text, and the loop that serves it.
final class TestCity {
    static let home = "111111111111"
    static let abroad = "222222222222"
    static let alice = "arn:aws:iam::111111111111:user/alice"
    static let thing = "arn:aws:docs::111111111111:x"

    var directory = Directory()
    var harness: LoopHarness
    private let client: TestClient
    private var revisions = 0

    init(staleDenyAfterSeconds: Int64? = nil) throws {
        var harness = try LoopHarness(staleDenyAfterSeconds: staleDenyAfterSeconds)
        client = try harness.connect()
        self.harness = harness
        for account in [Self.home, Self.abroad] {
            let id = try #require(AccountID(Text(account)))
            directory.accounts[id] = Account(id: id)
        }
        try addUser("alice", Self.allow("*"))
    }

    // MARK: Policies

    static func allow(_ action: String, _ more: String = "") -> String { statement("Allow", action, more) }

    static func deny(_ action: String, _ more: String = "") -> String { statement("Deny", action, more) }

    private static func statement(_ effect: String, _ action: String, _ more: String) -> String {
        #"{"Version":"2012-10-17","Statement":{"Effect":"\#(effect)","Action":"\#(action)","Resource":"*"\#(more)}}"#
    }

    static func trust(_ principal: String, _ action: String = "sts:AssumeRole") -> String {
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":\#(principal),"Action":\#(action.hasPrefix("[") ? action : "\"\(action)\"")}}"#
    }

    static func source(_ text: String, _ kind: PolicyKind = .identity) throws -> PolicySource {
        let result = PolicyParser(kind: kind).parse(Array(text.utf8), file: "test.json")
        return try #require(result.source, "\(result.diagnostics)")
    }

    // MARK: Entities

    func account(_ digits: String) throws -> AccountID { try #require(AccountID(Text(digits))) }

    private func inline(_ policies: [String]) throws -> PolicyHoldings {
        PolicyHoldings(
            inlinePolicies: try policies.enumerated().map {
                InlinePolicy(name: Text("p\($0)"), source: try Self.source($1))
            })
    }

    func addUser(_ name: Text, in account: String = home, _ policies: String...) throws {
        let user = User(account: try self.account(account), name: name, holdings: try inline(policies))
        directory.users[user.key] = user
    }

    func addRole(
        _ name: Text, in account: String = home, trust: String, tags: [Tag] = [], boundary: String? = nil,
        _ policies: String...
    ) throws {
        let account = try self.account(account)
        var holdings = try inline(policies)
        if let boundary {
            let policy = ManagedPolicy(
                account: account, name: Text("\(name)Boundary"), source: try Self.source(boundary, .boundary))
            directory.policies[policy.key] = policy
            holdings.permissionsBoundary = policy.arn
        }
        let role = Role(
            account: account, name: name, tags: tags, trustPolicy: try Self.source(trust, .trust), holdings: holdings)
        directory.roles[role.key] = role
    }

    func addResource(_ pattern: Text, in account: String = home, _ policy: String? = nil) throws {
        let entry = ResourceEntry(
            account: try self.account(account), pattern: pattern,
            policy: try policy.map { try Self.source($0, .resource) })
        directory.resources[entry.key] = entry
    }

    // MARK: Questions

    /// Puts what the directory has now in force.
    func publish() throws {
        revisions += 1
        harness.source.publish(try SnapshotBuilder().build(directory, revision: "r\(revisions)"))
    }

    /// The reply to a message.
    func reply(_ bytes: [UInt8]) throws -> String {
        client.write(bytes)
        var replies: [String] = []
        // A long message comes in parts, and an explanation takes a turn more.
        for _ in 0..<20 where replies.isEmpty {
            harness.turn()
            replies = client.repliesSoFar()
        }
        try #require(replies.count == 1, "\(replies)")
        return replies[0]
    }

    /// What comes of a question, explained.
    func ask(
        _ principal: String = alice, _ action: String = "docs:Read", _ resource: String = thing,
        session: WireSession? = nil, context: [WireContextEntry] = []
    ) throws -> WireAnswer {
        var asked = WireQuestion(principal: principal, action: action, resource: resource, context: context)
        asked.session = session
        var buffer = WireBuffer()
        buffer.appendAuthorize(asked, explain: true)
        return try WireReply(Array(reply(buffer.bytes).utf8)).authorization().answer
    }

    func reason(
        _ principal: String = alice, _ action: String = "docs:Read", _ resource: String = thing,
        session: WireSession? = nil, context: [WireContextEntry] = []
    ) throws -> String? {
        try ask(principal, action, resource, session: session, context: context).explanation?.reason
    }

    /// What comes of a call, explained.
    func assume(
        _ role: String, by principal: String = alice, session: WireSession? = nil,
        _ change: (inout WireAssumption) -> Void = { _ in }
    ) throws -> WireAssumedRole {
        var call = WireAssumption(principal: principal, role: role, sessionName: "sess")
        call.session = session
        change(&call)
        var buffer = WireBuffer()
        buffer.appendAssumeRole(call, explain: true)
        return try WireReply(Array(reply(buffer.bytes).utf8)).assumedRole()
    }
}
