import CMeasure
import Directory

/// Two threads that decide at the same time in one snapshot.
enum ThreadPart {
    /// What one thread does; nobody else touches it while the thread runs.
    private final class Worker {
        private var decider: Decider
        private let processor: Int32
        private let decisions: Int
        private(set) var perSecond: Double = 0

        init(_ store: BenchmarkStore, _ snapshot: Snapshot, processor: Int32, decisions: Int) throws {
            decider = Decider(store, snapshot)
            try decider.check()
            self.processor = processor
            self.decisions = decisions
        }

        func work() throws {
            _ = measure_pin(processor)
            _ = try decider.collectedLoop(1_000, inTurn: true)
            let start = measure_nanoseconds()
            _ = try decider.collectedLoop(decisions, inTurn: true)
            perSecond = Double(decisions) / Double(measure_nanoseconds() - start) * 1e9
        }
    }

    static func run(_ report: inout Report, _ effort: Effort) throws {
        report.section("Threads: rung M, all principals in turn")
        let store = try Rung.medium.store(divisor: effort.divisor)
        let shared = try SnapshotBuilder().build(store.directory, revision: "")
        let other = try SnapshotBuilder().build(store.directory, revision: "")
        let decisions = effort.decisions * 60
        let one = try Worker(store, shared, processor: 0, decisions: decisions)
        let two = try Worker(store, shared, processor: 1, decisions: decisions)
        // As the second, but it shares nothing: what the machine itself takes from two threads.
        let apart = try Worker(store, other, processor: 1, decisions: decisions)
        var (ratios, controls): ([Double], [Double]) = ([], [])
        for _ in 0..<max(effort.runs * 3, 1) {
            let alone = (try together([one]) + together([two])) / 2
            ratios.append(try together([one, two]) / alone)
            controls.append(try together([one, apart]) / alone)
        }
        report.add("two threads / one", Statistics.median(ratios), "x", key: "threads")
        report.add("control: two threads with a snapshot each / one", Statistics.median(controls), "x")
    }

    /// Decisions a second of all of them.
    private static func together(_ workers: [Worker]) throws -> Double {
        let jobs = try workers.map { worker in try Job { try worker.work() } }
        for job in jobs { try job.join() }
        return workers.reduce(0) { $0 + $1.perSecond }
    }
}
