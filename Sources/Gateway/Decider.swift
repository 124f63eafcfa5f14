internal import Audit
internal import Authorizer
internal import DecisionTree
internal import Directory
internal import NIOConcurrencyHelpers
internal import PolicyModel
internal import WireProtocol

/// What a question came out as.
struct GatewayAnswer: Sendable, Hashable {
    let decision: Decision
    let reason: Reason

    /// Whether it is allowed; everything else is a deny.
    var isAllowed: Bool { decision == .allowed }
}

/// A question that cannot be asked as it stands; a deny wherever it came from.
struct QuestionFault: Error, Sendable, Hashable {
    /// One line that names the field.
    let message: String
}

/// Decides the gateway's questions, by the same reader and the same authorizer as the native socket.
///
/// A question is written as a message of the native protocol and read back by its scanner: one set of bounds, one
/// meaning, whatever the question came in as. Any thread may ask; each takes one of a few sets of buffers.
final class Decider: Sendable {
    /// What decides a request: one snapshot for all of its questions (spec `authzen.md` AZ-ES-15).
    struct Policies: Sendable {
        let snapshot: Snapshot
        /// Whether everything is denied, whatever the snapshot says.
        let isDistrusted: Bool
        /// The one reading of the clock for all of its questions.
        let now: Instant
        /// What the decision log calls the revision.
        let recordedRevision: UInt32
    }

    /// Buffers to decide with; `Sendable` because whoever takes one from the pool is alone with it until it is back.
    fileprivate final class Desk: @unchecked Sendable {
        var scanner = MessageScanner()
        var scratch = Scratch()
        var message = WireBuffer(capacity: 4 * 1024)
    }

    private let source: any SnapshotSource
    private let clock: @Sendable () -> Instant
    private let staleDenyAfterSeconds: Int64?
    private let desks = NIOLockedValueBox<[Desk]>([])
    private let journal: DecisionJournal?

    init(
        source: any SnapshotSource, staleDenyAfterSeconds: Int64?, journal: DecisionJournal?,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.source = source
        self.staleDenyAfterSeconds = staleDenyAfterSeconds
        self.journal = journal
        self.clock = clock
    }

    /// What is in force now, for one request.
    func policies() -> Policies {
        let current = source.current
        let now = clock()
        let trustedUntil = current.status.trustedUntil(staleDenyAfterSeconds: staleDenyAfterSeconds)
        return Policies(
            snapshot: current.snapshot, isDistrusted: now.seconds > trustedUntil, now: now,
            recordedRevision: journal?.number(of: current.snapshot.revision) ?? 0)
    }

    /// Decides a question, and records it in the decision log.
    ///
    /// - Throws: `QuestionFault` for a question that nobody may ask: out of bounds, malformed, or with a key that belongs
    ///   to the engine.
    func decide(_ question: WireQuestion, by policies: Policies) throws(QuestionFault) -> GatewayAnswer {
        try decide(question, by: policies, records: true)
    }

    /// Whether something would be allowed, for searches: nobody has asked, so nothing is recorded.
    func wouldAllow(_ question: WireQuestion, by policies: Policies) -> Bool {
        // A question that cannot be asked is not allowed.
        (try? decide(question, by: policies, records: false).isAllowed) ?? false
    }

    private func decide(
        _ question: WireQuestion, by policies: Policies, records: Bool
    ) throws(QuestionFault) -> GatewayAnswer {
        let desk = desks.withLockedValue { $0.popLast() } ?? Desk()
        defer { desks.withLockedValue { $0.append(desk) } }
        let verdict = try desk.decide(question, by: policies)
        if records { journal?.record(question, verdict, by: policies) }
        return GatewayAnswer(decision: verdict.decision, reason: verdict.reason)
    }
}

extension Decider.Desk {
    fileprivate func decide(
        _ question: WireQuestion, by policies: Decider.Policies
    ) throws(QuestionFault) -> Verdict {
        message.removeAll()
        message.appendAuthorize(question)
        let tables = policies.snapshot.tables
        defer { extendLifetime(tables) }
        do throws(WireError) {
            // Without the NUL that ends it.
            let incoming = try scanner.scan(message.view.slice(0, message.count - 1), keys: tables.keys)
            guard case .authorize = incoming else { throw .badRequest("the question is not one") }
        } catch {
            throw QuestionFault(message: error.message)
        }
        let verdict: Verdict
        do throws(RequestFault) {
            verdict = try Authorizer.decide(
                &scanner.view, context: scanner.contextRange, tables: tables, scratch: &scratch, now: policies.now)
        } catch {
            throw QuestionFault(message: error.message)
        }
        return policies.isDistrusted ? Verdict(.implicitDeny, .stalePolicies) : verdict
    }
}
