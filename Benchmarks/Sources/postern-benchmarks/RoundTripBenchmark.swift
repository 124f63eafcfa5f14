import Authorizer
import CMeasure
import DecisionTree
import Directory
import Glibc
import PolicyModel
import WireProtocol

/// Round trips over a Unix socket, beside a bare C echo of the same sizes.
enum RoundTripBenchmark {
    private static let runs = 7
    private static let blocks = 120
    private static let blockTrips = 50
    private static let window = 16
    /// What the control adds to an echo, and between which bounds it must show for the ratios to mean anything.
    private static let controlNanoseconds = 2_000
    private static let controlBounds = 1_500.0...3_000.0
    private static let pipelinedTrips = 20_000
    private static let scans = 20_000
    static let clientProcessor: Int32 = 0
    static let serverProcessor: Int32 = 1

    /// The two ends that are compared, and the message that both get.
    private struct Ends {
        let postern: Int32
        let echo: Int32
        /// An echo that is busy for `controlNanoseconds` a message.
        let control: Int32
        let message: [UInt8]
        let replyBytes: Int
    }

    static func run(_ report: inout Report) throws {
        report.section("Round trip over a Unix socket, pinned, one loop, \(ServedStore.statements) statements")
        let folder = try temporaryFolder()
        var children: [Int32] = []
        defer {
            for child in children { measure_kill(child) }
            for name in ["postern", "echo", "control"] { unsafe unlink("\(folder)/\(name)") }
            unsafe unlink("\(folder)/postern.lock")
            unsafe rmdir(folder)
        }
        // Else the process that reaps and the two that answer would find their processors asleep.
        for processor in [clientProcessor, serverProcessor] {
            children.append(unsafe measure_spawn("spin", "\(processor)", nil, nil))
        }
        guard measure_pin(clientProcessor) == 0 else { throw BenchmarkFailure(description: "cannot pin") }
        children.append(unsafe measure_spawn("serve", "\(folder)/postern", nil, nil))
        let ends = try connect(folder, &children)
        report.add("request", Double(ends.message.count), "bytes")
        report.add("reply", Double(ends.replyBytes), "bytes")
        try roundTrips(ends, &report)
        try pipelined(ends, &report)
        close(ends.postern)
        close(ends.echo)
        close(ends.control)
        try reading(ends, &report)
    }

    private static func temporaryFolder() throws -> String {
        var template = Array("/tmp/postern-benchmark-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw BenchmarkFailure(description: "no temporary folder") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The first question of the store that the sidecar serves and that is allowed there.
    private static func connect(_ folder: String, _ children: inout [Int32]) throws -> Ends {
        let postern = unsafe measure_connect("\(folder)/postern")
        guard postern >= 0 else { throw BenchmarkFailure(description: "the sidecar does not answer") }
        var decider = try Decider.ready(statements: ServedStore.statements)
        var reply: [UInt8] = Array(repeating: 0, count: 4_096)
        for index in 0..<decider.questionCount where try decider.decide(index).decision == .allowed {
            let message = message(decider.store.questions[index])
            let length = unsafe measure_exchange(postern, message, message.count, &reply, reply.count)
            guard length > 0 else { throw BenchmarkFailure(description: "the sidecar hung up") }
            let text = String(decoding: reply[0..<length], as: UTF8.self)
            guard text.hasPrefix(#"{"parameters":{"allowed":true,"decision":"allowed","#) else {
                throw BenchmarkFailure(description: "the sidecar said \(text)")
            }
            let echo = try startEcho("\(folder)/echo", replyBytes: length, busy: 0, &children)
            let control = try startEcho(
                "\(folder)/control", replyBytes: length, busy: controlNanoseconds, &children)
            return Ends(postern: postern, echo: echo, control: control, message: message, replyBytes: length)
        }
        throw BenchmarkFailure(description: "no question of the store is allowed")
    }

    private static func startEcho(
        _ path: String, replyBytes: Int, busy: Int, _ children: inout [Int32]
    ) throws -> Int32 {
        children.append(unsafe measure_spawn("echo", path, "\(replyBytes)", "\(busy)"))
        let echo = unsafe measure_connect(path)
        guard echo >= 0 else { throw BenchmarkFailure(description: "the echo does not answer") }
        return echo
    }

    private static func message(_ question: BenchmarkQuestion) -> [UInt8] {
        var buffer = WireBuffer()
        let context = question.context.map { WireContextEntry($0.key.string, .string($0.value.values[0].string)) }
        buffer.appendAuthorize(
            WireQuestion(
                principal: question.principal.string, action: question.action.string,
                resource: question.resource.string, context: context))
        return buffer.bytes
    }

    // MARK: Round trips

    /// Alternating blocks; each run gives the median of its blocks' ratios, and percentiles of all its trips.
    private static func roundTrips(_ ends: Ends, _ report: inout Report) throws {
        var (ratios, ratios99): ([Double], [Double]) = ([], [])
        var controls: [Double] = []
        var (ours, bare): ([Double], [Double]) = ([], [])
        var (ours99, bare99): ([Double], [Double]) = ([], [])
        for _ in 0..<runs {
            var (posternAll, echoAll, blockRatios): ([Double], [Double], [Double]) = ([], [], [])
            for _ in 0..<blocks {
                let echo = try block(ends.echo, ends.message)
                let postern = try block(ends.postern, ends.message)
                let control = try block(ends.control, ends.message)
                controls.append(Statistics.percentile(control, 50) - Statistics.percentile(echo, 50))
                blockRatios.append(Statistics.percentile(postern, 50) / Statistics.percentile(echo, 50))
                echoAll += echo
                posternAll += postern
            }
            ratios.append(Statistics.percentile(blockRatios, 50))
            ours.append(Statistics.percentile(posternAll, 50))
            bare.append(Statistics.percentile(echoAll, 50))
            ours99.append(Statistics.percentile(posternAll, 99))
            bare99.append(Statistics.percentile(echoAll, 99))
            ratios99.append(ours99[ours99.count - 1] / bare99[bare99.count - 1])
        }
        report.add("echo p50", Statistics.percentile(bare, 50), "ns")
        report.add("postern p50", Statistics.percentile(ours, 50), "ns")
        report.add("echo p99", Statistics.percentile(bare99, 50), "ns")
        report.add("postern p99", Statistics.percentile(ours99, 50), "ns")
        let control = Statistics.percentile(controls, 50)
        report.add("control: what \(controlNanoseconds) ns added to the echo show as", control, "ns")
        guard controlBounds.contains(control) else {
            return report.note("No ratio: this machine does not show the control, so it would not show Postern's work.")
        }
        report.add("p50: postern / echo (promise 1.08)", Statistics.percentile(ratios, 50), "x")
        report.add("p50: lowest run", Statistics.percentile(ratios, 0), "x")
        report.add("p50: highest run", Statistics.percentile(ratios, 100), "x")
        report.add("p99: postern / echo (promise 1.20)", Statistics.percentile(ratios99, 50), "x")
    }

    private static func block(_ socket: Int32, _ message: [UInt8]) throws -> [Double] {
        var samples: [Int64] = Array(repeating: 0, count: blockTrips)
        let result = unsafe measure_round_trips(socket, message, message.count, Int32(blockTrips), &samples)
        guard result == 0 else { throw BenchmarkFailure(description: "a round trip failed") }
        return samples.map(Double.init)
    }

    // MARK: Throughput and reading

    private static func pipelined(_ ends: Ends, _ report: inout Report) throws {
        var (ours, bare): ([Double], [Double]) = ([], [])
        for _ in 0..<runs {
            bare.append(try pipelined(ends.echo, ends.message))
            ours.append(try pipelined(ends.postern, ends.message))
        }
        let (echo, postern) = (Statistics.percentile(bare, 50), Statistics.percentile(ours, 50))
        report.add("\(window) in flight: echo, a message", echo, "ns")
        report.add("\(window) in flight: postern, a message", postern, "ns")
        report.add("\(window) in flight: postern / echo", postern / echo, "x")
    }

    private static func pipelined(_ socket: Int32, _ message: [UInt8]) throws -> Double {
        let time = unsafe measure_pipelined(
            socket, message, message.count, Int32(pipelinedTrips), Int32(window))
        guard time > 0 else { throw BenchmarkFailure(description: "pipelining failed") }
        return Double(time) / Double(pipelinedTrips)
    }

    /// Our scanner and jansson on the same message.
    private static func reading(_ ends: Ends, _ report: inout Report) throws {
        report.section("Reading that message")
        let tables = try Decider.ready(statements: ServedStore.statements).snapshot.tables
        var scanner = MessageScanner()
        let text = Array(ends.message.dropLast())
        var (ours, jansson): ([Double], [Double]) = ([], [])
        for _ in 0..<runs {
            // The message lives as long as the scans.
            let time = try unsafe text.withUnsafeBufferPointer { bytes in
                let view = unsafe ByteView(base: bytes.baseAddress, count: bytes.count)
                let start = measure_nanoseconds()
                for _ in 0..<scans { _ = try scanner.scan(view, keys: tables.keys) }
                return measure_nanoseconds() - start
            }
            ours.append(Double(time) / Double(scans))
            let yardstick = unsafe text.withUnsafeBytes { bytes in
                unsafe measure_jansson(
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, Int32(scans))
            }
            guard yardstick > 0 else { throw BenchmarkFailure(description: "jansson refuses the message") }
            jansson.append(Double(yardstick) / Double(scans))
        }
        let (scan, parse) = (Statistics.percentile(ours, 50), Statistics.percentile(jansson, 50))
        report.add("our scanner", scan, "ns")
        report.add("jansson's parse", parse, "ns")
        report.add("our scanner / jansson", scan / parse, "x")
    }
}
