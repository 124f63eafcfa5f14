internal import NIOConcurrencyHelpers
internal import Synchronization

/// Hands a thread's tally over while it runs, for the price of one relaxed load a turn.
///
/// The asker lays an empty tally out; the thread, when it next looks, leaves its full one and goes on with the empty one.
/// Percentiles are computed by the asker, on its own thread.
final class TallyExchange: Sendable {
    private struct Slots {
        var empty: LoadTally?
        var full: LoadTally?
    }

    private let wanted = Atomic(false)
    private let slots = NIOLockedValueBox(Slots())

    /// Asks for what the thread has measured; `take` gives it some turn later.
    func ask() {
        slots.withLockedValue { if $0.empty == nil { $0.empty = LoadTally() } }
        wanted.store(true, ordering: .relaxed)
    }

    /// What the thread has left since it was last taken.
    func take() -> LoadTally? { slots.withLockedValue { $0.full.take() } }

    /// Whether the thread is asked for its tally.
    @inline(__always)
    var isWanted: Bool { wanted.load(ordering: .relaxed) }

    /// The thread's part: leaves its tally and takes the empty one.
    func handOver(_ tally: inout LoadTally) {
        wanted.store(false, ordering: .relaxed)
        slots.withLockedValue { slots in
            // Nobody has taken the last one yet: it goes on counting.
            guard slots.full == nil, let empty = slots.empty.take() else { return }
            slots.full = tally
            tally = empty
        }
    }

    /// The thread's last part, whatever lies there already.
    func finish(_ tally: LoadTally) {
        slots.withLockedValue { slots in
            slots.full?.add(tally)
            slots.full = slots.full ?? tally
        }
    }
}
