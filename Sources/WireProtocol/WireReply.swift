public import PolicyModel

/// Why a client has no answer.
public enum ReplyError: Error, Sendable, Hashable {
    /// The bytes are no reply, or not one to this call.
    case malformed(String)
    /// The sidecar refused the call.
    case refused(WireError)
    /// The sidecar refused the call with an error that this client does not know.
    case unknownError(name: String)

    /// One line for people.
    public var message: String {
        switch self {
        case .malformed(let text): "the sidecar's reply cannot be read: \(text)"
        case .refused(let error): error.message
        case .unknownError(let name): "the sidecar answered with the error `\(name)`"
        }
    }
}

/// A reply whose parameters are not interpreted yet.
public struct WireReply: Sendable, Hashable {
    /// What the method answered; an object.
    public let parameters: WireValue
    /// Whether more replies to the same call follow.
    public let continues: Bool

    /// Reads a reply without its NUL; throws `.refused` or `.unknownError` for an error.
    public init(_ bytes: [UInt8]) throws(ReplyError) {
        let value = try WireValue(parsing: bytes)
        guard case .object = value else { throw .malformed("it is no JSON object") }
        switch value["parameters"] {
        case nil, .null: parameters = .object([])
        case .object(let members): parameters = .object(members)
        default: throw .malformed("its parameters are no object")
        }
        switch value["continues"] {
        case nil, .null: continues = false
        case .boolean(let flag): continues = flag
        default: throw .malformed("`continues` is no boolean")
        }
        switch value["error"] {
        case nil, .null: return
        case .string(let name): throw ReplyError(name, parameters)
        default: throw .malformed("`error` is no string")
        }
    }

    /// Reads the answer of `Authorize`.
    public func authorization() throws(ReplyError) -> WireAuthorization {
        WireAuthorization(
            answer: try WireAnswer(parameters), revision: try parameters.required("revision", \.string))
    }

    /// Reads the answers of `AuthorizeMany`; there must be `count`.
    public func authorizations(count: Int) throws(ReplyError) -> (answers: [WireAnswer], revision: String) {
        let elements = try parameters.required("answers", \.elements)
        guard elements.count == count else { throw .malformed("\(elements.count) answers to \(count) questions") }
        var answers: [WireAnswer] = []
        answers.reserveCapacity(count)
        for element in elements { answers.append(try WireAnswer(element)) }
        return (answers, try parameters.required("revision", \.string))
    }

    /// Reads the answer of `Reload` or `Watch`.
    public func revision() throws(ReplyError) -> String { try parameters.required("revision", \.string) }

    /// Reads the answer of `Status`.
    public func status() throws(ReplyError) -> StatusReport { try StatusReport(parameters) }
}

/// The answer to a question.
public struct WireAnswer: Sendable, Hashable {
    /// How it came out.
    public let decision: Decision
    /// Why the question could not be decided, as `<code>: <text>`; it is denied then.
    public let error: String?
    /// Why it came out so, if that was asked for.
    public let explanation: WireExplanation?

    /// Whether it is allowed.
    public var allowed: Bool { decision == .allowed }

    /// Reads an answer; one that contradicts itself is malformed, so that nothing is allowed by mistake.
    init(_ value: WireValue) throws(ReplyError) {
        let name = try value.required("decision", \.string)
        guard let decision = Decision.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
            throw .malformed("`decision` is none of ours")
        }
        let allowed = try value.required("allowed", \.boolean)
        error = try value.optional("error", \.string)
        guard allowed == (decision == .allowed), !allowed || error == nil else {
            throw .malformed("`allowed` contradicts the rest")
        }
        self.decision = decision
        explanation = try value.object("explanation") { value throws(ReplyError) in try WireExplanation(value) }
    }
}

/// The answer of `Authorize`.
public struct WireAuthorization: Sendable, Hashable {
    /// The answer.
    public let answer: WireAnswer
    /// The revision that was in force.
    public let revision: String
}

extension StatusReport {
    init(_ value: WireValue) throws(ReplyError) {
        let reload = try value.required("lastReload") { $0 }
        self.init(
            revision: try value.required("revision", \.string), version: try value.required("version", \.string),
            uptimeSeconds: try value.required("uptimeSeconds", \.integer),
            lastReload: LastReload(
                at: try reload.required("at", \.integer), succeeded: try reload.required("succeeded", \.boolean)))
        counts = try Counts(try value.required("counts") { $0 })
        connections = try value.required("connections", \.integer)
        requests = try value.required("requests", \.integer)
        decisions = try Decisions(try value.required("decisions") { $0 })
        reasons = try value.optional("reasons", \.counts) ?? []
        decisionLog = try value.object("decisionLog") { value throws(ReplyError) in try DecisionLog(value) }
        stale = try value.required("stale", \.boolean)
        errors = try value.optional("errors", \.strings)
        errorCount = try value.required("errorCount", \.integer)
        ignoredFiles = try value.required("ignoredFiles", \.integer)
        if let name = try value.optional("image", \.string) {
            guard let image = Image(rawValue: name) else { throw .malformed("`image` is none of ours") }
            self.image = image
        }
    }
}

extension StatusReport.Counts {
    init(_ value: WireValue) throws(ReplyError) {
        accounts = try value.required("accounts", \.integer)
        users = try value.required("users", \.integer)
        groups = try value.required("groups", \.integer)
        roles = try value.required("roles", \.integer)
        managedPolicies = try value.required("managedPolicies", \.integer)
        resources = try value.required("resources", \.integer)
        controlPolicies = try value.required("controlPolicies", \.integer)
        quarantined = try value.required("quarantined", \.integer)
        trees = try value.required("trees", \.integer)
        statements = try value.required("statements", \.integer)
        conditions = try value.required("conditions", \.integer)
        tableBytes = try value.required("tableBytes", \.integer)
    }
}

extension StatusReport.DecisionLog {
    init(_ value: WireValue) throws(ReplyError) {
        written = try value.required("written", \.integer)
        dropped = try value.required("dropped", \.integer)
        failed = try value.required("failed", \.integer)
    }
}

extension StatusReport.Decisions {
    init(_ value: WireValue) throws(ReplyError) {
        allowed = try value.required("allowed", \.integer)
        explicitDeny = try value.required("explicitDeny", \.integer)
        implicitDeny = try value.required("implicitDeny", \.integer)
    }
}

extension WireValue {
    /// An object whose members are whole numbers; `nil` for anything else.
    fileprivate var counts: [StatusReport.ReasonCount]? {
        guard case .object(let members) = self else { return nil }
        var counts: [StatusReport.ReasonCount] = []
        for member in members {
            guard let count = member.value.integer else { return nil }
            counts.append(StatusReport.ReasonCount(reason: member.name, count: count))
        }
        return counts
    }

    /// A member that must be there and be of the kind that `read` reads.
    func required<Value>(_ name: String, _ read: (WireValue) -> Value?) throws(ReplyError) -> Value {
        guard let value = present(name).flatMap(read) else {
            throw .malformed("`\(name)` is missing or of the wrong type")
        }
        return value
    }

    /// A member that may be missing or `null`.
    func optional<Value>(_ name: String, _ read: (WireValue) -> Value?) throws(ReplyError) -> Value? {
        present(name) == nil ? nil : try required(name, read)
    }

    /// A member that is there and not `null`.
    func present(_ name: String) -> WireValue? {
        self[name].flatMap { $0 == .null ? nil : $0 }
    }
}

extension ReplyError {
    /// The error that a reply carries.
    init(_ name: String, _ parameters: WireValue) {
        func text(_ member: String) -> String { parameters[member]?.string ?? "" }
        switch name {
        case "io.postern.BadRequest": self = .refused(.badRequest(text("message")))
        case "io.postern.NotReady": self = .refused(.notReady)
        case "io.postern.Overloaded":
            // A sidecar of ours always says how long; whoever does not is not asked again at once.
            let wait = parameters["retryAfterMilliseconds"]?.integer ?? 1_000
            self = .refused(.overloaded(retryAfterMilliseconds: wait))
        case "io.postern.ReloadFailed": self = .refused(.reloadFailed(parameters["errors"]?.strings ?? []))
        case "io.postern.PermissionDenied", "org.varlink.service.PermissionDenied":
            self = .refused(.permissionDenied(text("message")))
        case "org.varlink.service.InvalidParameter": self = .refused(.invalidParameter(text("parameter")))
        case "org.varlink.service.MethodNotFound": self = .refused(.methodNotFound(text("method")))
        case "org.varlink.service.MethodNotImplemented": self = .refused(.methodNotImplemented(text("method")))
        case "org.varlink.service.InterfaceNotFound": self = .refused(.interfaceNotFound(text("interface")))
        case "org.varlink.service.ExpectedMore": self = .refused(.expectedMore)
        default: self = .unknownError(name: name)
        }
    }
}
