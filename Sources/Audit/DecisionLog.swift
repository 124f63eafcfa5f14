internal import NIOConcurrencyHelpers
internal import Synchronization

/// What the threads that decide and the one that writes share: rings, names of revisions, counts.
///
/// Each thread that decides has a `recorder` of its own; one thread has a `DecisionDrain` and sleeps as the log says.
public final class DecisionLog: Sendable {
    /// What became of the decisions so far.
    public struct Counts: Sendable, Hashable {
        /// Lines that were written.
        public var written = 0
        /// Decisions for which a ring had no room.
        public var dropped = 0
        /// Lines that could not be written.
        public var failed = 0
    }

    /// What the drain's thread does.
    enum DrainState: Int {
        /// It works, and looks again before it sleeps.
        case working
        /// It waits for a moment so that more comes together; only a ring that fills up wakes it.
        case gathering
        /// It sleeps, and is woken by the first decision.
        case sleeping
    }

    /// Memory of a ring: some eight thousand ordinary decisions.
    public static let ringBytes = 1 << 20

    let rings: [DecisionRing]
    private let wake: @Sendable () -> Void
    private let state = Atomic<Int>(DrainState.working.rawValue)
    private let written = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)
    private let names = NIOLockedValueBox(RevisionNames())

    /// A log with a ring for each thread that decides; `wake` ends the sleep of the drain's thread.
    public init(rings count: Int, ringBytes: Int = DecisionLog.ringBytes, wake: @escaping @Sendable () -> Void) {
        rings = (0..<count).map { _ in DecisionRing(bytes: ringBytes) }
        self.wake = wake
    }

    /// The writing end of a ring, for one thread; no ring has two at a time.
    public func recorder(_ index: Int) -> DecisionRecorder { DecisionRecorder(rings[index], self) }

    /// The number by which records name a revision; asked for once a snapshot, not once a decision.
    public func number(of revision: String) -> UInt32 { names.withLockedValue { $0.number(of: revision) } }

    /// What became of the decisions so far; any thread may ask.
    public var counts: Counts {
        Counts(
            written: written.load(ordering: .relaxed), dropped: rings.reduce(0) { $0 + $1.dropped },
            failed: failed.load(ordering: .relaxed))
    }

    /// How the drain's thread is about to wait: for a moment if records come, else until it is woken.
    public func drainWaits(forMore isGathering: Bool) {
        let next = isGathering ? DrainState.gathering : .sleeping
        state.store(next.rawValue, ordering: .sequentiallyConsistent)
    }

    /// The drain's thread works again.
    public func drainWorks() { state.store(DrainState.working.rawValue, ordering: .relaxed) }

    func revision(_ number: UInt32) -> String? { names.withLockedValue { $0[number] } }

    func count(written lines: Int, failed lost: Int) {
        written.add(lines, ordering: .relaxed)
        failed.add(lost, ordering: .relaxed)
    }

    /// Wakes the drain, once for each time that it waits.
    ///
    /// Without a fence between publishing and looking here, the drain may be missed in the moment in which it falls
    /// asleep; so it never sleeps without a limit.
    func offer(isUrgent: Bool) {
        let seen = state.load(ordering: .relaxed)
        let isWanted = seen == DrainState.sleeping.rawValue || isUrgent && seen == DrainState.gathering.rawValue
        guard isWanted else { return }
        let was = state.exchange(DrainState.working.rawValue, ordering: .relaxed)
        if was != DrainState.working.rawValue { wake() }
    }
}

/// Short names for the revisions that records speak of.
struct RevisionNames {
    /// Revisions that are remembered; a record waits for moments, and a revision stays for longer than that.
    static let countMax = 1_024

    private var first: UInt32 = 1
    private var names: [String] = []

    /// The number of a revision; numbers are never used again.
    mutating func number(of revision: String) -> UInt32 {
        if let index = names.lastIndex(of: revision) { return first &+ UInt32(index) }
        if names.count == RevisionNames.countMax {
            names.removeFirst()
            first &+= 1
        }
        names.append(revision)
        return first &+ UInt32(names.count - 1)
    }

    /// The revision with a number; `nil` when it has been forgotten.
    subscript(number: UInt32) -> String? {
        let index = Int(number &- first)
        return index < names.count ? names[index] : nil
    }
}
