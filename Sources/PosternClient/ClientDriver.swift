internal import Glibc
internal import NIOConcurrencyHelpers

/// Runs a `ClientMachine` on one thread of its own: the socket, the waiting and the clock.
///
/// Callers only touch the inbox and the waker; everything else belongs to the thread.
final class ClientDriver: Sendable {
    typealias Completion = @Sendable (Result<[UInt8], any Error>) -> Void

    /// A call as it is handed to the thread.
    struct Submission: Sendable {
        let ticket: CallTicket
        /// The whole message with its NUL.
        let message: [UInt8]
        let timeoutMilliseconds: Int
        let completion: Completion
    }

    private enum Command: Sendable {
        case submit(Submission)
        case cancel(UInt64)
        case close
    }

    private struct Inbox: Sendable {
        var commands: [Command] = []
        var isClosed = false
    }

    private let inbox = NIOLockedValueBox(Inbox())
    private let waker: Waker
    private let socketPath: String

    /// Starts the thread; throws when the process has no descriptor or thread left.
    init(socketPath: String) throws(SystemFailure) {
        self.socketPath = socketPath
        waker = try Waker()
        guard DetachedThread.start({ [self] in run() }) else { throw SystemFailure(code: EAGAIN) }
    }

    /// Hands a call to the thread, where its completion runs, once.
    func submit(_ submission: Submission) {
        guard !post(.submit(submission)) else { return }
        submission.completion(.failure(PosternError.closed))
    }

    /// The caller of that call has gone.
    func cancel(_ id: UInt64) { _ = post(.cancel(id)) }

    /// Ends every call and the thread.
    func close() {
        _ = post(.close)
    }

    /// `false` when the thread will not look at the inbox again.
    private func post(_ command: Command) -> Bool {
        let accepted = inbox.withLockedValue { inbox in
            guard !inbox.isClosed else { return false }
            inbox.commands.append(command)
            if case .close = command { inbox.isClosed = true }
            return true
        }
        waker.wake()
        return accepted
    }

    private func takeCommands() -> [Command] {
        inbox.withLockedValue { inbox in
            defer { inbox.commands = [] }
            return inbox.commands
        }
    }
}

extension ClientDriver {
    private func run() {
        var session = ClientSession(socketPath: socketPath)
        while !session.isClosed {
            waker.drain()
            for command in takeCommands() {
                switch command {
                case .submit(let submission): session.submit(submission)
                case .cancel(let id): session.cancel(id)
                case .close: session.close()
                }
            }
            guard !session.isClosed else { return }
            session.flush()
            session.wait(orWoken: waker)
        }
    }
}

/// Starts threads that nobody joins.
enum DetachedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a thread of its own; `false` when the system has none left.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        // The box is retained once here and released once: by the thread, or below when there is no thread.
        let box = unsafe Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            unsafe box.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
