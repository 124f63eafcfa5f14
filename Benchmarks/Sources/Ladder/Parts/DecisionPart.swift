import Authorizer
import CMeasure
import Directory

/// Decisions in process: nanoseconds and allocations.
enum DecisionPart {
    private static let blocks = 41

    static func run(_ report: inout Report, _ effort: Effort) throws {
        report.section("Decision in process")
        try checkThatAllocationsAreSeen()
        for rung in [Rung.small, .medium, .large, .extraLarge, .awkward] {
            report.progress("rung \(rung.name)")
            var decider = try Decider.ready(try rung.store(divisor: effort.divisor))
            let check = try decider.check()
            report.add("\(rung.name): statements", Double(decider.snapshot.counts.statements), "")
            report.add("\(rung.name): answers equal to the reference", Double(check.sample), "questions")
            report.add("\(rung.name): of them allowed", Double(check.allowed), "questions")
            let hot = try median(&decider, effort, inTurn: false)
            report.add("\(rung.name): one principal, over and over", hot, "ns", key: "decision.\(rung.name).hot")
            let turn = try median(&decider, effort, inTurn: true)
            report.add(
                "\(rung.name): \(NumberText.grouped(decider.questionCount)) questions in turn", turn, "ns",
                key: "decision.\(rung.name).turn")
            try lookAhead(&report, rung.name, &decider)
            try report.add(
                "\(rung.name): allocations of \(effort.decisions) decisions", allocations(&decider, effort), "",
                key: "decision.\(rung.name).allocations")
        }
    }

    /// The median of blocks, a decision, after one that warms up.
    ///
    /// Each block of `one principal` takes another one, for questions differ more than sizes do.
    static func median(_ decider: inout Decider, _ effort: Effort, inTurn: Bool) throws -> Double {
        let blocks = min(blocks, effort.blocks + 1)
        // In turn, a block is the whole store once, as far as that can be waited for.
        let times = inTurn ? max(effort.decisions, min(decider.questionCount, 20_000)) : effort.decisions
        var samples: [Double] = []
        for block in 0..<blocks {
            let first = inTurn ? 0 : block * decider.questionCount / blocks
            _ = try decider.collectedLoop(100, from: first, inTurn: inTurn)
            let start = measure_nanoseconds()
            _ = try decider.collectedLoop(times, from: first, inTurn: inTurn)
            samples.append(Double(measure_nanoseconds() - start) / Double(times))
        }
        return Statistics.median(Array(samples.dropFirst()))
    }

    /// Questions in turn by themselves and as a call of many asks them, in alternating blocks.
    private static func lookAhead(_ report: inout Report, _ rung: String, _ decider: inout Decider) throws {
        let times = min(decider.questionCount, 20_000)
        var (alone, ahead, ratios): ([Double], [Double], [Double]) = ([], [], [])
        for block in 0..<blocks {
            let begun = measure_nanoseconds()
            let one = try decider.collectedLoop(times, inTurn: true)
            let between = measure_nanoseconds()
            let other = try decider.collectedBatch(times)
            let ended = measure_nanoseconds()
            guard one == other else { throw BenchmarkFailure(description: "looking ahead changes answers") }
            guard block > 0 else { continue }
            alone.append(Double(between - begun) / Double(times))
            ahead.append(Double(ended - between) / Double(times))
            ratios.append(ahead[ahead.count - 1] / alone[alone.count - 1])
        }
        report.add("\(rung): in turn, as a call of many asks them", Statistics.median(ahead), "ns")
        report.add(
            "\(rung): the same / without looking for callers ahead", Statistics.median(ratios), "x",
            key: "decision.\(rung).ahead")
    }

    /// An array's storage comes from the Swift runtime: a counter that misses it would show 0 for everything.
    static func checkThatAllocationsAreSeen() throws {
        let before = measure_allocations()
        var kept: [[Int]] = []
        kept.reserveCapacity(100)
        for number in 0..<100 { kept.append(Array(repeating: number, count: 10 + Int(measure_nanoseconds() & 1))) }
        let counted = measure_allocations() - before
        guard counted >= 100, kept.count == 100 else {
            throw BenchmarkFailure(description: "of 101 allocations the counter saw \(counted)")
        }
    }

    static func allocations(_ decider: inout Decider, _ effort: Effort) throws -> Double {
        let before = measure_allocations()
        _ = try decider.collectedLoop(effort.decisions, inTurn: true)
        return Double(measure_allocations() - before)
    }
}
