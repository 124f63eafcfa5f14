import CMeasure

/// A load that many callers apply at once.
struct Load {
    var callers: Int
    /// Questions a second of all together; `nil`: each asks again at once.
    var rate: Double?
    var seconds: Double
    var messages: [UInt8]
    /// Sleeps between questions, so that the server has all processors.
    var sleeps = false
    /// One more connection that always has `batchWindow` of this call in flight, from a thread that runs while the callers
    /// sleep.
    var batch: [UInt8]?
    var batchWindow = 4
    /// What the gaps between questions come from: the same for the same seed.
    var seed: UInt64 = 7

    /// What came of it.
    struct Outcome {
        /// Nanoseconds, from the moment at which each question was due.
        var latencies: [Double]
        /// Nanoseconds from the beginning at which each question was due.
        var moments: [Double]
        var answered: Int
        var failed: Int
        var batches: Int
        var seconds: Double
        var began: Int64

        var perSecond: Double { Double(answered) / seconds }

        func percentile(_ percent: Double) -> Double { Statistics.percentile(latencies, percent) }
    }

    /// Samples that are kept.
    private static let samplesMax = 2_000_000

    /// Applies it; `stop`, where given, ends it once it is shown.
    func apply(to socket: String, stop: StopSign? = nil) throws -> Outcome {
        let capacity = rate.map { min(Int($0 * seconds * 1.5) + 1_000, Self.samplesMax) } ?? Self.samplesMax
        var latencies: [Int64] = Array(repeating: 0, count: capacity)
        var moments: [Int64] = Array(repeating: 0, count: capacity)
        var outcome = measure_outcome()
        let result = unsafe socket.withCString { path in
            unsafe messages.withUnsafeBytes { messages in
                unsafe (batch ?? []).withUnsafeBytes { batch in
                    // Everything that the plan points to lives as long as the call.
                    var plan = unsafe measure_plan(
                        path: path, messages: messages.baseAddress?.assumingMemoryBound(to: CChar.self),
                        bytes: messages.count, callers: Int32(callers), rate: rate ?? 0, seed: seed,
                        nanoseconds: Int64(seconds * 1e9), sleeps: sleeps ? 1 : 0,
                        stop: stop.map { unsafe UnsafePointer($0.flag) },
                        batch: batch.isEmpty ? nil : batch.baseAddress?.assumingMemoryBound(to: CChar.self),
                        batch_bytes: batch.count, batch_window: Int32(batchWindow))
                    return unsafe measure_load(&plan, &latencies, &moments, capacity, &outcome)
                }
            }
        }
        guard result == 0 else { throw BenchmarkFailure(description: "a connection failed under load") }
        let kept = min(Int(outcome.answered), capacity)
        return Outcome(
            latencies: latencies[0..<kept].map(Double.init), moments: moments[0..<kept].map(Double.init),
            answered: Int(outcome.answered), failed: Int(outcome.failed), batches: Int(outcome.batches),
            seconds: Double(outcome.nanoseconds) / 1e9, began: outcome.began)
    }
}

/// What ends a load early.
@safe
final class StopSign {
    // Written here, read by the load until it has ended.
    fileprivate let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    init() { unsafe flag.initialize(to: 0) }

    deinit { unsafe flag.deallocate() }

    func show() { unsafe flag.pointee = 1 }
}

/// As many messages as go through.
enum Pump {
    struct Outcome {
        /// Processor time of the server, a message.
        var serverNanoseconds: Double
        var wallNanoseconds: Double
    }

    static func run(
        _ served: Served, _ message: [UInt8], count: Int, connections: Int = 1, window: Int
    ) throws -> Outcome {
        var outcome = measure_pump_outcome()
        // The message lives as long as the call.
        let result = unsafe message.withUnsafeBytes { bytes in
            unsafe measure_pump(
                served.socket, served.child.processID, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                bytes.count, Int64(count), Int32(connections), Int32(window), &outcome)
        }
        guard result == 0, outcome.failed == 0 else {
            throw BenchmarkFailure(description: "pumping failed; \(outcome.failed) errors")
        }
        return Outcome(
            serverNanoseconds: Double(outcome.server_nanoseconds) / Double(count),
            wallNanoseconds: Double(outcome.wall_nanoseconds) / Double(count))
    }
}

/// jansson, as a yardstick.
enum Jansson {
    /// Processor time for parsing a message (without its NUL) once.
    static func nanoseconds(_ message: [UInt8], times: Int) throws -> Double {
        // The message lives as long as the call.
        let time = unsafe message.withUnsafeBytes { bytes in
            unsafe measure_jansson(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count - 1, Int32(times))
        }
        guard time > 0 else { throw BenchmarkFailure(description: "jansson refuses the message") }
        return Double(time) / Double(times)
    }

    /// Nanoseconds for reading and parsing every file of a folder.
    static func readAndParse(_ folder: String) throws -> (nanoseconds: Double, files: Int, bytes: Int) {
        var bytes: Int64 = 0
        let begin = measure_nanoseconds()
        let files = unsafe measure_folder(folder, measure_parse_file, &bytes)
        guard files >= 0 else { throw BenchmarkFailure(description: "cannot read \(folder)") }
        return (Double(measure_nanoseconds() - begin), Int(files), Int(bytes))
    }

    static var version: String { unsafe String(cString: measure_jansson_version()) }
}
