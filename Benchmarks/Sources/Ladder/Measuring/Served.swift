import CMeasure
import Glibc
import PolicyModel
import PolicyReference

/// The real `postern serve` over a folder.
final class Served {
    let child: Child
    let socket: String
    /// From starting the program to its first answer.
    let startNanoseconds: Int64

    /// Starts it and waits for an answer.
    ///
    /// `place` is a folder for its socket and its output; its name must be short.
    init(
        store: String, place: String, loops: Int = 1, processor: Int32? = Bench.serverProcessor, flags: [String] = []
    ) throws {
        socket = "\(place)/s\(Served.number())"
        let log = "\(socket).log"
        let begin = measure_nanoseconds()
        child = try Child(
            [Programs.postern, "serve", "--store", store, "--socket", socket, "--loops", "\(loops)"] + flags,
            processor: processor, output: log)
        var connection: Int32 = -1
        while connection < 0 {
            connection = unsafe measure_connect(socket, 5)
            if connection < 0, child.hasEnded {
                throw BenchmarkFailure(description: "postern did not start: \(Files.text(log).suffix(2_000))")
            }
        }
        defer { close(connection) }
        let reply = try Connection.exchange(connection, Messages.status)
        guard reply.hasPrefix(#"{"parameters""#) else {
            throw BenchmarkFailure(description: "postern said \(reply.prefix(500))")
        }
        startNanoseconds = measure_nanoseconds() - begin
    }

    /// Writes a store down beneath `place`, and serves it.
    convenience init(
        writing store: BenchmarkStore, as name: String = "store", place: String,
        processor: Int32? = Bench.serverProcessor
    ) throws {
        let tree = "\(place)/\(name)"
        try StoreFolder(path: tree).write(store)
        try self.init(store: tree, place: place, processor: processor)
    }

    func connect() throws -> Connection { try Connection(socket) }

    private nonisolated(unsafe) static var served = 0

    /// Only the thread that measures starts sidecars.
    private static func number() -> Int {
        unsafe served += 1
        return unsafe served
    }

    /// Holds answers over the socket against the reference; gives how many were asked.
    @discardableResult
    func check(_ store: BenchmarkStore, sampleMax: Int = 100) throws -> Int {
        let connection = try connect()
        let reference = ReferenceView(directory: store.directory, now: Decider.now)
        let sample = min(sampleMax, store.questions.count)
        for number in 0..<sample {
            let question = store.questions[number * store.questions.count / sample]
            let reply = try connection.exchange(Messages.authorize(question))
            let decision = try reference.answer(question).decision
            guard reply.hasPrefix("{\"parameters\":{\"allowed\":\(decision == .allowed),\"decision\":\"\(decision)\"")
            else {
                throw BenchmarkFailure(
                    description: "\(store.name): postern said \(reply) but the reference says \(decision)")
            }
        }
        return sample
    }
}

/// A bare C echo.
final class Echo {
    let child: Child
    let socket: String

    init(place: String, replyBytes: Int, busyNanoseconds: Int = 0, processor: Int32? = Bench.serverProcessor) throws {
        socket = "\(place)/e\(replyBytes)-\(busyNanoseconds)-\(measure_nanoseconds())"
        child = try Child(
            [Programs.benchmarks, "echo", socket, "\(replyBytes)", "\(busyNanoseconds)"], processor: processor)
        _ = try Connection(socket)
    }
}

/// A connected socket.
final class Connection {
    let socket: Int32
    private var offset = 0

    init(_ path: String) throws {
        socket = unsafe measure_connect(path, 10_000)
        guard socket >= 0 else { throw BenchmarkFailure(description: "nobody listens on \(path)") }
    }

    deinit { close(socket) }

    func exchange(_ message: [UInt8]) throws -> String { try Self.exchange(socket, message) }

    static func exchange(_ socket: Int32, _ message: [UInt8]) throws -> String {
        var reply: [UInt8] = Array(repeating: 0, count: 1 << 18)
        let length = unsafe measure_exchange(socket, message, message.count, &reply, reply.count)
        guard length > 0 else { throw BenchmarkFailure(description: "the sidecar hung up") }
        return String(decoding: reply[0..<(length - 1)], as: UTF8.self)
    }

    /// One more reply, or `nil` if none comes in time.
    func receive(milliseconds: Int) throws -> String? {
        var reply: [UInt8] = Array(repeating: 0, count: 1 << 16)
        let length = unsafe measure_receive(socket, &reply, reply.count, Int32(milliseconds))
        guard length >= 0 else { throw BenchmarkFailure(description: "the sidecar hung up") }
        return length == 0 ? nil : String(decoding: reply[0..<(length - 1)], as: UTF8.self)
    }

    /// Round trips of messages in turn, in nanoseconds.
    func roundTrips(_ messages: [UInt8], _ trips: Int) throws -> [Double] {
        var samples: [Int64] = Array(repeating: 0, count: trips)
        let result = unsafe measure_round_trips(
            socket, messages, messages.count, &offset, Int32(trips), &samples)
        guard result == 0 else { throw BenchmarkFailure(description: "a round trip failed") }
        return samples.map(Double.init)
    }
}
