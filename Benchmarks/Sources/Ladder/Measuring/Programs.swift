import CMeasure
import Glibc

/// The programs beside this one.
enum Programs {
    /// The build's folder: that of this program, or of the bundle of tests.
    static let folder: String = {
        var buffer: [CChar] = Array(repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }()

    /// The real sidecar.
    static var postern: String { "\(folder)/postern" }
    /// This program, also where a test runs it.
    static var benchmarks: String { "\(folder)/postern-benchmarks" }
}

/// A program that runs until nobody looks at it any more.
final class Child {
    let processID: Int32

    /// Starts it on one processor, or on any.
    init(_ arguments: [String], processor: Int32? = nil, output: String? = nil) throws {
        // The copies live until the child is started.
        let words = unsafe arguments.map { unsafe strdup($0) }
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var pointers = unsafe words.map { unsafe UnsafePointer<CChar>($0) }
        unsafe pointers.append(nil)
        processID = unsafe measure_spawn(&pointers, processor ?? -1, output)
        guard processID > 0 else { throw BenchmarkFailure(description: "cannot start \(arguments[0])") }
    }

    deinit { measure_end(processID) }

    var hasEnded: Bool { measure_has_ended(processID) != 0 }

    /// Bytes, from a line of `/proc/PID/status`.
    func memory(_ line: String) -> Double { Double(unsafe measure_memory(processID, line)) }

    var processorNanoseconds: Int64 { measure_process_nanoseconds(processID) }
}

/// Where client and server run, and what keeps these processors from idling.
final class Bench {
    static let clientProcessor: Int32 = 0
    static let serverProcessor: Int32 = 1
    private let spinners: [Child]

    /// Pins this thread; it stays awake together with the server's processor as long as this lives.
    init() throws {
        // Else the process that reaps and the two that answer would find their processors asleep.
        spinners = try [Self.clientProcessor, Self.serverProcessor].map {
            try Child([Programs.benchmarks, "spin", "\($0)"])
        }
        guard measure_pin(Self.clientProcessor) == 0 else {
            throw BenchmarkFailure(description: "cannot pin: this needs two processors")
        }
    }

    deinit { _ = measure_pin(-1) }
}
