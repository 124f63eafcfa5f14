/// What a message asks for.
///
/// Views point into the message or the scanner's arena, and are good until the next message is scanned.
public enum Incoming: Sendable {
    /// `io.postern.Authorize`: the scanner's `view` holds the question, its context is `contextRange`.
    case authorize(explain: Bool)
    /// `io.postern.AuthorizeMany`: `nextQuestion` gives the questions one by one.
    case authorizeMany(count: Int, explain: Bool)
    /// `io.postern.AssumeRole`: the scanner's `view` holds principal, role and session, its `assumption` the rest, and
    /// `contextRange` is the context.
    case assumeRole(explain: Bool)
    /// `io.postern.Status`.
    case status
    /// `io.postern.Reload`.
    case reload
    /// `io.postern.Watch`, with `more`.
    case watch
    /// `org.varlink.service.GetInfo`.
    case getInfo
    /// `org.varlink.service.GetInterfaceDescription`, of one of our interfaces.
    case getInterfaceDescription(WireInterface)
}

/// The interfaces that a sidecar has.
public enum WireInterface: String, Sendable, Hashable, CaseIterable {
    /// Ours.
    case postern = "io.postern"
    /// The one every varlink service has.
    case varlinkService = "org.varlink.service"
}

/// What a caller wants done with the reply.
public struct CallFlags: Sendable, Hashable {
    /// No reply is to be sent, not even an error.
    public var oneway = false
    /// Several replies may be sent.
    public var more = false
    /// The caller wants to change the protocol, which is refused.
    public var upgrade = false

    /// No flags.
    public init() {}
}

/// What `MessageScanner.nextQuestion` came to.
public enum NextQuestion: Sendable {
    /// The scanner's `view` holds a question; its context are the `view.entries` of this range.
    case question(context: Range<Int>)
    /// The question cannot be asked: its answer is implicitDeny with this text as `error`.
    case fault(String)
    /// There are no more questions.
    case finished
}

/// Where an `AuthorizeMany` stands, for a loop that goes on with it in a later turn.
///
/// The loop keeps the message; `MessageScanner.resume` goes on with what it still holds of it, and else reads it again and
/// skips the questions that were answered.
public struct QuestionCursor: Sendable, Hashable, BitwiseCopyable {
    /// How many questions have been given out.
    public let questionsDone: Int
    /// Which reading gave them.
    let reading: UInt64
}
