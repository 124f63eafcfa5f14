internal import Directory
internal import Glibc
internal import WireProtocol

/// One caller: its descriptor, what it sent that is not answered, and what it has not read.
///
/// Owned by one loop; no other thread ever sees it.
struct Connection: ~Copyable {
    /// What the connection is doing.
    enum State: Equatable {
        /// Messages are answered as they come.
        case serving
        /// A `Reload` is under way; what follows it waits, so that replies keep their order.
        case reloading
        /// The explainer answers a message; what follows it waits, so that replies keep their order.
        case explaining
        /// `Watch` has taken the connection; what the caller sends is read and ignored.
        case watching
        /// No more is answered: what is written goes out, then the connection is closed.
        case closing
    }

    /// Part of an `AuthorizeMany` that is over a turn's budget.
    struct Progress {
        /// Where the call stands: the questions before have their answers in the reply so far.
        let cursor: QuestionCursor
        /// What the message began with; all its answers come from it.
        let snapshot: Snapshot
        /// What the decision log calls its revision.
        let recordedRevision: UInt32
    }

    /// Owned; -1 in a free slot.
    let descriptor: Int32
    /// Who is at the other end.
    let peer: Peer
    /// Tells this connection from others that had the slot.
    let serial: UInt32
    /// What it is doing.
    var state = State.serving
    /// What was read and is not answered; empty while every message came whole.
    var input = ByteQueue()
    /// How many bytes of `input` are known to hold no NUL.
    var scanned = 0
    /// Replies that the peer has not taken; while there are any, nothing is read.
    var output = ByteQueue()
    /// The message at the front of `input`, when it is partly answered.
    var progress: Progress?
    /// Steps by which its decisions went over a turn's budget, and which later turns make up for.
    var stepsOwed = 0
    /// Whether the connection waits for its turn.
    var isQueued = false
    /// Whether the peer has said that it sends no more.
    var isPeerFinished = false
    /// Whether the connection has ended and nothing can be sent.
    var hasEnded = false
    /// Whether the newest revision is still to be told to a watcher.
    var owesRevision = false
    /// What epoll reports.
    var interest = Poller.Interest.reading
    /// When the message that is now unfinished began, in the clock's milliseconds.
    var unfinishedSince: Int64?
    /// When the peer began to leave replies unread, in the clock's milliseconds.
    var unreadSince: Int64?

    init(descriptor: Int32, peer: Peer, serial: UInt32) {
        self.descriptor = descriptor
        self.peer = peer
        self.serial = serial
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether this is a connection and not a free slot.
    var isOpen: Bool { descriptor >= 0 }
    /// Whether another message may be taken up.
    var canServe: Bool { state == .serving && output.isEmpty && !hasEnded }
    /// Whether more may be read.
    var canRead: Bool { (state == .serving || state == .watching) && output.isEmpty && !isPeerFinished }

    /// What epoll should report for the state.
    var wantedInterest: Poller.Interest {
        if !output.isEmpty { return .writing }
        return canRead ? .reading : .nothing
    }
}
