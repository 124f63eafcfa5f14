internal import Glibc

/// How a sidecar listens, whom it trusts, and how much it takes on.
public struct SidecarConfiguration: Sendable {
    /// The socket's path, at most 107 bytes.
    ///
    /// Its folder is made (0750) when only that is missing.
    public var socketPath: String
    /// The socket file's permission bits; connecting needs write permission.
    public var socketMode: UInt32 = 0o660
    /// The group that the socket file is given, by name or number; `nil` leaves it alone.
    public var socketGroup: String?
    /// A listening descriptor that a service manager passed on; then no file is made and none removed.
    public var inheritedListener: Int32?
    /// The user ids that may ask for explanations, reloads and the errors in `Status`.
    public var trustedUsers: Set<UInt32> = SidecarConfiguration.trustedUsersAlways()
    /// Event loops, each a thread.
    public var loops: Int = SidecarConfiguration.loopsByDefault()
    /// Connections at one time; one more is told `Overloaded`.
    ///
    /// The limit on open files may make it fewer.
    public var connectionsMax: Int = 10_000
    /// After so many seconds of trouble in the store every answer is `implicitDeny`; `nil` serves the last good policies.
    public var staleDenyAfterSeconds: Int64?
    /// Where every decision is written as a line of JSON: a file that is added to, or `-` for standard output.
    ///
    /// `nil` keeps no log, which costs nothing.
    public var decisionLog: String?
    /// Where the time of a question comes from.
    public var clock = SidecarClock()
    /// The service manager's notification socket, as in `$NOTIFY_SOCKET`.
    public var notifySocket: String?

    /// The defaults of design §3.1 for a path.
    public init(socketPath: String) {
        self.socketPath = socketPath
    }

    /// Takes what systemd and its like say in the environment: `$NOTIFY_SOCKET`, and `$LISTEN_FDS` with one socket.
    ///
    /// The variables about sockets are removed, so that no child takes them for its own; call this once, at the start.
    public mutating func takeServiceManagerEnvironment() throws(SidecarError) {
        notifySocket = ServiceManager.variable("NOTIFY_SOCKET")
        inheritedListener = try ServiceManager.takeInheritedListener()
    }

    /// The sidecar's own user and root.
    ///
    /// Never 65534: inside a user namespace every unmapped user shows as that one (spec `protocols.md` §3).
    public static func trustedUsersAlways() -> Set<UInt32> {
        Set<UInt32>([0, geteuid()]).subtracting([65534])
    }

    /// One loop a processor, and at most four: a decision takes a microsecond, the callers need processors as well.
    static func loopsByDefault() -> Int {
        max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}

/// The bounds of design §3.3 that are the data plane's.
enum SidecarLimits {
    /// A message without its NUL.
    static let messageBytesMax = 64 * 1024
    /// When a caller should ask again for an explanation that there was no room for.
    static let explainRetryMilliseconds = 50
    /// Questions of one call that are explained as a whole; of those after them the reason is told.
    static let explainedQuestionsMax = 32
    /// Bytes of one call's answers that are explanations, by which no further one is begun.
    static let explainedBytesMax = 512 * 1024
    /// Questions that the explainer answers of one call before others that wait have their turn.
    static let explainTurnQuestionsMax = 4
    /// What a connection may be given before others have had their turn.
    static let turnMessagesMax = 32
    static let turnBytesMax = 64 * 1024
    static let turnQuestionsMax = 256
    /// Steps of deciding that a turn begins questions with: as many as one question may take.
    static let turnStepsMax = 200_000
    /// What compiling a byte of a session policy is charged as: about as long as that many steps of a decision take.
    static let compileStepsAByte = 20
    /// Replies below this wait for the next turn of the same connection, if it has one and nobody else's comes first.
    static let replyBytesGathered = 32 * 1024
    /// Replies are sent as soon as there is this much of them, so that one turn's replies stay bounded.
    static let replyBytesBeforeSending = 64 * 1024
    /// Room for replies that a loop keeps; what a larger reply took is given back.
    static let replyBytesKept = 256 * 1024
    /// Unfinished bytes that are copied back into the loop's buffer rather than read on in a private one.
    static let copiedBytesMax = 4 * 1024
    /// The least that a private buffer reads at a time; it doubles from there.
    static let privateReadBytesMin = 16 * 1024
    /// How long a message may stay unfinished before its connection is closed.
    static let unfinishedMillisecondsMax: Int64 = 10_000
    /// How long replies may be left unread before their connection is closed.
    static let unreadMillisecondsMax: Int64 = 30_000
    /// How often unfinished messages and unread replies are looked at.
    static let sweepMilliseconds: Int64 = 1_000
    /// How long a stop waits for replies to be written and read: five seconds, less what ends after the loops.
    static let drainMillisecondsMax: Int64 = 4_500
    /// What an overloaded sidecar tells a caller to wait.
    static let retryAfterMilliseconds = 1_000
    /// Descriptors that are not connections: listener, epolls, wake-ups, the store's folders and files.
    static let descriptorsReserved = 64
    /// Loops that may be asked for.
    static let loopsMax = 64
    /// A path in `sockaddr_un`, without its NUL.
    static let pathBytesMax = 107
}
