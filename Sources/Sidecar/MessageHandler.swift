internal import Audit
internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import Synchronization
internal import WireProtocol

/// What a loop does about a connection after a message.
enum MessageOutcome {
    /// Nothing: the reply, if one was wanted, is in the buffer.
    case answered
    /// Part of an `AuthorizeMany` is left for a later turn.
    case partly(Connection.Progress)
    /// Close behind the reply.
    case close
    /// `Watch` has taken the connection; the first reply is in the buffer.
    case watch
    /// Have the store read again, and reply when that has ended.
    case reload(isReplyWanted: Bool)
    /// Have the explainer answer the message: explaining takes longer than others should wait.
    case explain
}

/// Turns messages into replies: scan, decide, format.
///
/// No sockets and no waiting; one a loop.
struct MessageHandler: ~Copyable {
    /// What is in force, as this loop last saw it.
    struct InForce {
        var snapshot: Snapshot
        var tables: DecisionTables
        /// The tables by their address, which counts no reference for a question; `tables` keeps them.
        var view: TablesView
        var revision: String
        /// What the decision log calls the revision.
        var recordedRevision: UInt32
        /// The answers of `Authorize` by this revision, which `prepared` keeps.
        var replies: PreparedReplies.Views
        var prepared: PreparedReplies
        var status: StoreStatus
        /// The last second in which decisions are still taken from the snapshot.
        var trustedUntil: Int64
    }

    let shared: LoopShared
    let counters: LoopCounters
    /// Replies that have not been sent; the loop takes them.
    var replies = WireBuffer(capacity: 16 * 1024)
    /// What was done so far.
    var tally = LoopTally()
    var scanner = MessageScanner()
    /// Hold what was read of calls that are answered in part while others are answered.
    private var parked = MessageScanner(number: 1)
    private var alsoParked = MessageScanner(number: 2)
    /// Which of the two is given up next when all are halfway.
    private var givesUpOther = false
    var scratch = Scratch()
    var inForce: InForce
    /// Session policies that were compiled before.
    var sessionPolicies = SessionPolicyCache()
    /// Whether this is the explainer's handler, which others' questions do not wait for.
    let explains: Bool
    /// How much of the call that is being answered may still be explained.
    var explained = ExplainedAllowance()
    /// Where decisions are recorded; `nil` when nobody keeps a log.
    var recorder: DecisionRecorder?
    /// Whose message is being answered, and by which revision, as the log has it.
    var peerUser = Peer.none.user
    var answeringRevision: UInt32 = 0
    /// The clock as it was read in this turn; `nil` until a question asks for it.
    private var turnTime: Instant?
    /// Work that turns have been charged for, in steps.
    private var workCharged = 0

    /// A handler of what the source has in force now.
    init(shared: LoopShared, counters: LoopCounters, explains: Bool = false) {
        self.explains = explains
        self.shared = shared
        self.counters = counters
        inForce = MessageHandler.inForce(shared.source.current, shared)
        sessionPolicies.begin(inForce.snapshot)
    }

    /// How many messages were read, those that were read again among them.
    var readings: UInt64 { scanner.readings + parked.readings + alsoParked.readings }

    /// Makes the scanner one that holds no call which others' answers still wait for, as far as there is such a one.
    private mutating func freeScanner() {
        guard scanner.isHalfway else { return }
        guard parked.isHalfway else { return swap(&scanner, &parked) }
        guard alsoParked.isHalfway else { return swap(&scanner, &alsoParked) }
        givesUpOther.toggle()
        if givesUpOther { swap(&scanner, &alsoParked) } else { swap(&scanner, &parked) }
    }

    /// Makes the scanner the one that holds the message.
    private mutating func takeScanner(of message: ByteView, _ cursor: QuestionCursor) {
        if scanner.holds(message, at: cursor) { return }
        if parked.holds(message, at: cursor) { return swap(&scanner, &parked) }
        if alsoParked.holds(message, at: cursor) { return swap(&scanner, &alsoParked) }
        freeScanner()
    }

    /// The revision that answers carry.
    var revision: String { inForce.revision }

    /// Answers from here on by what is given.
    mutating func use(_ current: (snapshot: Snapshot, status: StoreStatus)) {
        use(MessageHandler.inForce(current, shared))
    }

    /// Answers from here on by what is given.
    mutating func use(_ inForce: InForce) {
        self.inForce = inForce
        sessionPolicies.begin(inForce.snapshot)
    }

    static func inForce(
        _ current: (snapshot: Snapshot, status: StoreStatus), _ shared: LoopShared
    ) -> InForce {
        let prepared = PreparedReplies(revision: current.snapshot.revision)
        return InForce(
            snapshot: current.snapshot, tables: current.snapshot.tables, view: current.snapshot.tables.view,
            revision: current.snapshot.revision,
            recordedRevision: shared.auditor?.log.number(of: current.snapshot.revision) ?? 0, replies: prepared.views,
            prepared: prepared, status: current.status,
            trustedUntil: current.status.trustedUntil(staleDenyAfterSeconds: shared.staleDenyAfterSeconds))
    }

    /// Answers one message, without its NUL, into `replies`.
    mutating func answer(
        _ message: ByteView, peer: Peer, progress: Connection.Progress?, _ budget: inout TurnBudget
    ) -> MessageOutcome {
        let start = replies.count
        peerUser = peer.user
        var outcome = MessageOutcome.answered
        do throws(WireError) {
            if let progress {
                takeScanner(of: message, progress.cursor)
                outcome = try goOn(message, progress, &budget)
            } else {
                tally.requests += 1
                answeringRevision = inForce.recordedRevision
                freeScanner()
                let incoming = try scanner.scan(message, keys: inForce.view.keys)
                outcome = try perform(incoming, isTrusted: peer.isTrusted, &budget)
            }
        } catch {
            replies.truncate(to: start)
            replies.appendError(error)
            if error.closesConnection { return .close }
        }
        if scanner.flags.oneway { replies.truncate(to: start) }
        charge(&budget)
        return outcome
    }

    /// Forgets the time: what is answered from here on came later.
    mutating func beginTurn() { turnTime = nil }

    /// The time of all questions of this turn, which is bounded: one reading of the clock.
    mutating func time() -> Instant {
        if let turnTime { return turnTime }
        let now = shared.clock.now()
        turnTime = now
        return now
    }

    /// Takes from a turn's budget what has been done since the last time.
    mutating func charge(_ budget: inout TurnBudget) {
        let work = scratch.stepsTotal + sessionPolicies.bytesCompiled * SidecarLimits.compileStepsAByte
        budget.steps -= work - workCharged
        workCharged = work
    }

    mutating func perform(
        _ incoming: Incoming, isTrusted: Bool, _ budget: inout TurnBudget
    ) throws(WireError) -> MessageOutcome {
        switch incoming {
        case .authorize(let explain):
            try checkMayExplain(explain, isTrusted)
            if explain, !explains { return .explain }
            budget.questions -= 1
            try answerAuthorize(explain: explain)
        case .authorizeMany(_, let explain):
            try checkMayExplain(explain, isTrusted)
            if explain, !explains { return .explain }
            explained = ExplainedAllowance()
            if !explains { budget.questions -= scanner.message.count / SidecarLimits.bytesAQuestion }
            replies.beginAnswers()
            return answerQuestions(explain: explain, of: inForce.snapshot, &budget)
        case .assumeRole(let explain):
            try checkMayExplain(explain, isTrusted)
            if explain, !explains { return .explain }
            budget.questions -= 1
            try answerAssumeRole(explain: explain)
        case .status: replies.appendStatusReply(report(isTrusted: isTrusted))
        case .reload:
            guard isTrusted else { throw .permissionDenied("`Reload` is for trusted users") }
            return .reload(isReplyWanted: !scanner.flags.oneway)
        case .watch:
            answerWatch()
            return .watch
        case .getInfo: replies.appendInfoReply(version: Sidecar.version)
        case .getInterfaceDescription(let interface): replies.appendInterfaceReply(interface)
        }
        return .answered
    }

    func checkMayExplain(_ explain: Bool, _ isTrusted: Bool) throws(WireError) {
        guard !explain || isTrusted else { throw .permissionDenied("`explain` is for trusted users") }
        // The explainer waits for what can be explained; where even that is not, nothing can be compiled.
        guard !explain || !explains || inForce.snapshot.isComplete else { throw .notReady }
    }
}
