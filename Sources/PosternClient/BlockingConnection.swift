internal import Glibc
internal import WireProtocol

/// A connection for programs that ask one thing after another, such as the command line.
///
/// Not for sharing between threads; every call waits for its reply.
struct BlockingConnection: ~Copyable {
    private let socket: UnixSocket
    private var frames = FrameBuffer()

    /// Connects; a full queue of the listener is waited for.
    init(connectingTo path: String, deadlineNanoseconds: UInt64) throws(PosternError) {
        while true {
            do throws(SystemFailure) {
                socket = try UnixSocket(connectingTo: path)
                return
            } catch {
                let now = MonotonicClock.nanoseconds()
                guard error.code == EAGAIN, now < deadlineNanoseconds else {
                    throw .unreachable(socketPath: path, code: error.code)
                }
                _ = Readiness.wait([], untilNanoseconds: min(deadlineNanoseconds, now + 5_000_000))
            }
        }
    }

    /// Sends a whole message and gives back the next one that arrives, without its NUL.
    mutating func call(_ message: [UInt8], deadlineNanoseconds: UInt64) throws(PosternError) -> [UInt8] {
        try send(message, deadlineNanoseconds: deadlineNanoseconds)
        return try receive(deadlineNanoseconds: deadlineNanoseconds)
    }

    /// Sends a whole message with its NUL.
    func send(_ message: [UInt8], deadlineNanoseconds: UInt64) throws(PosternError) {
        var output = WireBuffer(capacity: message.count)
        output.append(message[...])
        while !output.isEmpty {
            do throws(SystemFailure) {
                _ = try socket.send(from: &output)
            } catch {
                // A sidecar that is full says so and closes; what it said is still to be read.
                return
            }
            guard output.isEmpty || waits(for: Readiness.output, until: deadlineNanoseconds) else {
                throw .connectionLost
            }
        }
    }

    /// The next message without its NUL.
    mutating func receive(deadlineNanoseconds: UInt64) throws(PosternError) -> [UInt8] {
        while true {
            if let message = try frames.next() { return message }
            guard waits(for: Readiness.input, until: deadlineNanoseconds) else { throw .timedOut(milliseconds: 0) }
            do throws(SystemFailure) {
                _ = try socket.receive(into: &frames.received)
            } catch {
                throw .connectionLost
            }
        }
    }

    /// Waits for the next message or for the waker; `nil` when woken.
    mutating func receive(orWoken waker: borrowing Waker) throws(PosternError) -> [UInt8]? {
        while true {
            if let message = try frames.next() { return message }
            let entries = [
                (descriptor: waker.readEnd.number, events: Readiness.input),
                (descriptor: socket.number, events: Readiness.input),
            ]
            let ready = Readiness.wait(entries, untilNanoseconds: .max)
            if ready[0] { return nil }
            guard ready[1] else { continue }
            do throws(SystemFailure) {
                _ = try socket.receive(into: &frames.received)
            } catch {
                throw .connectionLost
            }
        }
    }

    private func waits(for events: Int32, until deadline: UInt64) -> Bool {
        while MonotonicClock.nanoseconds() < deadline {
            if Readiness.wait([(descriptor: socket.number, events: events)], untilNanoseconds: deadline)[0] {
                return true
            }
        }
        return false
    }
}
