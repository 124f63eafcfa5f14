/// Follows the sidecar's revisions on a thread and a connection of its own.
enum RevisionWatch {
    /// Ends the thread when the stream's reader has gone.
    private final class Stop: Sendable {
        let waker: Waker
        init() throws(SystemFailure) { waker = try Waker() }
    }

    static func stream(socketPath: String) -> AsyncStream<String> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            guard let stop = try? Stop() else { return continuation.finish() }
            continuation.onTermination = { _ in stop.waker.wake() }
            let started = DetachedThread.start {
                run(socketPath, continuation, stop)
                continuation.finish()
            }
            if !started { continuation.finish() }
        }
    }

    private static func run(_ path: String, _ continuation: AsyncStream<String>.Continuation, _ stop: Stop) {
        var pause = ClientMachine.backoffNanosecondsMin
        while true {
            switch follow(path, continuation, stop) {
            case .stopped: return
            case .heardSomething: pause = ClientMachine.backoffNanosecondsMin
            case .heardNothing: pause = min(pause * 2, ClientMachine.backoffNanosecondsMax)
            }
            let entries = [(descriptor: stop.waker.readEnd.number, events: Readiness.input)]
            if Readiness.wait(entries, untilNanoseconds: MonotonicClock.nanoseconds() + pause)[0] { return }
        }
    }

    private enum Outcome {
        case stopped
        case heardSomething
        case heardNothing
    }

    /// One connection's life.
    private static func follow(
        _ path: String, _ continuation: AsyncStream<String>.Continuation, _ stop: Stop
    ) -> Outcome {
        var hasHeard = false
        do throws(PosternError) {
            let deadline = MonotonicClock.deadline(afterMilliseconds: PosternClient.timeoutMillisecondsDefault)
            var connection = try BlockingConnection(connectingTo: path, deadlineNanoseconds: deadline)
            try connection.send(Codec.watch(), deadlineNanoseconds: deadline)
            while let message = try connection.receive(orWoken: stop.waker) {
                continuation.yield(try Codec.revision(message))
                hasHeard = true
            }
            return .stopped
        } catch {
            return hasHeard ? .heardSomething : .heardNothing
        }
    }
}
