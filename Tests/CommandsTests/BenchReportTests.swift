import JSONDocument
import Testing

@testable import Commands

/// Results made of given latencies.
enum SampleResult {
    /// A thousand requests of 1 to 1,000 microseconds.
    static func thousand(_ plan: LoadPlan = LoadPlan(), denied: Int = 0) -> LoadResult {
        make(plan, (1...1_000).map { UInt64($0) * 1_000 }, denied: denied)
    }

    static func make(
        _ plan: LoadPlan, _ latencies: [UInt64], denied: Int = 0, backlog: LoadBacklog = LoadBacklog(),
        faults: [LoadFault] = [], isCutShort: Bool = false, revisionAfter: String? = "r1", lost: Int = 0,
        delays: [UInt64] = []
    ) -> LoadResult {
        var tally = LoadTally()
        for (index, latency) in latencies.enumerated() {
            tally.record(latency: latency, index < denied ? ReplyOutcome(implicitDeny: 1) : ReplyOutcome(allowed: 1))
        }
        for fault in faults { tally.count(fault) }
        for delay in delays { tally.record(sendDelay: delay) }
        tally.arrivals = latencies.count
        tally.backlog = backlog
        tally.connectionsLost = lost
        return LoadResult(
            plan: plan, socketPath: "/run/s", revision: "r1", revisionAfter: revisionAfter,
            measuredNanoseconds: 2_000_000_000, isCutShort: isCutShort,
            due: plan.requestsPerSecond.map { Int($0 * 2) }, tally: tally)
    }
}

@Suite("The result of `bench`")
struct BenchReportTests {
    private func text(_ result: LoadResult) -> String { LoadReport(style: Style(isColoured: false)).text(result) }

    @Test("the table says what the histogram holds")
    func table() {
        #expect(
            text(SampleResult.thousand(denied: 250)) == """
                Authorize, closed loop: 1 connection, 1 request under way
                  /run/s, revision r1, 2.0 s after 1.0 s of warm-up

                  requests    1,000   500 a second
                  allowed       750   75.0 %
                  denied        250   25.0 %   implicitDeny 250
                  errors          0

                  latency       min      p50      p90      p99    p99.9      max     mean
                            1.00 µs   500 µs   900 µs   990 µs   999 µs  1.00 ms   501 µs
                """)
    }

    @Test("errors are told by their kind, batches by their questions")
    func kinds() {
        var plan = LoadPlan()
        plan.batch = 10
        plan.connections = 2
        plan.pipeline = 4
        let faults = [
            LoadFault(name: "io.postern.BadRequest", example: "no\u{1B}[2J", count: 3),
            LoadFault(name: "no reply", example: "none came within 10 s", count: 7),
        ]
        let text = text(SampleResult.make(plan, [1_000, 2_000], faults: faults))
        #expect(
            text.hasPrefix(
                "AuthorizeMany of 10 questions, closed loop: 2 connections, 4 requests under way on each\n"))
        #expect(text.contains("\n  questions   12   10 a second\n"), "\(text)")
        #expect(
            text.contains("\n  errors      10   83.3 %\n    no reply: 7, such as: none came within 10 s\n"), "\(text)")
        #expect(text.contains("    io.postern.BadRequest: 3, such as: no\\u{1b}[2J\n"))
    }

    @Test(
        "a rate that was not reached is said plainly, and whose fault it is",
        arguments: [
            (
                LoadBacklog(unsent: 0, waiting: 4_000), LoadVerdict.sidecarBehind,
                "warning: the sidecar could not keep up: "
            ),
            (LoadBacklog(unsent: 4_000, waiting: 100), .clientBehind, "warning: this client could not keep up: "),
            (LoadBacklog(unsent: 3, waiting: 80), .keptUp, ""),
        ])
    func behind(_ backlog: LoadBacklog, _ verdict: LoadVerdict, _ words: String) throws {
        var plan = LoadPlan()
        plan.requestsPerSecond = 2_000
        let result = SampleResult.make(plan, [1_000, 1_000], backlog: backlog, delays: [0])
        #expect(result.verdict == verdict)
        let text = text(result)
        #expect(text.hasPrefix("Authorize, open loop: 2,000 requests a second over 1 connection\n"))
        #expect(text.contains("  of which this client sent late: p50 0 ns, p99 0 ns, max 0 ns"))
        if words.isEmpty {
            #expect(!text.contains("warning"))
        } else {
            #expect(text.contains(words + "1 of 2,000 requests a second, and "), "\(text)")
        }
        let json = try JSONDocument(Array(result.json.utf8), limits: .file).root
        #expect(json["keptUp"]?.value == .bool(verdict == .keptUp))
    }

    @Test("of a client that sent nothing of what became due it is not said that it was never late")
    func noDelays() throws {
        var plan = LoadPlan()
        plan.requestsPerSecond = 2_000
        let result = SampleResult.make(plan, [1_000], backlog: LoadBacklog(unsent: 4_000, waiting: 100))
        #expect(text(result).contains("  none of these became due in this time"))
        #expect(!text(result).contains("sent late"))
        let json = try JSONDocument(Array(result.json.utf8), limits: .file).root
        #expect(json["sentLateNanoseconds"]?["p50"] == nil)
    }

    @Test("a client that is late itself says so")
    func ownDelay() {
        var plan = LoadPlan()
        plan.requestsPerSecond = 1
        for (delay, isTold) in [(UInt64(10_000), false), (30_000, true)] {
            let result = SampleResult.make(plan, [100_000, 100_000], delays: [delay])
            #expect(result.warnings.contains { $0.contains("is this client's own") } == isTold)
        }
    }

    @Test("whatever else one should know stands below the table")
    func warnings() {
        let result = SampleResult.make(
            LoadPlan(), [1_000], isCutShort: true, revisionAfter: "r2", lost: 1)
        let text = text(result)
        #expect(text.contains("warning: the sidecar closed 1 connection of 1\n"))
        #expect(text.contains("warning: other policies came into force meanwhile: revision r2\n"))
        #expect(text.hasSuffix("warning: ended early, after 2.0 s"))
    }

    @Test("a run without a decision is no measurement")
    func failure() {
        #expect(SampleResult.thousand().failure == nil)
        #expect(SampleResult.thousand(denied: 1_000).failure == nil)
        let fault = LoadFault(name: "io.postern.BadRequest", example: "no", count: 3)
        let onlyErrors = SampleResult.make(LoadPlan(), [], faults: [fault]).failure
        #expect(
            onlyErrors
                == "every question had an error, most often io.postern.BadRequest: no; try one with `postern authorize`"
        )
        #expect(SampleResult.make(LoadPlan(), [], isCutShort: true).failure?.contains("see --warmup") == true)
        #expect(SampleResult.make(LoadPlan(), []).failure?.contains("longer --duration") == true)
    }

    @Test("JSON has the same numbers, and a distribution that only rises")
    func json() throws {
        let root = try JSONDocument(Array(SampleResult.thousand(denied: 250).json.utf8), limits: .file).root
        #expect(root["requests"]?.value == .number("1000") && root["requestsPerSecond"]?.value == .number("500"))
        #expect(root["allowed"]?.value == .number("750") && root["implicitDeny"]?.value == .number("250"))
        let latency = try #require(root["latencyNanoseconds"])
        #expect(latency["min"]?.value == .number("1000") && latency["max"]?.value == .number("1000000"))
        #expect(latency["mean"]?.value == .number("500500"))
        let steps = try #require(root["distribution"]?.elements).compactMap { $0.elements?.map(number) }
        #expect(steps.count > 20 && steps.last == [100, 1_000_000])
        for (step, next) in zip(steps, steps.dropFirst()) { #expect(step[0] <= next[0] && step[1] <= next[1]) }
    }

    private func number(_ node: JSONNode) -> Double {
        if case .number(let text) = node.value { Double(text) ?? -1 } else { -1 }
    }

    @Test(
        "times have three digits and the unit that fits",
        arguments: [
            (0, "0 ns"), (812, "812 ns"), (999, "999 ns"), (1_000, "1.00 µs"), (16_240, "16.2 µs"), (99_960, "100 µs"),
            (999_400, "999 µs"), (999_500, "1.00 ms"), (4_096_000, "4.10 ms"), (1_030_000_000, "1.03 s"),
            (3.6e12, "3600 s"),
        ])
    func times(nanoseconds: Double, text: String) {
        #expect(LatencyText.of(nanoseconds) == text)
    }
}

@Suite("The progress of `bench`")
struct LoadProgressTests {
    private func told(isTerminal: Bool, seconds: [Double]) -> String {
        var text = ""
        var progress = LoadProgress(isTerminal: isTerminal) { text += $0 }
        for second in seconds {
            let measured = UInt64(second * 1_000_000_000)
            progress.tell(SampleResult.thousand().tally, measuredNanoseconds: measured, LoadPlan())
        }
        progress.clear()
        return text
    }

    @Test("a terminal has one line that changes and then goes")
    func terminal() {
        #expect(
            told(isTerminal: true, seconds: [0, 2])
                == "\rwarming up\u{1B}[K\r2.0 of 10 s  500 requests/s  p50 500 µs  p99 990 µs\u{1B}[K\r\u{1B}[K")
    }

    @Test("anything else has a plain line now and then, and no control characters")
    func plain() {
        let text = told(isTerminal: false, seconds: [0, 1, 2, 5.1, 5.2, 9, 10.3])
        #expect(text.split(separator: "\n").map { $0.prefix(3) } == ["5.1", "10."])
        #expect(!text.contains("\r") && !text.contains("\u{1B}"))
        #expect(told(isTerminal: false, seconds: [0, 0.2]) == "")
    }
}
