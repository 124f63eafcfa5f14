/// Many callers at once, beside the echo under the same load.
enum LoadPart {
    private static let callers = [1, 8, 64]
    private static let shares = [0.5, 0.8]
    private static let quietCallers = 63
    /// Questions a second of one quiet caller.
    private static let quietRate = 20.0
    private static let batchQuestions = 512
    /// Blocks of a run, each long enough for its 99th percentile to be of five questions.
    private static let quietBlocks = 5

    static func run(_ report: inout Report, _ effort: Effort) throws {
        let folder = try TemporaryFolder()
        let bench = try Bench()
        defer { extendLifetime(bench) }
        let store = try Rung.medium.store(divisor: effort.divisor)
        let served = try Served(writing: store, place: folder.path)
        try served.check(store)
        let question = try WirePart.allowedQuestion(store)
        let message = Messages.authorize(question)
        let replyBytes = try served.connect().exchange(message).utf8.count + 1
        let echo = try Echo(place: folder.path, replyBytes: replyBytes)
        try manyCallers(&report, effort, served.socket, echo.socket, message)
        try besideBatches(&report, effort, served.socket, message, Messages.many(question, resources: batchQuestions))
    }

    private static func manyCallers(
        _ report: inout Report, _ effort: Effort, _ postern: String, _ echo: String, _ message: [UInt8]
    ) throws {
        var points: [String: [Point]] = [:]
        for count in callers {
            report.section(count == 1 ? "1 caller: rung M, one loop, pinned" : "\(count) callers")
            let closed = Load(callers: count, rate: nil, seconds: effort.loadSeconds, messages: message)
            let pairs = try alternate(closed, postern, echo, effort.runs)
            let capacity = Statistics.median(pairs.map(\.ours.perSecond))
            report.add("closed loop: postern", capacity, "a second")
            report.add("closed loop: echo", Statistics.median(pairs.map(\.echo.perSecond)), "a second")
            for share in shares {
                var open = closed
                open.rate = capacity * share
                open.seconds = effort.loadSeconds / Double(effort.loadBlocks)
                let runs = try (0..<effort.runs).map { _ in try alternate(open, postern, echo, effort.loadBlocks) }
                let percent = Int(share * 100)
                let tails = add(runs, "open loop at \(percent) %", key: "load.\(count).\(percent)", &report)
                points["postern, \(percent) %", default: []].append(Point(x: Double(count), y: tails.ours))
                points["echo, \(percent) %", default: []].append(Point(x: Double(count), y: tails.echo))
            }
        }
        for (name, series) in points.sorted(by: { $0.key > $1.key }) { report.draw("callers", name, series) }
    }

    /// Both under the same load, one right after the other.
    private struct Pair {
        var ours: Load.Outcome
        var echo: Load.Outcome

        func ratio(_ percent: Double) -> Double { ours.percentile(percent) / echo.percentile(percent) }
    }

    /// Adds what the blocks of each run came to; the tails of both, as they are drawn.
    ///
    /// A block is short, so that a moment in which the machine stands still is one block's and not the whole run's; what
    /// all blocks together come to, with every such moment, is beside it.
    private static func add(
        _ runs: [[Pair]], _ label: String, key: String, _ report: inout Report
    ) -> (ours: Double, echo: Double) {
        let pairs = runs.flatMap { $0 }
        func median(_ percent: Double, _ side: (Pair) -> Load.Outcome) -> Double {
            Statistics.median(pairs.map { side($0).percentile(percent) })
        }
        for percent in [50.0, 99] {
            report.add("\(label): postern p\(Int(percent))", median(percent, \.ours), "ns")
            report.add("\(label): echo p\(Int(percent))", median(percent, \.echo), "ns")
        }
        for (name, side) in [("postern", \Pair.ours), ("echo", \Pair.echo)] {
            let all = pairs.flatMap { $0[keyPath: side].latencies }
            report.add("\(label): \(name) p99 of all blocks together", Statistics.percentile(all, 99), "ns")
        }
        let ratios = runs.map { run in Statistics.median(run.map { $0.ratio(99) }) }
        report.add("\(label): p99, postern / echo", Statistics.median(ratios), "x", key: key)
        report.add("\(label): lowest run", ratios.min() ?? .nan, "x")
        report.add("\(label): highest run", ratios.max() ?? .nan, "x")
        return (median(99, \.ours), median(99, \.echo))
    }

    /// Alternates between the two.
    private static func alternate(
        _ load: Load, _ postern: String, _ echo: String, _ times: Int
    ) throws -> [Pair] {
        try (0..<times).map { number in
            var load = load
            load.seed += UInt64(number)
            let (bare, ours) = try inTurn(number, (load, echo), (load, postern))
            return Pair(ours: ours, echo: bare)
        }
    }

    /// Applies both loads to their sockets, one of them first in every other block; insists that every question was
    /// answered.
    private static func inTurn(
        _ number: Int, _ one: (load: Load, socket: String), _ other: (load: Load, socket: String)
    ) throws -> (Load.Outcome, Load.Outcome) {
        let isFirst = number % 2 == 0
        let outcomes = try (isFirst ? [one, other] : [other, one]).map { try $0.load.apply(to: $0.socket) }
        let failed = outcomes.reduce(0) { $0 + $1.failed }
        guard failed == 0 else { throw BenchmarkFailure(description: "\(failed) questions failed under load") }
        return isFirst ? (outcomes[0], outcomes[1]) : (outcomes[1], outcomes[0])
    }

    private static func besideBatches(
        _ report: inout Report, _ effort: Effort, _ postern: String, _ message: [UInt8], _ batch: [UInt8]
    ) throws {
        report.section("\(quietCallers) quiet callers beside one that pipelines calls of \(batchQuestions) questions")
        var quiet = Load(
            callers: quietCallers, rate: quietRate * Double(quietCallers),
            seconds: effort.loadSeconds / Double(quietBlocks), messages: message, sleeps: true)
        var (alone, beside, batches): ([Load.Outcome], [Load.Outcome], [Double]) = ([], [], [])
        let ratios = try (0..<effort.runs).map { _ in
            // As above: a moment in which the machine stands still is one block's.
            let blocks = try (0..<quietBlocks).map { number in
                quiet.seed += 1
                var busy = quiet
                busy.batch = batch
                let (one, other) = try inTurn(number, (quiet, postern), (busy, postern))
                alone.append(one)
                beside.append(other)
                batches.append(Double(other.batches * batchQuestions) / other.seconds)
                return other.percentile(99) / one.percentile(99)
            }
            return Statistics.median(blocks)
        }
        report.add("the call of \(batchQuestions) questions", Double(batch.count), "bytes")
        report.add("questions answered in such calls", Statistics.median(batches), "a second")
        for (name, outcomes) in [("alone", alone), ("beside it", beside)] {
            for percent in [50.0, 99] {
                let median = Statistics.median(outcomes.map { $0.percentile(percent) })
                report.add("quiet callers \(name): p\(Int(percent))", median, "ns")
            }
            let all = Statistics.percentile(outcomes.flatMap(\.latencies), 99)
            report.add("quiet callers \(name): p99 of all blocks together", all, "ns")
        }
        report.add("quiet callers' p99: beside / alone", Statistics.median(ratios), "x", key: "load.quiet")
        report.add("quiet callers' p99: lowest run", ratios.min() ?? .nan, "x")
        report.add("quiet callers' p99: highest run", ratios.max() ?? .nan, "x")
    }
}
