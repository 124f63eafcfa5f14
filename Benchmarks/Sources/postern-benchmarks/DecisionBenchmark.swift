import Authorizer
import CMeasure
import Directory

/// Decisions in process: nanoseconds, instructions and allocations.
enum DecisionBenchmark {
    static let sizes = [100, 1_000, 10_000, 100_000]
    private static let blocks = 41
    private static let blockDecisions = 5_000
    /// Decisions that callgrind counts.
    private static let countedDecisions = 2_000

    /// Measures the ladder of sizes.
    static func run(_ report: inout Report) throws {
        report.section("Decision in process (5 context keys; 3 attached + inline + group + boundary)")
        try checkThatAllocationsAreSeen()
        for size in sizes {
            var decider = try Decider.ready(statements: size)
            let check = try decider.check()
            let label = "\(size) statements"
            report.add("\(label): questions equal to the reference", Double(check.sample), "questions")
            report.add("\(label): of them allowed", Double(check.allowed), "questions")
            try report.add("\(label): one principal, over and over", median(&decider, inTurn: false), "ns")
            try report.add(
                "\(label): \(decider.questionCount) principals in turn", median(&decider, inTurn: true), "ns")
            try report.add("\(label): allocations of \(blockDecisions) decisions", allocations(&decider), "allocations")
        }
    }

    /// The median of blocks, a decision, after one that warms up.
    ///
    /// Each block of `one principal` takes another one, for questions differ more than sizes do.
    private static func median(_ decider: inout Decider, inTurn: Bool) throws -> Double {
        var times: [Double] = []
        for block in 0..<blocks {
            let first = inTurn ? 0 : block * decider.questionCount / blocks
            _ = try decider.collectedLoop(100, from: first, inTurn: inTurn)
            let start = measure_nanoseconds()
            _ = try decider.collectedLoop(blockDecisions, from: first, inTurn: inTurn)
            times.append(Double(measure_nanoseconds() - start) / Double(blockDecisions))
        }
        return Statistics.percentile(Array(times.dropFirst()), 50)
    }

    /// An array's storage comes from the Swift runtime: a counter that misses it would show 0 for everything.
    private static func checkThatAllocationsAreSeen() throws {
        let before = measure_allocations()
        var kept: [[Int]] = []
        kept.reserveCapacity(100)
        for number in 0..<100 { kept.append(Array(repeating: number, count: 10 + Int(measure_nanoseconds() & 1))) }
        let counted = measure_allocations() - before
        guard counted >= 100, kept.count == 100 else {
            throw BenchmarkFailure(description: "of 101 allocations the counter saw \(counted)")
        }
    }

    private static func allocations(_ decider: inout Decider) throws -> Double {
        let before = measure_allocations()
        _ = try decider.collectedLoop(blockDecisions, inTurn: true)
        return Double(measure_allocations() - before)
    }

    /// What runs under callgrind, which counts inside `collectedLoop` alone.
    static func counted(statements: Int, inTurn: Bool) throws {
        var decider = try Decider.ready(statements: statements)
        _ = try decider.collectedLoop(countedDecisions, inTurn: inTurn)
    }
}
