internal import WireProtocol

/// What the driver's thread owns: the machine, the socket and the calls' messages and completions.
struct ClientSession: ~Copyable {
    private let socketPath: String
    private var machine = ClientMachine()
    private var socket: UnixSocket?
    private var calls: [UInt64: ClientDriver.Submission] = [:]
    private var output = WireBuffer()
    private var frames = FrameBuffer()
    private var reply: [UInt8] = []

    init(socketPath: String) {
        self.socketPath = socketPath
    }

    var isClosed: Bool { machine.state == .closed }

    mutating func submit(_ submission: ClientDriver.Submission) {
        calls[submission.ticket.id] = submission
        perform(machine.submit(submission.ticket))
    }

    mutating func cancel(_ id: UInt64) {
        perform(machine.cancel(id))
    }

    mutating func close() {
        perform(machine.close())
    }

    /// Sleeps until the socket or the waker is ready or a deadline comes, and does what is due.
    mutating func wait(orWoken waker: borrowing Waker) {
        var entries = [(descriptor: waker.readEnd.number, events: Readiness.input)]
        if let number = socketNumber {
            entries.append(
                (
                    descriptor: number,
                    events: output.isEmpty ? Readiness.input : Readiness.input | Readiness.output
                ))
        }
        let ready = Readiness.wait(entries, untilNanoseconds: machine.nextTick ?? .max)
        if ready.count > 1, ready[1] {
            flush()
            receive()
        }
        perform(machine.tick(now: MonotonicClock.nanoseconds()))
    }

    /// Sends what the socket takes.
    mutating func flush() {
        while !output.isEmpty {
            do throws(SystemFailure) {
                guard try send() else { return }
            } catch {
                return connectionBroke()
            }
        }
        output.shrink(to: ClientSession.outputBytesKept)
    }

    /// Sends a part; `false` when the socket takes nothing at the moment.
    private mutating func send() throws(SystemFailure) -> Bool {
        try socket?.send(from: &output) ?? false
    }

    /// Receives a part; `false` when there is nothing.
    private mutating func receivePart() throws(SystemFailure) -> Bool {
        try socket?.receive(into: &frames.received) ?? false
    }

    private static let outputBytesKept = 256 * 1024

    private var socketNumber: CInt? {
        switch socket {
        case .some(let socket): socket.number
        case .none: nil
        }
    }
}

extension ClientSession {
    private mutating func perform(_ actions: [ClientAction]) {
        for action in actions {
            switch action {
            case .connect: connect()
            case .send(let id): output.append((calls[id]?.message ?? [])[...])
            case .deliver(let id): complete(id, .success(reply))
            case .dropReply: reply = []
            case .fail(let id, let failure): fail(id, failure)
            case .disconnect: disconnect()
            }
        }
    }

    private mutating func connect() {
        do throws(SystemFailure) {
            socket = try UnixSocket(connectingTo: socketPath)
            perform(machine.connected())
        } catch {
            perform(machine.connectFailed(code: error.code, now: MonotonicClock.nanoseconds()))
        }
    }

    private mutating func receive() {
        do {
            guard try receivePart() else { return }
            while machine.state == .connected, let message = try frames.next() {
                reply = message
                perform(machine.replyArrived())
            }
        } catch {
            connectionBroke()
        }
    }

    private mutating func connectionBroke() {
        perform(machine.connectionBroke())
    }

    private mutating func disconnect() {
        socket = nil
        frames = FrameBuffer()
        output.removeAll()
    }

    private mutating func fail(_ id: UInt64, _ failure: CallFailure) {
        let timeout = calls[id]?.timeoutMilliseconds ?? 0
        let error: any Error =
            switch failure {
            case .unreachable(let code): PosternError.unreachable(socketPath: socketPath, code: code)
            case .timedOut: PosternError.timedOut(milliseconds: timeout)
            case .connectionLost: PosternError.connectionLost
            case .closed: PosternError.closed
            case .cancelled: CancellationError()
            case .tooManyCalls: PosternError.tooManyCalls(callsMax: ClientMachine.callsMax)
            }
        complete(id, .failure(error))
    }

    private mutating func complete(_ id: UInt64, _ result: Result<[UInt8], any Error>) {
        calls.removeValue(forKey: id)?.completion(result)
    }
}
