internal import NIOConcurrencyHelpers
internal import Synchronization

/// Asks a sidecar over its Unix socket.
///
/// Many tasks may share one client; their calls are pipelined on one connection.
///
/// The client connects when it is first asked and again whenever the connection breaks, with short growing pauses while
/// nobody listens. A call waits for that until its own time is over. No call is ever answered by a guess: what is not an
/// answer is thrown, and whoever asked denies.
///
/// ```swift
/// let postern = PosternClient(socketPath: "/run/postern/postern.sock")
/// let answer = try await postern.authorize(
///     Question(principal: "arn:aws:iam::111122223333:user/alice", action: "docs:Read", resource: "arn:aws:docs:::report/7"))
/// guard answer.isAllowed else { return .forbidden }
/// ```
public final class PosternClient: Sendable {
    /// The socket asked.
    public let socketPath: String
    /// How long a call may take when it does not say so itself.
    public let timeoutMilliseconds: Int
    private let driver = NIOLockedValueBox<DriverState>(.notStarted)
    private let nextID = Atomic<UInt64>(0)

    private enum DriverState: Sendable {
        case notStarted
        case running(ClientDriver)
        case closed
    }

    /// Five seconds: far above any decision, far below what a waiting person endures.
    public static let timeoutMillisecondsDefault = 5_000

    /// Makes a client; nothing is connected yet.
    public init(socketPath: String, timeoutMilliseconds: Int = PosternClient.timeoutMillisecondsDefault) {
        self.socketPath = socketPath
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    deinit { close() }

    /// May this principal do this? Throws `PosternError`, or `CancellationError` when the task is cancelled.
    public func authorize(
        _ question: Question, explain: Bool = false, timeoutMilliseconds: Int? = nil
    ) async throws -> Answer {
        let message = try Codec.authorize(question, explain: explain)
        return try Codec.answer(try await call(message, isIdempotent: true, timeoutMilliseconds))
    }

    /// Asks up to 512 questions in one message; the answers are of one revision and in the order of the questions.
    public func authorizeMany(
        _ questions: [Question], explain: Bool = false, timeoutMilliseconds: Int? = nil
    ) async throws -> [Answer] {
        guard !questions.isEmpty else { return [] }
        let message = try Codec.authorizeMany(questions, explain: explain)
        return try Codec.answers(
            try await call(message, isIdempotent: true, timeoutMilliseconds), count: questions.count)
    }

    /// May this principal have a session of this role? The answer carries what the session's questions need.
    ///
    /// Nothing is issued or remembered: credentials are the caller's business.
    public func assumeRole(
        _ assumption: RoleAssumption, explain: Bool = false, timeoutMilliseconds: Int? = nil
    ) async throws -> AssumedRole {
        let message = try Codec.assumeRole(assumption, explain: explain)
        return try Codec.assumedRole(try await call(message, isIdempotent: true, timeoutMilliseconds))
    }

    /// What the sidecar says of itself.
    public func status(timeoutMilliseconds: Int? = nil) async throws -> SidecarStatus {
        try Codec.status(try await call(Codec.status(), isIdempotent: true, timeoutMilliseconds))
    }

    /// Reads the policy files now; the new revision, or `PosternError.reloadFailed` with every error.
    ///
    /// It is not tried again by itself when the connection breaks.
    public func reload(timeoutMilliseconds: Int? = nil) async throws -> String {
        try Codec.revision(try await call(Codec.reload(), isIdempotent: false, timeoutMilliseconds))
    }

    /// The revision in force, and each new one; a slow reader only sees the newest.
    ///
    /// On a connection of its own, which is made again whenever it breaks. The stream ends when its reader stops.
    public func watch() -> AsyncStream<String> {
        RevisionWatch.stream(socketPath: socketPath)
    }

    /// Ends every call under way with `PosternError.closed`; later ones fail at once.
    public func close() {
        driver.withLockedValue { state in
            if case .running(let driver) = state { driver.close() }
            state = .closed
        }
    }
}

extension PosternClient {
    private func call(_ message: [UInt8], isIdempotent: Bool, _ timeout: Int?) async throws -> [UInt8] {
        try Task.checkCancellation()
        let driver = try runningDriver()
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        let milliseconds = max(0, timeout ?? timeoutMilliseconds)
        let ticket = CallTicket(
            id: id, deadlineNanoseconds: MonotonicClock.deadline(afterMilliseconds: milliseconds),
            isIdempotent: isIdempotent)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                driver.submit(
                    ClientDriver.Submission(ticket: ticket, message: message, timeoutMilliseconds: milliseconds) {
                        continuation.resume(with: $0)
                    })
                // A cancellation before the call was handed over found nothing to cancel.
                if Task.isCancelled { driver.cancel(id) }
            }
        } onCancel: {
            driver.cancel(id)
        }
    }

    private func runningDriver() throws -> ClientDriver {
        try driver.withLockedValue { state in
            switch state {
            case .running(let driver): return driver
            case .closed: throw PosternError.closed
            case .notStarted:
                let driver = try makeDriver()
                state = .running(driver)
                return driver
            }
        }
    }

    private func makeDriver() throws(PosternError) -> ClientDriver {
        do throws(SystemFailure) {
            return try ClientDriver(socketPath: socketPath)
        } catch {
            throw .unreachable(socketPath: socketPath, code: error.code)
        }
    }
}

extension MonotonicClock {
    /// That long from now, or never when that is past the end of time.
    static func deadline(afterMilliseconds milliseconds: Int) -> UInt64 {
        let (nanoseconds, overflows) = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
        let (deadline, overflowsToo) = nanoseconds.addingReportingOverflow(MonotonicClock.nanoseconds())
        return overflows || overflowsToo ? .max : deadline
    }
}
