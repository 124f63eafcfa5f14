internal import Audit
internal import DecisionTree
internal import Directory
internal import NIOConcurrencyHelpers
internal import WireProtocol

/// Answers messages that ask for an explanation, on one thread beside the loops: "`explain` never delays other callers".
///
/// A loop hands over a message with what is in force; the connection waits, and its reply comes back through the loop's
/// port. The queue is bounded: beyond it callers are told to try again. Those that wait take turns: of an
/// `AuthorizeMany` a few questions are answered, then it goes to the back of the queue.
final class Explainer: Sendable {
    /// A message to be answered.
    struct Job {
        /// Without its NUL.
        var message: [UInt8]
        var peer: Peer
        var inForce: MessageHandler.InForce
        /// The connection that waits, in the loop behind `port`.
        var token: UInt64
        var port: LoopPort
        /// What turns before this one have come to.
        var begun: Begun?
    }

    /// An `AuthorizeMany` that is answered in part.
    struct Begun {
        var progress: Connection.Progress
        /// The reply so far.
        var reply: [UInt8]
        var explained: ExplainedAllowance
    }

    /// What a turn comes to.
    enum Turn {
        case whole(reply: [UInt8])
        case partly(Begun)
    }

    /// What the thread that explains keeps from job to job.
    struct Worker: ~Copyable {
        var tally = LoopTally()
        /// Where its decisions are recorded; `nil` when nobody keeps a log.
        var recorder: DecisionRecorder?
    }

    /// Messages that may wait; each is at most as long as a message may be.
    static let jobsMax = 256

    private struct Queue {
        var jobs: [Job] = []
        var isStopped = false
        var thread: PlainThread?
    }

    private let queue = NIOLockedValueBox(Queue())
    /// Whether there is something to do.
    private let wake = ConditionLock(value: false)
    /// Called before each job; tests hold explanations back with it.
    let beforeJob: NIOLockedValueBox<@Sendable () -> Void> = NIOLockedValueBox({})

    /// Starts the thread.
    func start(_ shared: LoopShared) throws(SidecarError) {
        let thread = try PlainThread("explain") { [self] in run(shared) }
        queue.withLockedValue { $0.thread = thread }
    }

    /// Takes a job; `false` when too many wait.
    func take(_ job: Job) -> Bool {
        let isTaken = queue.withLockedValue { queue in
            guard !queue.isStopped, queue.jobs.count < Explainer.jobsMax else { return false }
            queue.jobs.append(job)
            return true
        }
        if isTaken { signal() }
        return isTaken
    }

    /// Whether the thread is to end: what is being explained is then given up between two walks.
    var isStopped: Bool { queue.withLockedValue { $0.isStopped } }

    /// Ends the thread, whatever waits; the loops have ended before.
    func stop() {
        let thread = queue.withLockedValue { queue -> PlainThread? in
            queue.isStopped = true
            queue.jobs.removeAll()
            defer { queue.thread = nil }
            return queue.thread
        }
        signal()
        thread?.join()
    }

    /// Has the thread look again: what is in force has changed.
    func wakeUp() { signal() }

    private func signal() {
        wake.lock()
        wake.unlock(withValue: true)
    }

    private func run(_ shared: LoopShared) {
        var worker = Worker(recorder: shared.recorder(shared.counters.count - 1))
        while true {
            wake.lock(whenValue: true)
            wake.unlock(withValue: false)
            while shared.canExplain, let job = next() { answer(job, shared, &worker) }
            if queue.withLockedValue({ $0.isStopped }) { return }
        }
    }

    /// Does on the calling thread what waits; how tests without the thread go on.
    func runWaiting(_ shared: LoopShared) -> Int {
        var worker = Worker()
        var count = 0
        while runOnce(shared, &worker) { count += 1 }
        return count
    }

    /// Gives what has waited longest its turn, on the calling thread; `false` when nothing waits.
    func runOnce(_ shared: LoopShared, _ worker: inout Worker) -> Bool {
        guard shared.canExplain, let job = next() else { return false }
        answer(job, shared, &worker)
        return true
    }

    private func putBack(_ job: Job) {
        queue.withLockedValue { queue in
            if !queue.isStopped { queue.jobs.append(job) }
        }
    }

    private func next() -> Job? {
        queue.withLockedValue { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
    }

    /// Answers with a handler of its own, so that nothing keeps an old snapshot once its last job is done.
    private func answer(_ job: Job, _ shared: LoopShared, _ worker: inout Worker) {
        let counters = shared.counters[shared.counters.count - 1]
        if job.begun == nil { beforeJob.withLockedValue({ $0 })() }
        var job = job
        if job.begun == nil, !job.inForce.snapshot.isComplete {
            // Asked while an image decided, which explains nothing.
            job.inForce = MessageHandler.inForce(shared.source.current, shared)
        }
        var handler = MessageHandler(shared: shared, counters: counters, explains: true)
        handler.use(job.inForce)
        swap(&handler.recorder, &worker.recorder)
        let turn = handler.explain(job)
        swap(&handler.recorder, &worker.recorder)
        worker.recorder?.offer()
        worker.tally = worker.tally + handler.tally
        counters.publish(&worker.tally)
        switch turn {
        case .whole(let reply): _ = job.port.post(.explained(token: job.token, reply: reply))
        case .partly(let begun):
            var rest = job
            rest.begun = begun
            putBack(rest)
        }
    }
}

/// How much of one call is explained: what is over it is told its reason.
struct ExplainedAllowance {
    private var questions = SidecarLimits.explainedQuestionsMax
    private var bytes = SidecarLimits.explainedBytesMax

    /// Whether a further question is explained as a whole.
    var isLeft: Bool { questions > 0 && bytes > 0 }

    /// Counts an answer that was explained.
    mutating func take(bytes taken: Int) {
        questions -= 1
        bytes -= taken
    }
}

extension MessageHandler {
    /// One turn of a message; it was counted where it came in.
    mutating func explain(_ job: Explainer.Job) -> Explainer.Turn {
        var buffer = WireBuffer(capacity: job.message.count)
        buffer.append(job.message[...])
        if let begun = job.begun {
            replies.append(begun.reply[...])
            explained = begun.explained
        } else {
            tally.requests -= 1
        }
        var budget = TurnBudget()
        // What is not explained is answered as fast as a loop does it.
        if explained.isLeft { budget.questions = SidecarLimits.explainTurnQuestionsMax }
        let outcome = answer(buffer.view, peer: job.peer, progress: job.begun?.progress, &budget)
        guard case .partly(let progress) = outcome else { return .whole(reply: replies.bytes) }
        return .partly(Explainer.Begun(progress: progress, reply: replies.bytes, explained: explained))
    }

    /// Whether nobody waits any more for what is being explained.
    var isStopped: Bool { explains && shared.explainer.isStopped }

    /// What replies carry, as long as somebody waits for them.
    var explanationOptions: ExplanationOptions {
        var options = ExplanationOptions()
        options.isStopped = { [explainer = shared.explainer] in explainer.isStopped }
        return options
    }
}
