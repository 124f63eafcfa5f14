import CMeasure
import Glibc

/// Files that change while callers ask.
enum ReloadPart {
    private static let callers = 8
    private static let questionsPerSecond = 1_000.0
    private static let pauseMicroseconds: UInt32 = 100_000

    static func run(_ report: inout Report, _ effort: Effort) throws {
        let folder = try TemporaryFolder()
        for rung in [Rung.medium, .large] {
            report.progress("rung \(rung.name): writing two versions of the store")
            let store = try rung.store(divisor: effort.divisor)
            let trees = ["a", "b"].map { "\(folder.path)/\(rung.name)\($0)" }
            let size = try StoreFolder(path: trees[0]).write(store, generation: "a")
            try StoreFolder(path: trees[1]).write(store, generation: "b")
            let isHeadline = rung == .large
            let oneFile = try OneFileChange(tree: trees[0], store, place: folder.path)
            try oneFile.measure(&report, effort, files: size.files, isHeadline: isHeadline)
            let whole = WholeChange(trees: trees, link: "\(folder.path)/\(rung.name)", store: store)
            try whole.measure(&report, effort, place: folder.path, isHeadline: isHeadline)
        }
    }

    /// A load that goes on while something else happens.
    static func load(_ messages: [UInt8], seconds: Double) -> Load {
        Load(callers: callers, rate: questionsPerSecond, seconds: seconds, messages: messages, sleeps: true)
    }

    /// What callers felt, and what the server took, during changes.
    struct Felt {
        var rest: Load.Outcome
        var during: Load.Outcome
        /// Milliseconds from the change until it was in force.
        var inForce: [Double]
        /// Seconds since the load began.
        var moments: [Double]
        var restBytes: Double
        var peakBytes: Double
    }

    /// Applies a load, and changes the store meanwhile as often as `change` is to be called; it gives the moment at which
    /// it changed something, and comes back once that is in force.
    static func feel(
        _ served: Served, _ messages: [UInt8], _ effort: Effort, times: Int, change: (Int) throws -> Int64
    ) throws -> Felt {
        let rest = try load(messages, seconds: max(effort.loadSeconds, 0.2)).apply(to: served.socket)
        let restBytes = served.child.memory("VmRSS:")
        _ = measure_reset_peak(served.child.processID)
        let stop = StopSign()
        var during: Load.Outcome?
        let job = try Job { during = try load(messages, seconds: 3_600).apply(to: served.socket, stop: stop) }
        var (inForce, moments): ([Double], [Double]) = ([], [])
        do {
            usleep(pauseMicroseconds)
            for time in 0..<times {
                let begin = try change(time)
                moments.append(Double(begin))
                inForce.append(Double(measure_nanoseconds() - begin) / 1e6)
                usleep(pauseMicroseconds)
            }
        } catch {
            stop.show()
            try job.join()
            throw error
        }
        stop.show()
        try job.join()
        guard let during else { throw BenchmarkFailure(description: "the load gave nothing") }
        return Felt(
            rest: rest, during: during, inForce: inForce,
            moments: moments.map { ($0 - Double(during.began)) / 1e9 }, restBytes: restBytes,
            peakBytes: served.child.memory("VmHWM:"))
    }

    static func tell(_ report: inout Report, _ felt: Felt, key: String) {
        report.add("in force: p50", Statistics.median(felt.inForce), "ms")
        report.add(
            "in force: p99 of \(felt.inForce.count)", Statistics.percentile(felt.inForce, 99), "ms",
            key: key + ".inForce")
        report.add("callers at rest: p99", felt.rest.percentile(99) / 1e3, "µs")
        report.add("callers meanwhile: p99", felt.during.percentile(99) / 1e3, "µs")
        report.add("callers at rest: longest", felt.rest.percentile(100) / 1e3, "µs")
        report.add("callers meanwhile: longest", felt.during.percentile(100) / 1e3, "µs")
        report.add("callers' p99: meanwhile / at rest", felt.during.percentile(99) / felt.rest.percentile(99), "x")
        report.add("questions meanwhile", Double(felt.during.answered), "")
        report.add("of them failed", Double(felt.during.failed + felt.rest.failed), "", key: key + ".failed")
        report.add("memory at rest", felt.restBytes / 1e6, "MB")
        report.add("its peak / at rest", felt.peakBytes / felt.restBytes, "x", key: key + ".peak")
    }

    /// The longest wait of each moment, and when the store changed.
    static func draw(_ report: inout Report, _ picture: String, _ felt: Felt) {
        let buckets = 400.0
        let end = max(felt.during.seconds, 0.001)
        var longest: [Int: Double] = [:]
        for (moment, latency) in zip(felt.during.moments, felt.during.latencies) {
            let bucket = Int(moment / 1e9 / end * buckets)
            longest[bucket] = max(longest[bucket] ?? 0, latency)
        }
        let points = longest.sorted { $0.key < $1.key }.map { Point(x: Double($0.key) / buckets * end, y: $0.value) }
        report.draw(picture, "longest wait of a caller", points)
        let bottom = points.map(\.y).min() ?? 1
        report.draw(
            picture, "the store changed (and was in force)",
            zip(felt.moments, felt.inForce).flatMap { moment, time in
                [Point(x: moment, y: bottom), Point(x: moment + time / 1e3, y: bottom)]
            })
    }
}
