import Directory
import NIOConcurrencyHelpers
import PolicyModel
import PolicySyntax
import Testing

/// Snapshots of a small store: alice may read and is kept from deleting.
enum TestStore {
    static let alice = "arn:aws:iam::111122223333:user/alice"

    static func snapshot(revision: String, mayRead: Bool = true) throws -> Snapshot {
        let allow = mayRead ? #"{"Effect":"Allow","Action":"docs:Read","Resource":"*"},"# : ""
        let policy = """
            {"Version":"2012-10-17","Statement":[\(allow){"Effect":"Allow","Action":"docs:Now","Resource":"*",
            "Condition":{"DateLessThan":{"aws:CurrentTime":"2001-09-09T01:46:40Z"}}},
            {"Effect":"Deny","Action":"docs:Delete","Resource":"*"}]}
            """
        return try snapshot(revision: revision, policy: policy)
    }

    /// A snapshot in which alice has one policy.
    static func snapshot(revision: String, policy: String) throws -> Snapshot {
        let account = try #require(AccountID("111122223333"))
        let parsed = PolicyParser(kind: .identity).parse(Array(policy.utf8), file: "alice.json")
        let source = try #require(parsed.source, "\(parsed.diagnostics)")
        let user = User(
            account: account, name: "alice",
            holdings: PolicyHoldings(inlinePolicies: [InlinePolicy(name: "own", source: source)]))
        var directory = Directory()
        directory.accounts[account] = Account(id: account)
        directory.users[user.key] = user
        return try SnapshotBuilder().build(directory, revision: revision)
    }

    static func question(_ action: String = "docs:Read", explain: Bool = false) -> String {
        #"{"method":"io.postern.Authorize","parameters":{"principal":"\#(alice)","action":"\#(action)","#
            + #""resource":"arn:aws:docs::111122223333:report/7"\#(explain ? #","explain":true"# : "")}}"#
    }

    static func questions(_ count: Int) -> String {
        let questions = (0..<count).map { #"{"action":"docs:\#($0 % 2 == 0 ? "Read" : "Delete")"}"# }
        return #"{"method":"io.postern.AuthorizeMany","parameters":{"principal":"\#(alice)","resource":"#
            + #""arn:aws:docs::111122223333:report/7","questions":[\#(questions.joined(separator: ","))]}}"#
    }

    static func call(_ method: String, flags: String = "") -> String {
        #"{"method":"io.postern.\#(method)"\#(flags)}"#
    }

    static func allowed(_ revision: String = "r1") -> String {
        #"{"parameters":{"allowed":true,"decision":"allowed","revision":"\#(revision)"}}"#
    }

    static func denied(_ decision: String, _ revision: String = "r1") -> String {
        #"{"parameters":{"allowed":false,"decision":"\#(decision)","revision":"\#(revision)"}}"#
    }
}

/// A source whose changes and reloads a test makes by hand.
final class TestSource: SnapshotSource {
    private struct State {
        var snapshot: Snapshot
        var status: StoreStatus
        var listeners: [@Sendable (Snapshot, StoreStatus) -> Void] = []
        var reloads: [@Sendable (Result<String, ReloadFailure>) -> Void] = []
        var answersReloadsAtOnce = false
    }

    private let state: NIOLockedValueBox<State>

    init(_ snapshot: Snapshot) {
        state = NIOLockedValueBox(
            State(snapshot: snapshot, status: StoreStatus(revision: snapshot.revision, lastReload: 1)))
    }

    var current: (snapshot: Snapshot, status: StoreStatus) {
        state.withLockedValue { ($0.snapshot, $0.status) }
    }

    func reload(completion: @escaping @Sendable (Result<String, ReloadFailure>) -> Void) {
        let revision = state.withLockedValue { state -> String? in
            if !state.answersReloadsAtOnce { state.reloads.append(completion) }
            return state.answersReloadsAtOnce ? state.status.revision : nil
        }
        if let revision { completion(.success(revision)) }
    }

    func subscribe(_ listener: @escaping @Sendable (Snapshot, StoreStatus) -> Void) {
        state.withLockedValue { $0.listeners.append(listener) }
    }

    /// How many reloads wait for `endReload`.
    var reloadsWaiting: Int { state.withLockedValue { $0.reloads.count } }

    func answerReloadsAtOnce() { state.withLockedValue { $0.answersReloadsAtOnce = true } }

    func endReload(_ result: Result<String, ReloadFailure>) {
        state.withLockedValue { $0.reloads.isEmpty ? nil : $0.reloads.removeFirst() }?(result)
    }

    /// Puts a snapshot in force and tells the listeners.
    func publish(_ snapshot: Snapshot, change: (inout StoreStatus) -> Void = { _ in }) {
        let (listeners, status) = state.withLockedValue { state in
            state.snapshot = snapshot
            state.status.revision = snapshot.revision
            change(&state.status)
            return (state.listeners, state.status)
        }
        for listener in listeners { listener(snapshot, status) }
    }
}
