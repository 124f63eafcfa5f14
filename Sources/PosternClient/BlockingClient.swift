/// The calls of `PosternClient` for programs without tasks: one connection a call, and the caller's thread waits.
public struct BlockingClient: Sendable {
    /// The socket asked.
    public let socketPath: String
    /// How long a call may take.
    public let timeoutMilliseconds: Int

    /// Makes a client; nothing is connected yet.
    public init(socketPath: String, timeoutMilliseconds: Int = PosternClient.timeoutMillisecondsDefault) {
        self.socketPath = socketPath
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// As `PosternClient.authorize`.
    public func authorize(_ question: Question, explain: Bool = false) throws(PosternError) -> Answer {
        try Codec.answer(try call(try Codec.authorize(question, explain: explain)))
    }

    /// As `PosternClient.authorizeMany`.
    public func authorizeMany(_ questions: [Question], explain: Bool = false) throws(PosternError) -> [Answer] {
        guard !questions.isEmpty else { return [] }
        return try Codec.answers(
            try call(try Codec.authorizeMany(questions, explain: explain)), count: questions.count)
    }

    /// As `PosternClient.assumeRole`.
    public func assumeRole(_ assumption: RoleAssumption, explain: Bool = false) throws(PosternError) -> AssumedRole {
        try Codec.assumedRole(try call(try Codec.assumeRole(assumption, explain: explain)))
    }

    /// As `PosternClient.status`.
    public func status() throws(PosternError) -> SidecarStatus {
        try Codec.status(try call(Codec.status()))
    }

    /// As `PosternClient.reload`.
    public func reload() throws(PosternError) -> String {
        try Codec.revision(try call(Codec.reload()))
    }

    private func call(_ message: [UInt8]) throws(PosternError) -> [UInt8] {
        let deadline = MonotonicClock.deadline(afterMilliseconds: timeoutMilliseconds)
        do throws(PosternError) {
            var connection = try BlockingConnection(connectingTo: socketPath, deadlineNanoseconds: deadline)
            return try connection.call(message, deadlineNanoseconds: deadline)
        } catch .timedOut {
            throw .timedOut(milliseconds: timeoutMilliseconds)
        } catch {
            throw error
        }
    }
}
