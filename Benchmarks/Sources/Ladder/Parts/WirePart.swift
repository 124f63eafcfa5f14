import CMeasure
import PolicyModel
import PolicyReference

/// Round trips of one caller, beside a bare C echo of the same sizes.
enum WirePart {
    private static let blockTrips = 50
    /// What the control adds to an echo, and between which bounds it must show for the ratios to mean anything.
    private static let controlNanoseconds = 2_000
    private static let controlBounds = 1_500.0...3_000.0

    static func run(_ report: inout Report, _ effort: Effort) throws {
        let folder = try TemporaryFolder()
        let bench = try Bench()
        defer { extendLifetime(bench) }
        let store = try Rung.medium.store(divisor: effort.divisor)
        let served = try Served(writing: store, place: folder.path)
        report.section("Round trip over a Unix socket: rung M, one caller, one loop, pinned")
        report.add("answers equal to the reference", Double(try served.check(store)), "questions")
        let question = try allowedQuestion(store)
        try oneQuestion(&report, effort, served, Messages.authorize(question), place: folder.path)
        try inTurn(&report, effort, served, Messages.authorize(store.questions), place: folder.path)
        report.section("Questions a call")
        for count in [1, 10, 100] {
            try call(&report, effort, served, Messages.many(question, resources: count), count, place: folder.path)
        }
    }

    /// The first question of a store that is allowed, as most questions of a service are.
    static func allowedQuestion(_ store: BenchmarkStore) throws -> BenchmarkQuestion {
        let reference = ReferenceView(directory: store.directory, now: Decider.now)
        for question in store.questions where try reference.answer(question).decision == .allowed { return question }
        throw BenchmarkFailure(description: "no question of \(store.name) is allowed")
    }

    /// Ours and theirs, block by block.
    private struct Alternation {
        var (ours, bare): ([Double], [Double]) = ([], [])
        var (ratios, ratios99): ([Double], [Double]) = ([], [])

        mutating func run(_ effort: Effort, _ postern: Connection, _ echo: Connection, _ messages: [UInt8]) throws {
            for _ in 0..<effort.runs {
                var (posternAll, echoAll, blockRatios): ([Double], [Double], [Double]) = ([], [], [])
                for _ in 0..<effort.blocks {
                    let theirs = try echo.roundTrips(messages, blockTrips)
                    let mine = try postern.roundTrips(messages, blockTrips)
                    blockRatios.append(Statistics.median(mine) / Statistics.median(theirs))
                    echoAll += theirs
                    posternAll += mine
                }
                ratios.append(Statistics.median(blockRatios))
                ratios99.append(Statistics.percentile(posternAll, 99) / Statistics.percentile(echoAll, 99))
                ours += posternAll
                bare += echoAll
            }
        }
    }

    private static func oneQuestion(
        _ report: inout Report, _ effort: Effort, _ served: Served, _ message: [UInt8], place: String
    ) throws {
        let postern = try served.connect()
        let replyBytes = try postern.exchange(message).utf8.count + 1
        report.add("request", Double(message.count), "bytes")
        report.add("reply", Double(replyBytes), "bytes")
        let bare = try Echo(place: place, replyBytes: replyBytes)
        let busy = try Echo(place: place, replyBytes: replyBytes, busyNanoseconds: controlNanoseconds)
        let (echo, control) = (try Connection(bare.socket), try Connection(busy.socket))
        let added = try shown(control, echo, message, blocks: effort.blocks)
        report.add("control: what \(controlNanoseconds) ns added to the echo show as", added, "ns")
        var trips = Alternation()
        try trips.run(effort, postern, echo, message)
        tell(&report, trips, "")
        report.draw("latency", "postern", Statistics.distribution(trips.ours))
        report.draw("latency", "bare C echo", Statistics.distribution(trips.bare))
        guard controlBounds.contains(added) else {
            return report.note("No ratio: this machine does not show the control, so it would not show Postern's work.")
        }
        report.add("p50: postern / echo", Statistics.median(trips.ratios), "x", key: "wire.p50")
        report.add("p50: lowest run", Statistics.percentile(trips.ratios, 0), "x")
        report.add("p50: highest run", Statistics.percentile(trips.ratios, 100), "x")
        report.add("p99: postern / echo", Statistics.median(trips.ratios99), "x", key: "wire.p99")
    }

    private static func tell(_ report: inout Report, _ trips: Alternation, _ suffix: String) {
        for percent in [50.0, 99] {
            report.add("echo p\(Int(percent))\(suffix)", Statistics.percentile(trips.bare, percent), "ns")
            report.add("postern p\(Int(percent))\(suffix)", Statistics.percentile(trips.ours, percent), "ns")
        }
    }

    private static func shown(
        _ control: Connection, _ echo: Connection, _ message: [UInt8], blocks: Int
    ) throws -> Double {
        let differences = try (0..<blocks).map { _ in
            Statistics.median(try control.roundTrips(message, blockTrips))
                - Statistics.median(try echo.roundTrips(message, blockTrips))
        }
        return Statistics.median(differences)
    }

    private static func inTurn(
        _ report: inout Report, _ effort: Effort, _ served: Served, _ messages: [UInt8], place: String
    ) throws {
        let bare = try Echo(place: place, replyBytes: 99)
        var trips = Alternation()
        try trips.run(effort, try served.connect(), try Connection(bare.socket), messages)
        tell(&report, trips, ", all principals in turn")
        report.add("p50: postern / echo, all principals in turn", Statistics.median(trips.ratios), "x")
    }

    private static func call(
        _ report: inout Report, _ effort: Effort, _ served: Served, _ message: [UInt8], _ count: Int, place: String
    ) throws {
        let postern = try served.connect()
        let replyBytes = try postern.exchange(message).utf8.count + 1
        let bare = try Echo(place: place, replyBytes: replyBytes)
        var trips = Alternation()
        var fewer = effort
        fewer.runs = 1
        try trips.run(fewer, postern, try Connection(bare.socket), message)
        report.add("\(count) in a call: postern p50, a question", Statistics.median(trips.ours) / Double(count), "ns")
        report.add("\(count) in a call: postern / echo, the call", Statistics.median(trips.ratios), "x")
    }
}
