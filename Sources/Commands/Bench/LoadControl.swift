internal import Synchronization

/// What the threads of a run are told, and tell.
final class LoadControl: Sendable {
    /// Replies that arrive from here on are measured.
    let beginNanoseconds: UInt64
    private let end: Atomic<UInt64>
    private let abandoned = Atomic(false)
    private let running: Atomic<Int>

    init(beginNanoseconds: UInt64, endNanoseconds: UInt64, threads: Int) {
        self.beginNanoseconds = beginNanoseconds
        end = Atomic(endNanoseconds)
        running = Atomic(threads)
    }

    /// From here on no request begins.
    var endNanoseconds: UInt64 { end.load(ordering: .relaxed) }

    /// Whether replies that are still to come are not waited for.
    var isAbandoned: Bool { abandoned.load(ordering: .relaxed) }

    /// Whether some thread has not finished.
    var isRunning: Bool { running.load(ordering: .acquiring) > 0 }

    /// Ends the run now, if it has not ended; ends the wait for replies, if it has.
    func interrupt(at now: UInt64) {
        if now >= endNanoseconds {
            abandoned.store(true, ordering: .relaxed)
        } else {
            end.store(now, ordering: .relaxed)
        }
    }

    /// A thread has finished.
    func finished() { running.subtract(1, ordering: .releasing) }
}
