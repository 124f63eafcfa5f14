import Glibc
import Histogram
import JSONDocument
import PosternClient
import Sidecar
import Testing

@testable import Commands

/// Loads on something that answers in known ways.
///
/// Latencies are compared only with pauses that must be in them.
@Suite("The load of `bench`", .timeLimit(.minutes(2)))
struct BenchRunTests {
    private static let question = JSONOutput.object([("principal", "p"), ("action", "a:b"), ("resource", "*")])

    /// A short run; `interrupts` is told how often it was asked and how many questions were, and ends the run.
    private func run(
        _ conduct: FakeSidecar.Conduct, _ plan: LoadPlan, interrupts: @escaping (Int, Int) -> Bool = { _, _ in false }
    ) throws -> LoadResult {
        var result: LoadResult?
        try TemporaryFolder.use { folder in
            let (sidecar, thread) = try FakeSidecar.run(at: folder + "/s", conduct)
            defer {
                sidecar.stop()
                thread.join()
            }
            var looks = 0
            let run = LoadRun(
                socketPath: folder + "/s", plan: plan, messages: try LoadMessages([Self.question], batch: plan.batch),
                client: BlockingClient(socketPath: folder + "/s")
            ) { milliseconds in
                usleep(UInt32(max(0, milliseconds)) * 1_000)
                looks += 1
                return interrupts(looks, sidecar.questions)
            }
            var progress = LoadProgress(isTerminal: true) { _ in }
            result = try run.run(&progress)
        }
        return try #require(result)
    }

    private func plan(_ change: (inout LoadPlan) -> Void = { _ in }) -> LoadPlan {
        var plan = LoadPlan()
        (plan.durationSeconds, plan.warmupSeconds, plan.timeoutSeconds) = (0.3, 0.02, 30)
        change(&plan)
        return plan
    }

    @Test("the closed loop counts every reply once, on all connections and threads")
    func closed() throws {
        let result = try run(.answers, plan { ($0.connections, $0.pipeline, $0.threads) = (3, 4, 2) })
        #expect(result.failure == nil && result.warnings.isEmpty, "\(result.warnings)")
        #expect(result.requests > 12 && result.answered == ReplyOutcome(allowed: result.requests))
        // At most what was under way at the end came later.
        #expect(result.requests - result.tally.arrivals <= 12)
        #expect(result.measuredNanoseconds == 300_000_000)
        #expect(result.revision == "r1" && result.revisionAfter == "r1")
    }

    @Test("the open loop asks exactly what is due")
    func open() throws {
        let result = try run(.answers, plan { ($0.connections, $0.requestsPerSecond) = (3, 500) })
        // 150 in the time measured, and of the warm-up at most what was answered after it.
        #expect(result.due == 150)
        #expect((150...160).contains(result.requests + result.tally.backlog.unsent), "\(result.requests)")
    }

    @Test("a pause shows in every request that it held up, not only in the one that met it")
    func coordinatedOmission() throws {
        // due      |||||||||||||||||||||||||||||||||  1,000 a second, 300 ms
        // sidecar  answers.... pause of 150 ms ......answers all
        // latency  0 0 0 0 150 149 148 … 2 1 0 0 0
        let conduct = FakeSidecar.Conduct.pauses(request: 100, milliseconds: 150)
        let open = try run(conduct, plan { $0.requestsPerSecond = 1_000 })
        #expect(open.tally.latencies.maxRecorded >= 149_000_000)
        let heldUp = open.tally.latencies.count(within: 50_000_000...3_600_000_000_000)
        // Those that were due in its first 100 ms waited for at least 50 ms.
        #expect(heldUp >= 95, "\(heldUp)")
        let closed = try run(conduct, plan { $0.warmupSeconds = 0 })
        #expect(closed.tally.latencies.maxRecorded >= 149_000_000)
    }

    @Test("a sidecar that cannot keep up is told from one that can")
    func overload() throws {
        let conduct = FakeSidecar.Conduct.pauses(request: 1, milliseconds: 600)
        let result = try run(conduct, plan { $0.requestsPerSecond = 2_000 })
        #expect(result.verdict == .sidecarBehind)
        #expect(result.warnings.first?.hasPrefix("the sidecar could not keep up: 0 of 2,000 requests a second") == true)
    }

    @Test("an interrupt ends the run early, and what was measured stands")
    func interrupted() throws {
        let result = try run(.answers, plan { ($0.durationSeconds, $0.warmupSeconds) = (60, 0) }) { $1 > 10 }
        #expect(result.isCutShort && result.requests > 0)
        #expect(result.measuredNanoseconds < 30_000_000_000)
        #expect(result.warnings.contains { $0.hasPrefix("ended early, after ") }, "\(result.warnings)")
    }

    @Test("an interrupt in the warm-up leaves nothing, and says so")
    func interruptedEarly() throws {
        let result = try run(.answers, plan { $0.warmupSeconds = 60 }) { looks, _ in looks == 1 }
        #expect(result.failure == "ended before anything was measured; see --warmup")
    }

    @Test("a second interrupt ends the wait for replies")
    func impatient() throws {
        let result = try run(.isSilent, plan { $0.timeoutSeconds = 3_600 }) { looks, _ in looks >= 3 }
        #expect(result.failure?.contains("no reply") == true)
    }

    @Test("a connection that breaks is counted, with what was under way on it")
    func lost() throws {
        let result = try run(.closes(after: 50), plan { ($0.pipeline, $0.warmupSeconds) = (4, 0) })
        #expect(result.tally.connectionsLost == 1 && result.isCutShort)
        #expect(result.answered.allowed == 50)
        #expect(result.answered.faults.map(\.name) == ["connection lost"])
        #expect((1...4).contains(result.errors))
        #expect(result.warnings.contains("the sidecar closed 1 connection of 1"))
        let none = try run(.closes(after: 0), plan())
        #expect(none.failure?.contains("connection lost") == true)
    }

    @Test("replies that make no sense are errors, and a run of them is no measurement")
    func nonsense() throws {
        let result = try run(.says(#"{"parameters":{"allowed":true}}"#), plan())
        #expect(result.errors > 0 && result.errors == result.requests)
        #expect(result.failure?.hasPrefix("every question had an error, most often unreadable reply: ") == true)
    }

    @Test("replies that nobody asked for end the connection")
    func unasked() throws {
        let twice = FakeSidecar.allowed + "\0" + FakeSidecar.allowed
        let result = try run(.says(twice), plan { $0.warmupSeconds = 0 })
        #expect(result.tally.connectionsLost == 1)
    }

    @Test("no reply within the time is an error of its own")
    func silent() throws {
        let result = try run(.isSilent, plan { ($0.pipeline, $0.timeoutSeconds) = (2, 1) })
        #expect(result.answered.faults == [LoadFault(name: "no reply", example: "none came within 1 s", count: 2)])
        #expect(result.failure?.contains("no reply: none came within 1 s") == true)
    }
}
