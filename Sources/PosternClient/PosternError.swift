internal import Glibc

/// Why a call to the sidecar brought no answer.
///
/// None of these is a permission: callers deny.
public enum PosternError: Error, Sendable, Hashable {
    /// No sidecar listens at this address, or it may not be reached; the number is the system's `errno`.
    case unreachable(socketPath: String, code: Int32)
    /// No reply came within the time allowed.
    case timedOut(milliseconds: Int)
    /// The connection broke while the call was under way, also on a fresh one where a second try was safe.
    case connectionLost
    /// The client was closed.
    case closed
    /// More than `callsMax` calls were under way.
    case tooManyCalls(callsMax: Int)
    /// The question was refused as malformed: `BadRequest`, or varlink's own errors.
    case badRequest(String)
    /// This caller may not do that: `explain` and `reload` are for the sidecar's own user, root and trusted users.
    case permissionDenied(String)
    /// The sidecar has no policies in force yet.
    case notReady
    /// The sidecar has too many connections; ask again later.
    case overloaded(retryAfterMilliseconds: Int)
    /// A reload found errors; each is one line. What was in force stays in force.
    case reloadFailed([String])
    /// An error reply that this client does not know, by its name.
    case unknownError(String)
    /// The sidecar's reply made no sense.
    case protocolViolation(String)
}

extension PosternError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .unreachable(let path, let code): "no sidecar answers at `\(path)`: \(SystemError.text(code))"
        case .timedOut(let milliseconds): "no reply within \(milliseconds) ms"
        case .connectionLost: "the connection to the sidecar broke"
        case .closed: "the client is closed"
        case .tooManyCalls(let callsMax): "more than \(callsMax) calls are under way"
        case .badRequest(let message): message
        case .permissionDenied(let message): "permission denied: \(message)"
        case .notReady: "the sidecar has no policies in force yet"
        case .overloaded(let milliseconds): "the sidecar is overloaded; ask again after \(milliseconds) ms"
        case .reloadFailed(let errors): "the reload found \(errors.count) error\(errors.count == 1 ? "" : "s")"
        case .unknownError(let name): "the sidecar answered with the error `\(name)`"
        case .protocolViolation(let message): "the sidecar's reply makes no sense: \(message)"
        }
    }
}

/// The system's words for an `errno`.
enum SystemError {
    static func text(_ code: Int32) -> String {
        // strerror's text is read before any other call of this thread can replace it.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased()
    }
}
