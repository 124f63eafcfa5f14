/// Many callers at once, beside the echo under the same load.
enum LoadPart {
    private static let callers = [1, 8, 64]
    private static let shares = [0.5, 0.8]
    private static let quietCallers = 63
    /// Questions a second of one quiet caller.
    private static let quietRate = 20.0
    private static let batchQuestions = 512

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
            var closed = Load(callers: count, rate: nil, seconds: effort.loadSeconds, messages: message)
            let (ours, theirs) = (try apply(closed, postern, echo, effort.runs))
            report.add("closed loop: postern", Statistics.median(ours.map(\.perSecond)), "a second")
            report.add("closed loop: echo", Statistics.median(theirs.map(\.perSecond)), "a second")
            let capacity = Statistics.median(ours.map(\.perSecond))
            for share in shares {
                closed.rate = capacity * share
                let (mine, bare) = try apply(closed, postern, echo, effort.runs)
                let label = "open loop at \(Int(share * 100)) %"
                for percent in [50.0, 99] {
                    report.add("\(label): postern p\(Int(percent))", median(mine, percent), "ns")
                    report.add("\(label): echo p\(Int(percent))", median(bare, percent), "ns")
                }
                let ratios = zip(mine, bare).map { $0.percentile(99) / $1.percentile(99) }
                report.add(
                    "\(label): p99, postern / echo", Statistics.median(ratios), "x",
                    key: "load.\(count).\(Int(share * 100))")
                points["postern, \(Int(share * 100)) %", default: []].append(
                    Point(x: Double(count), y: median(mine, 99)))
                points["echo, \(Int(share * 100)) %", default: []].append(
                    Point(x: Double(count), y: median(bare, 99)))
            }
        }
        for (name, series) in points.sorted(by: { $0.key > $1.key }) { report.draw("callers", name, series) }
    }

    private static func median(_ outcomes: [Load.Outcome], _ percent: Double) -> Double {
        Statistics.median(outcomes.map { $0.percentile(percent) })
    }

    /// Alternates between the two, and insists that every question was answered.
    private static func apply(
        _ load: Load, _ postern: String, _ echo: String, _ runs: Int
    ) throws -> ([Load.Outcome], [Load.Outcome]) {
        var (ours, theirs): ([Load.Outcome], [Load.Outcome]) = ([], [])
        for _ in 0..<runs {
            theirs.append(try load.apply(to: echo))
            ours.append(try load.apply(to: postern))
        }
        let failed = (ours + theirs).reduce(0) { $0 + $1.failed }
        guard failed == 0 else { throw BenchmarkFailure(description: "\(failed) questions failed under load") }
        return (ours, theirs)
    }

    private static func besideBatches(
        _ report: inout Report, _ effort: Effort, _ postern: String, _ message: [UInt8], _ batch: [UInt8]
    ) throws {
        report.section("\(quietCallers) quiet callers beside one that pipelines calls of \(batchQuestions) questions")
        let quiet = Load(
            callers: quietCallers, rate: quietRate * Double(quietCallers), seconds: effort.loadSeconds,
            messages: message)
        var busy = quiet
        busy.batch = batch
        var (alone, beside, ratios, batches): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<effort.runs {
            let (one, other) = (try quiet.apply(to: postern), try busy.apply(to: postern))
            guard one.failed + other.failed == 0 else {
                throw BenchmarkFailure(description: "quiet questions failed")
            }
            alone.append(one.percentile(99))
            beside.append(other.percentile(99))
            ratios.append(other.percentile(99) / one.percentile(99))
            batches.append(Double(other.batches * batchQuestions) / other.seconds)
        }
        report.add("the call of \(batchQuestions) questions", Double(batch.count), "bytes")
        report.add("questions answered in such calls", Statistics.median(batches), "a second")
        report.add("quiet callers alone: p99", Statistics.median(alone), "ns")
        report.add("quiet callers beside it: p99", Statistics.median(beside), "ns")
        report.add("quiet callers' p99: beside / alone", Statistics.median(ratios), "x", key: "load.quiet")
    }
}
