public import DecisionTree
internal import PolicyModel

/// Reads messages into questions: one a loop, used again for every message, without allocating once it has seen its
/// largest one.
///
/// What it gives points into the message and its own arena, and is good until the next `scan` or `resume`. The state of
/// an `AuthorizeMany` is lost with the next `scan` too; `cursor` and `resume` bring it back.
public struct MessageScanner: ~Copyable {
    /// The question last scanned.
    public var view: RequestView
    /// Which of `view.entries` are the question's context.
    public internal(set) var contextRange = 0..<0
    /// What the `AssumeRole` last scanned asks for; its lists stand in the view's buffers.
    public internal(set) var assumption = AssumptionView()
    /// What the caller wants done with the reply; good even when `scan` throws, as far as it could be read.
    public internal(set) var flags = CallFlags()

    /// How many messages have been read; one that is read again counts again.
    public private(set) var messagesRead = 0

    /// The message last read, to be compared and not to be looked into.
    var lastMessage = ByteView()
    var tape: JSONTape
    var batch = Batch()
    /// The questions of a plain `AuthorizeMany`.
    var plain = TrivialBuffer<PlainQuestion>(capacity: 16)
    var guesses = KeyGuesses()
    /// Whether plain messages are read in one pass; tests read them both ways.
    var readsPlain = true

    /// What is kept between the questions of an `AuthorizeMany`.
    struct Batch {
        /// Whether the questions are plain: they have been read, and stand in `plain`.
        var isPlain = false
        var plainDefaults = PlainQuestion()
        var defaults = QuestionMembers()
        var defaultContext = 0..<0
        var defaultSession = SessionView()
        /// The token of the next question, and how many there are and have been given out.
        var next = 0
        var count = 0
        var done = 0
        var explain = false
        /// The arena and the buffers are brought back to these before each question.
        var valueCount = 0
        var tagCount = 0
        var textCount = 0
        var policyCount = 0
    }

    /// A scanner with room for usual messages.
    public init() {
        view = RequestView(messageBytesMax: WireBounds.messageBytesMax)
        tape = JSONTape(capacity: 256)
    }

    /// Reads one message, without its NUL.
    ///
    /// `keys` are the condition keys of the snapshot that will decide.
    public mutating func scan(_ message: ByteView, keys: SymbolTable) throws(WireError) -> Incoming {
        begin()
        messagesRead += 1
        guard message.count <= WireBounds.messageBytesMax else { throw .tooLong }
        lastMessage = message
        if readsPlain {
            if let incoming = scanPlain(message, keys) { return incoming }
            begin()
            lastMessage = message
        }
        do throws(JSONFault) {
            try tape.read(message, into: &view.arena, depthMax: WireBounds.depthMax)
        } catch {
            throw WireError(error, in: tape)
        }
        let envelope = try readEnvelope()
        return try dispatch(envelope, keys)
    }

    private mutating func begin() {
        view.reset()
        flags = CallFlags()
        contextRange = 0..<0
        assumption = AssumptionView()
        batch = Batch()
        lastMessage = ByteView()
    }

    /// The members of the message that count.
    private struct Envelope {
        var method = ByteView()
        /// The token of the parameters' object; `nil` when there are none.
        var parameters: Int?
    }

    private mutating func readEnvelope() throws(WireError) -> Envelope {
        guard tape.tokens[0].kind == .object else { throw .badRequest("the message must be a JSON object") }
        var (method, parameters, fault): (Int?, Int?, WireError?) = (nil, nil, nil)
        let end = Int(tape.tokens[0].next)
        var name = 1
        while name < end {
            let value = name + 1
            let text = tape.tokens[name].text
            if text.equals("method") {
                method = value
            } else if text.equals("parameters") {
                parameters = value
            } else {
                // All flags are read before any error is thrown: `oneway` decides whether the error is sent.
                do throws(WireError) { try readFlag(text, value) } catch { fault = error }
            }
            name = Int(tape.tokens[value].next)
        }
        if let fault { throw fault }
        return Envelope(method: try methodName(method), parameters: try parameterObject(parameters))
    }

    private mutating func readFlag(_ name: ByteView, _ value: Int) throws(WireError) {
        if name.equals("oneway") {
            flags.oneway = try flag(value, "oneway")
        } else if name.equals("more") {
            flags.more = try flag(value, "more")
        } else if name.equals("upgrade") {
            flags.upgrade = try flag(value, "upgrade")
        }
    }

    private func flag(_ token: Int, _ name: String) throws(WireError) -> Bool {
        switch tape.tokens[token].kind {
        case .true: return true
        case .false, .null: return false
        default: throw .badRequest("`\(name)` must be a boolean, not \(tape.tokens[token].kind.name)")
        }
    }

    private mutating func methodName(_ token: Int?) throws(WireError) -> ByteView {
        guard let token, tape.tokens[token].kind != .null else { throw .badRequest("`method` is missing") }
        guard tape.tokens[token].kind == .string else {
            throw .badRequest("`method` must be a string, not \(tape.tokens[token].kind.name)")
        }
        return tape.tokens[token].text
    }

    private mutating func parameterObject(_ token: Int?) throws(WireError) -> Int? {
        guard let token, tape.tokens[token].kind != .null else { return nil }
        guard tape.tokens[token].kind == .object else { throw .invalidParameter("parameters") }
        return token
    }

    private mutating func dispatch(_ envelope: Envelope, _ keys: SymbolTable) throws(WireError) -> Incoming {
        let method = try WireMethod(envelope.method)
        if flags.upgrade { throw .badRequest("`upgrade` is not supported") }
        if flags.oneway, flags.more { throw .badRequest("`oneway` and `more` exclude each other") }
        switch method {
        case .authorize: return try scanAuthorize(envelope.parameters, keys)
        case .authorizeMany: return try scanAuthorizeMany(envelope.parameters, keys)
        case .assumeRole: return try scanAssumeRole(envelope.parameters, keys)
        case .getInterfaceDescription: return try scanGetInterfaceDescription(envelope.parameters)
        case .status, .reload, .watch, .getInfo: return try scanWithoutParameters(method, envelope.parameters)
        }
    }

    private mutating func scanWithoutParameters(_ method: WireMethod, _ object: Int?) throws(WireError) -> Incoming {
        if let object, tape.tokens[object].count > 0 {
            throw .invalidParameter(UserText.bounded(tape.tokens[object + 1].text))
        }
        switch method {
        case .status: return .status
        case .reload: return .reload
        case .watch:
            guard flags.more else { throw .expectedMore }
            return .watch
        default: return .getInfo
        }
    }

    private mutating func scanGetInterfaceDescription(_ object: Int?) throws(WireError) -> Incoming {
        guard let object else { throw .invalidParameter("interface") }
        var interface: Int?
        var name = object + 1
        while name < Int(tape.tokens[object].next) {
            guard tape.tokens[name].text.equals("interface") else {
                throw .invalidParameter(UserText.bounded(tape.tokens[name].text))
            }
            interface = name + 1
            name = Int(tape.tokens[name + 1].next)
        }
        guard let interface, tape.tokens[interface].kind == .string else { throw .invalidParameter("interface") }
        let text = tape.tokens[interface].text
        for candidate in WireInterface.allCases where text.text == Text(candidate.rawValue) {
            return .getInterfaceDescription(candidate)
        }
        throw .interfaceNotFound(UserText.bounded(text))
    }
}

/// The methods of our interfaces.
enum WireMethod {
    case authorize, authorizeMany, assumeRole, status, reload, watch, getInfo, getInterfaceDescription

    /// Reads a method's full name.
    init(_ name: ByteView) throws(WireError) {
        if name.hasPrefix("io.postern."), let method = WireMethod(postern: name.dropFirst(11)) {
            self = method
        } else if name.equals("org.varlink.service.GetInfo") {
            self = .getInfo
        } else if name.equals("org.varlink.service.GetInterfaceDescription") {
            self = .getInterfaceDescription
        } else {
            throw WireMethod.notFound(name)
        }
    }

    private init?(postern name: ByteView) {
        if name.equals("Authorize") {
            self = .authorize
        } else if name.equals("AuthorizeMany") {
            self = .authorizeMany
        } else if name.equals("Status") {
            self = .status
        } else if name.equals("Reload") {
            self = .reload
        } else if name.equals("Watch") {
            self = .watch
        } else if name.equals("AssumeRole") {
            self = .assumeRole
        } else {
            return nil
        }
    }

    /// What is missing: the method, or already the interface before its last dot.
    private static func notFound(_ name: ByteView) -> WireError {
        var dot = name.count - 1
        while dot >= 0, name[dot] != UInt8(ascii: ".") { dot -= 1 }
        let interface = name.slice(0, max(dot, 0))
        let isOurs = interface.equals("io.postern") || interface.equals("org.varlink.service")
        return isOurs
            ? .methodNotFound(UserText.bounded(name)) : .interfaceNotFound(UserText.bounded(interface))
    }
}
