internal import DecisionTree
internal import NIOConcurrencyHelpers
internal import WireProtocol

/// Answers messages that ask for an explanation, on one thread beside the loops: "`explain` never delays other callers".
///
/// A loop hands over a message with what is in force; the connection waits, and its reply comes back through the loop's
/// port. The queue is bounded: beyond it callers are told to try again.
final class Explainer: Sendable {
    /// A message to be answered.
    struct Job {
        /// Without its NUL.
        var message: [UInt8]
        var isTrusted: Bool
        var inForce: MessageHandler.InForce
        /// The connection that waits, in the loop behind `port`.
        var token: UInt64
        var port: LoopPort
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

    private func signal() {
        wake.lock()
        wake.unlock(withValue: true)
    }

    private func run(_ shared: LoopShared) {
        let counters = shared.counters[shared.counters.count - 1]
        var tally = LoopTally()
        while true {
            wake.lock(whenValue: true)
            wake.unlock(withValue: false)
            while let job = next() { answer(job, shared, &tally, counters) }
            if queue.withLockedValue({ $0.isStopped }) { return }
        }
    }

    /// Does on the calling thread what waits; how tests without the thread go on.
    func runWaiting(_ shared: LoopShared) -> Int {
        var tally = LoopTally()
        var count = 0
        while let job = next() {
            answer(job, shared, &tally, shared.counters[shared.counters.count - 1])
            count += 1
        }
        return count
    }

    private func next() -> Job? {
        queue.withLockedValue { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
    }

    /// Answers with a handler of its own, so that nothing keeps an old snapshot once its last job is done.
    private func answer(
        _ job: Job, _ shared: LoopShared, _ tally: inout LoopTally, _ counters: LoopCounters
    ) {
        beforeJob.withLockedValue({ $0 })()
        var handler = MessageHandler(shared: shared, counters: counters, explains: true)
        handler.use(job.inForce)
        let reply = handler.explain(job.message, isTrusted: job.isTrusted)
        tally = tally + handler.tally
        counters.publish(tally)
        _ = job.port.post(.explained(token: job.token, reply: reply))
    }
}

extension MessageHandler {
    /// The whole reply to a message, however long it takes; the message was counted where it came in.
    mutating func explain(_ message: [UInt8], isTrusted: Bool) -> [UInt8] {
        var budget = TurnBudget()
        budget.questions = WireBounds.questionsMax + 1
        var buffer = WireBuffer(capacity: message.count)
        buffer.append(message[...])
        _ = answer(buffer.view, isTrusted: isTrusted, progress: nil, &budget)
        tally.requests -= 1
        return replies.bytes
    }
}
