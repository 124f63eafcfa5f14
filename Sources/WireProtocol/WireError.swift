/// Every error that a reply can carry.
///
/// Texts hold what the caller wrote only in backticks, on one line, and cut to `quotedBytesMax`.
public enum WireError: Error, Sendable, Hashable {
    /// More than `messageBytesMax` bytes without a NUL. Closes the connection.
    case tooLong
    /// The message is no JSON by RFC 8259. Closes the connection.
    case unparsable(String)
    /// A value is not accepted (`io.postern.BadRequest`).
    case badRequest(String)
    /// There are no policies in force.
    case notReady
    /// Too many connections or questions.
    case overloaded(retryAfterMilliseconds: Int)
    /// The files that `Reload` read have errors; one line each.
    case reloadFailed([String])
    /// The caller may not do this.
    case permissionDenied(String)
    /// A parameter is unknown, missing or of the wrong type (`org.varlink.service.InvalidParameter`).
    case invalidParameter(String)
    /// The interface has no such method.
    case methodNotFound(String)
    /// The method is not there yet.
    case methodNotImplemented(String)
    /// There is no such interface.
    case interfaceNotFound(String)
    /// The method only makes sense with `more`.
    case expectedMore

    /// Whether the connection is closed behind the reply: nobody knows where the next message would begin, or whether
    /// the peer speaks JSON at all (design §3.3).
    public var closesConnection: Bool {
        switch self {
        case .tooLong, .unparsable: true
        default: false
        }
    }

    /// The varlink name of the error.
    public var name: String {
        switch self {
        case .tooLong, .unparsable, .badRequest: "io.postern.BadRequest"
        case .notReady: "io.postern.NotReady"
        case .overloaded: "io.postern.Overloaded"
        case .reloadFailed: "io.postern.ReloadFailed"
        case .permissionDenied: "io.postern.PermissionDenied"
        case .invalidParameter: "org.varlink.service.InvalidParameter"
        case .methodNotFound: "org.varlink.service.MethodNotFound"
        case .methodNotImplemented: "org.varlink.service.MethodNotImplemented"
        case .interfaceNotFound: "org.varlink.service.InterfaceNotFound"
        case .expectedMore: "org.varlink.service.ExpectedMore"
        }
    }

    /// One line for people.
    public var message: String {
        switch self {
        case .tooLong: "the message is longer than \(WireBounds.messageBytesMax) bytes"
        case .unparsable(let message), .badRequest(let message), .permissionDenied(let message): message
        case .notReady: "no policies are in force yet"
        case .overloaded(let wait): "too busy; try again in \(wait) ms"
        case .reloadFailed(let errors): errors.joined(separator: "\n")
        case .invalidParameter(let name): "the parameter `\(name)` is unknown, missing or of the wrong type"
        case .methodNotFound(let method): "there is no method `\(method)`"
        case .methodNotImplemented(let method): "the method `\(method)` is not implemented"
        case .interfaceNotFound(let interface): "there is no interface `\(interface)`"
        case .expectedMore: "the method answers more than once: call it with `more`"
        }
    }

    /// The parameter that is not accepted, where the error is one's: texts about one begin with it.
    public var parameter: String? {
        switch self {
        case .invalidParameter(let name): return name
        case .badRequest(let message):
            guard message.utf8.first == UInt8(ascii: "`") else { return nil }
            return message.dropFirst().firstIndex(of: "`").map { String(message[..<$0].dropFirst()) }
        default: return nil
        }
    }

    /// The error as a question's `error` in `AuthorizeMany`: `<code>: <text>`.
    public var questionFault: String {
        switch self {
        case .invalidParameter(let name): "InvalidParameter: `\(name)` is unknown, missing or of the wrong type"
        default: "BadRequest: \(message)"
        }
    }
}
