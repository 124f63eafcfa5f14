import CMeasure

/// Instructions, which repeat from run to run: callgrind counts inside one function of this program alone.
enum InstructionPart {
    static let decisions = 2_000

    /// One count: what this program is started with, and the function inside which is counted.
    struct Count: Sendable {
        var name: String
        var arguments: [String]
        var function: String
        var times: Int
        var key = ""
    }

    static func run(_ report: inout Report, _ effort: Effort) throws {
        report.section("Instructions (callgrind, nothing warmed up)")
        guard !Machine.valgrind.isEmpty else { return report.note("valgrind is not installed: nothing counted.") }
        let folder = try TemporaryFolder()
        let program = try stripped(in: folder.path)
        for count in stages + rungs(effort) + nodes {
            let value = try instructions(count, program: program)
            report.add(count.name, value, "instructions", key: count.key)
        }
        let counting = try countingReferences(
            decision(.medium, inTurn: true, divisor: effort.divisor), program, folder.path)
        report.add(
            "M: of them in retain, release, locks and allocation", counting, "instructions",
            key: "instructions.M.counting")
        var (points, near, far): ([Point], [Point], [Point]) = ([], [], [])
        for size in effort.sizes {
            let count = decision(.growth(size), inTurn: true, divisor: 1)
            points.append(Point(x: Double(size), y: try instructions(count, program: program)))
            report.add(count.name, points[points.count - 1].y, "instructions")
            let lines = try CacheLines.of(count, program: program)
            near.append(Point(x: Double(size), y: lines.beyondFirst))
            far.append(Point(x: Double(size), y: lines.beyondSecond))
            report.add("\(count.name): cache lines not among the last 32 KiB", lines.beyondFirst, "lines")
            report.add("\(count.name): cache lines not among the last MiB", lines.beyondSecond, "lines")
        }
        report.draw("instructions", "a decision, principals in turn", points)
        report.draw("lines", "not among the last 32 KiB", near)
        report.draw("lines", "not among the last MiB", far)
        guard let first = points.first, let last = points.last, points.count > 1 else { return }
        report.add("in turn: largest / smallest", last.y / first.y, "x", key: "growth.instructions")
    }

    private static let stages = [
        Count(
            name: "finding the end of a message of 281 bytes", arguments: ["counted-messages"],
            function: "collectedFrames", times: MessageCount.messages),
        Count(
            name: "reading a message of 281 bytes", arguments: ["counted-messages"], function: "collectedScans",
            times: MessageCount.messages, key: "instructions.scan"),
        Count(
            name: "writing its reply", arguments: ["counted-messages"], function: "collectedReplies",
            times: MessageCount.messages, key: "instructions.reply"),
        Count(
            name: "recording its decision for the log", arguments: ["counted-messages"], function: "collectedRecords",
            times: MessageCount.messages, key: "instructions.record"),
    ]

    private static func rungs(_ effort: Effort) -> [Count] {
        [Rung.small, .medium, .large, .awkward].flatMap { rung in
            [false, true].map { decision(rung, inTurn: $0, divisor: effort.divisor) }
        }
    }

    /// A decision that comes to one statement, by the kind of its nodes.
    private static let nodes = NodeCount.allCases.map { kind in
        Count(
            name: "one statement: \(kind.rawValue)", arguments: ["counted-node", kind.rawValue],
            function: "collectedLoop", times: decisions)
    }

    static func decision(_ rung: Rung, inTurn: Bool, divisor: Int) -> Count {
        let order = inTurn ? "turn" : "one"
        return Count(
            name: "\(rung.name): a decision, \(inTurn ? "all in turn" : "one question over and over")",
            arguments: ["counted", rung.argument, order, "\(divisor)"], function: "collectedLoop", times: decisions,
            key: "instructions.\(rung.name).\(order)")
    }

    /// valgrind cannot read the debugger's sections that Swift writes; the names of functions stay.
    private static func stripped(in folder: String) throws -> String {
        let program = "\(folder)/counted"
        let words = ["strip", "--strip-debug", "-o", program, Programs.benchmarks].map(Files.quoted)
        _ = Files.output(of: words.joined(separator: " "))
        guard Files.exists(program) else { throw BenchmarkFailure(description: "strip made no \(program)") }
        return program
    }

    private static func instructions(
        _ count: Count, program: String, profile: String = "/dev/null"
    ) throws -> Double {
        try collected(count, program: program, options: ["--callgrind-out-file=\(profile)"])[0]
    }

    /// What callgrind collected for one time, in the order of its events; at least the instructions.
    static func collected(_ count: Count, program: String, options: [String]) throws -> [Double] {
        let always = ["valgrind", "--tool=callgrind", "--toggle-collect=*\(count.function)*"]
        let early = measure_can_instrument() != 0 ? ["--instr-atstart=no"] : []
        let words = (always + options + early + [program] + count.arguments).map(Files.quoted)
        let output = Files.output(of: words.joined(separator: " ") + " 2>&1")
        let line = output.split(separator: "\n").first { $0.contains("Collected : ") }
        let numbers = line?.split(separator: " ").compactMap { Double($0) } ?? []
        guard let first = numbers.first, first > 0 else {
            throw BenchmarkFailure(description: "callgrind counted nothing: \(output)")
        }
        // The line begins with the process's number between equals signs, which is none.
        return numbers.map { $0 / Double(count.times) }
    }

    // MARK: What a decision must not do

    private static let forbidden = [
        "swift_retain", "swift_release", "swift_allocObject", "swift_beginAccess", "malloc", "calloc", "realloc",
        "free", "pthread_mutex_lock", "pthread_rwlock_rdlock",
    ]

    private static func countingReferences(_ count: Count, _ program: String, _ folder: String) throws -> Double {
        let profile = "\(folder)/profile"
        _ = try instructions(count, program: program, profile: profile)
        let costs = selfCosts(Files.text(profile))
        guard costs.contains(where: { $0.key.contains("collectedLoop") }) else {
            throw BenchmarkFailure(description: "the profile does not know `collectedLoop`")
        }
        let found = costs.filter { cost in forbidden.contains { cost.key == $0 || cost.key == "_\($0)_" } }
        return found.values.reduce(0, +) / Double(count.times)
    }

    /// Instructions of each function itself, from callgrind's file: a name is written in full once, then by its number.
    static func selfCosts(_ profile: String) -> [String: Double] {
        var (names, costs): ([Substring: String], [String: Double]) = ([:], [:])
        var (current, isInclusive) = ("", false)
        for line in profile.split(separator: "\n") {
            if line.hasPrefix("fn=") || line.hasPrefix("cfn=") {
                let parts = line.drop { $0 != "(" }.split(separator: " ", maxSplits: 1)
                guard let number = parts.first else { continue }
                if parts.count > 1 { names[number] = String(parts[1]) }
                if line.hasPrefix("fn=") { current = names[number] ?? "" }
            } else if line.hasPrefix("calls=") {
                // The next line is the cost of what was called, with all below it.
                isInclusive = true
            } else if let first = line.first, first.isNumber || first == "+" || first == "-" || first == "*" {
                let fields = line.split(separator: " ")
                if !isInclusive, fields.count > 1 { costs[current, default: 0] += Double(fields[1]) ?? 0 }
                isInclusive = false
            }
        }
        return costs
    }

    /// One line a count, for comparing commits: the name, a tab, the instructions.
    static func printAll() throws {
        let folder = try TemporaryFolder()
        let program = try stripped(in: folder.path)
        let sizes = [1_000, 10_000].map { decision(.growth($0), inTurn: true, divisor: 1) }
        for count in stages + rungs(.quick) + sizes + nodes {
            print("\(count.name)\t\(Int(try instructions(count, program: program)))")
        }
    }

    // MARK: Bounds

    /// By how much a count may be over what is written down.
    private static let slack = 1.15
    private static var bounded: [Count] { stages + [Rung.medium, .large].flatMap { both($0) } + nodes }

    private static func both(_ rung: Rung) -> [Count] {
        [false, true].map { decision(rung, inTurn: $0, divisor: Effort.quick.divisor) }
    }

    /// Holds the counts of stages and nodes against what a file says, a line each: the name, a tab, the instructions.
    ///
    /// One that is missing on either side is a fault, so that none is forgotten.
    static func checkBounds(_ path: String) throws {
        var written: [Substring: Double] = [:]
        for line in Files.text(path).split(separator: "\n") {
            let fields = line.split(separator: "\t")
            if fields.count == 2 { written[fields[0]] = Double(fields[1]) }
        }
        let folder = try TemporaryFolder()
        let program = try stripped(in: folder.path)
        var faults: [String] = []
        for count in bounded {
            let found = try instructions(count, program: program)
            print("\(count.name)\t\(Int(found))")
            guard let bound = written.removeValue(forKey: Substring(count.name)) else {
                faults.append("\(count.name): nothing is written down")
                continue
            }
            if found > bound * slack { faults.append("\(count.name): \(Int(found)) instead of \(Int(bound))") }
        }
        faults += written.keys.sorted().map { "\($0): is not counted" }
        guard faults.isEmpty else { throw BenchmarkFailure(description: faults.joined(separator: "\n")) }
    }

    /// What runs under callgrind, which counts inside `collectedLoop` alone.
    package static func counted(_ rung: Rung, inTurn: Bool, divisor: Int) throws {
        var decider = try Decider.ready(try rung.store(divisor: divisor))
        try decider.check()
        measure_instrument(1)
        _ = try decider.collectedLoop(decisions, inTurn: inTurn)
        measure_instrument(0)
    }
}

extension Rung {
    /// What `init(_:)` reads.
    var argument: String {
        if case .growth(let statements) = self { return "\(statements)" }
        return name
    }
}
