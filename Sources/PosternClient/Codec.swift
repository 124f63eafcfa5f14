internal import PolicyModel
internal import WireProtocol

/// Between the client's values and `WireProtocol`'s: calls as messages, and replies as values or errors.
package enum Codec {
    package static func authorize(_ question: Question, explain: Bool) throws(PosternError) -> [UInt8] {
        let question = try WireQuestion(question)
        return message { $0.appendAuthorize(question, explain: explain) }
    }

    static func authorizeMany(_ questions: [Question], explain: Bool) throws(PosternError) -> [UInt8] {
        var list: [WireQuestion] = []
        list.reserveCapacity(questions.count)
        for question in questions { list.append(try WireQuestion(question)) }
        // A session that all have is said once.
        var defaults = WireQuestion()
        if let session = list.first?.session, list.allSatisfy({ $0.session == session }) {
            defaults.session = session
            for index in list.indices { list[index].session = nil }
        }
        return message { $0.appendAuthorizeMany(list, defaults: defaults, explain: explain) }
    }

    static func assumeRole(_ assumption: RoleAssumption, explain: Bool) throws(PosternError) -> [UInt8] {
        let assumption = try WireAssumption(assumption)
        return message { $0.appendAssumeRole(assumption, explain: explain) }
    }

    static func status() -> [UInt8] { message { $0.appendStatus() } }

    static func reload() -> [UInt8] { message { $0.appendReload() } }

    static func watch() -> [UInt8] { message { $0.appendWatch() } }

    /// A whole message with its NUL.
    private static func message(_ append: (inout WireBuffer) -> Void) -> [UInt8] {
        var buffer = WireBuffer(capacity: 512)
        append(&buffer)
        return buffer.bytes
    }
}

extension Codec {
    static func answer(_ message: [UInt8]) throws(PosternError) -> Answer {
        try read(message) { reply throws(ReplyError) in
            let authorization = try reply.authorization()
            return Answer(authorization.answer, revision: authorization.revision, source: reply.parameters)
        }
    }

    static func answers(_ message: [UInt8], count: Int) throws(PosternError) -> [Answer] {
        try read(message) { reply throws(ReplyError) in
            let (answers, revision) = try reply.authorizations(count: count)
            let sources = reply.parameters["answers"]?.elements ?? []
            return zip(answers, sources).map { Answer($0, revision: revision, source: $1) }
        }
    }

    static func assumedRole(_ message: [UInt8]) throws(PosternError) -> AssumedRole {
        try read(message) { reply throws(ReplyError) in
            AssumedRole(try reply.assumedRole(), source: reply.parameters)
        }
    }

    static func revision(_ message: [UInt8]) throws(PosternError) -> String {
        try read(message) { reply throws(ReplyError) in try reply.revision() }
    }

    static func status(_ message: [UInt8]) throws(PosternError) -> SidecarStatus {
        try read(message) { reply throws(ReplyError) in
            SidecarStatus(try reply.status(), source: reply.parameters)
        }
    }

    /// Reads a reply; an error that it carries is thrown.
    private static func read<Value>(
        _ message: [UInt8], _ body: (WireReply) throws(ReplyError) -> Value
    ) throws(PosternError) -> Value {
        do throws(ReplyError) {
            return try body(try WireReply(message))
        } catch {
            throw PosternError(error)
        }
    }
}

extension SidecarStatus {
    fileprivate init(_ report: StatusReport, source: WireValue) {
        self.init(
            revision: report.revision, isStale: report.stale,
            isDegraded: report.stale || report.errorCount > 0 || report.counts.quarantined > 0
                || report.image == .different || report.image == .withdrawn,
            errors: report.errors ?? [], json: source.json)
    }
}

extension PosternError {
    fileprivate init(_ error: ReplyError) {
        switch error {
        case .malformed(let text): self = .protocolViolation(text)
        case .unknownError(let name): self = .unknownError(name)
        case .refused(let error): self.init(error)
        }
    }

    private init(_ error: WireError) {
        switch error {
        case .badRequest(let text), .unparsable(let text): self = .badRequest(text)
        case .tooLong: self = .badRequest(error.message)
        case .invalidParameter(let name): self = .badRequest("invalid parameter `\(name)`")
        case .permissionDenied(let text): self = .permissionDenied(text)
        case .notReady: self = .notReady
        case .overloaded(let milliseconds): self = .overloaded(retryAfterMilliseconds: milliseconds)
        case .reloadFailed(let errors): self = .reloadFailed(errors)
        case .methodNotFound, .methodNotImplemented, .interfaceNotFound, .expectedMore:
            self = .unknownError(error.name)
        }
    }
}
