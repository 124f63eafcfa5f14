import Authorizer
import DecisionTree
import PolicyModel
import PolicySyntax
import Testing

import struct Directory.Tag

@testable import Directory

/// A small directory that a test fills, and explanations of questions about it.
struct Explaining {
    static let home = "111122223333"
    static let alice = "arn:aws:iam::111122223333:user/alice"
    let account: AccountID
    var directory = Directory()

    init() throws {
        account = try #require(AccountID("111122223333"))
        directory.accounts[account] = Account(id: account)
    }

    static func source(
        _ statements: String, _ kind: PolicyKind = .identity, file: String = "policy.json",
        version: String = "2012-10-17"
    ) throws -> PolicySource {
        let text = #"{"Version":"\#(version)","Statement":[\#(statements)]}"#
        let result = PolicyParser(kind: kind).parse(Array(text.utf8), file: file)
        return try #require(result.source, "\(result.errors)")
    }

    /// Adds a user whose inline policies have these statements, a policy each.
    mutating func add(
        user name: Text, path: Text = "/", _ policies: [String], tags: [Tag] = [], groups: [Text] = [],
        attached: [Text] = [], boundary: Text? = nil
    ) throws {
        let inline = try policies.enumerated().map {
            InlinePolicy(name: Text("inline\($0.offset)"), source: try Explaining.source($0.element))
        }
        let user = User(
            account: account, name: name, path: path, tags: tags, groups: groups,
            holdings: PolicyHoldings(
                inlinePolicies: inline, attachedPolicies: attached, permissionsBoundary: boundary))
        directory.users[user.key] = user
    }

    mutating func add(role name: Text, path: Text = "/", trust: String, _ policies: [String] = []) throws {
        let inline = try policies.enumerated().map {
            InlinePolicy(name: Text("inline\($0.offset)"), source: try Explaining.source($0.element))
        }
        let role = Role(
            account: account, name: name, path: path, trustPolicy: try Explaining.source(trust, .trust),
            holdings: PolicyHoldings(inlinePolicies: inline))
        directory.roles[role.key] = role
    }

    mutating func add(policy name: Text, _ statements: String) throws {
        let policy = ManagedPolicy(account: account, name: name, source: try Explaining.source(statements))
        directory.policies[policy.key] = policy
    }

    mutating func add(resource pattern: Text, _ statements: String?, tags: [Tag]? = nil) throws {
        let entry = ResourceEntry(
            account: account, pattern: pattern, policy: try statements.map { try Explaining.source($0, .resource) },
            tags: tags)
        directory.resources[entry.key] = entry
    }

    /// What a question says beside its three parts.
    struct Extras {
        var context: [(key: String, value: String)] = []
        var hasSession = false
        var issued = ""
        var user = ""
        var provider = ""
        var bounds = ExplanationBounds.reply
        var isStopped = false
        var externalID = ""
        var sourceIdentity = ""
    }

    /// A question and why it is answered as it is.
    func why(
        _ principal: String = alice, _ action: String = "docs:Read",
        _ resource: String = "arn:aws:docs::111122223333:x", _ extras: Extras = Extras()
    ) throws -> Explanation {
        let snapshot = try SnapshotBuilder().build(directory, revision: "test")
        var asked = AskedView(principal, action, resource, extras, snapshot)
        var options = ExplanationOptions()
        (options.bounds, options.isStopped) = (extras.bounds, { extras.isStopped })
        return try snapshot.explain(
            &asked.view, context: 0..<extras.context.count, options: options, scratch: &asked.scratch,
            now: Instant(seconds: 1_767_225_600)
        ).explanation
    }

    /// An assumption and why it is answered as it is.
    func whyAssumed(
        _ role: String, by principal: String = alice, _ extras: Extras = Extras()
    ) throws -> Explanation {
        let snapshot = try SnapshotBuilder().build(directory, revision: "test")
        var asked = AskedView(principal, "", role, extras, snapshot)
        var assumption = AssumptionView()
        assumption.sessionName = asked.keep("session")
        assumption.externalID = asked.keep(extras.externalID)
        assumption.sourceIdentity = asked.keep(extras.sourceIdentity)
        if principal == "anonymous" {
            assumption.federatedProvider = asked.keep(extras.provider)
            asked.view.session = SessionView()
        }
        let explanation = try snapshot.explainAssumeRole(
            &asked.view, assumption: assumption, context: 0..<extras.context.count, scratch: &asked.scratch,
            now: Instant(seconds: 1_767_225_600))
        return try #require(explanation)
    }
}

/// A view that holds a question.
struct AskedView: ~Copyable {
    var view = RequestView(messageBytesMax: 1 << 16)
    var scratch = Scratch()

    init(
        _ principal: String, _ action: String, _ resource: String, _ extras: Explaining.Extras, _ snapshot: Snapshot
    ) {
        view.principal = keep(principal)
        view.action = keep(action)
        view.resource = keep(resource)
        for (key, value) in extras.context {
            let name = keep(key)
            view.append(key: name, keyID: snapshot.tables.keys.id(of: name), value: keep(value))
        }
        view.session.isGiven =
            extras.hasSession || !extras.issued.isEmpty || !extras.user.isEmpty || !extras.provider.isEmpty
        view.session.issued = keep(extras.issued)
        view.session.user = keep(extras.user)
        view.session.federatedProvider = keep(extras.provider)
    }

    mutating func keep(_ text: String) -> ByteView {
        let mark = view.arena.count
        for byte in text.utf8 { _ = view.arena.append(byte) }
        return view.arena.view(from: mark)
    }
}
