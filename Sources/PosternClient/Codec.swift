internal import PolicyModel
internal import WireProtocol

/// Between the client's values and `WireProtocol`'s: calls as messages, and replies as values or errors.
enum Codec {
    static func authorize(_ question: Question, explain: Bool) throws(PosternError) -> [UInt8] {
        let question = try WireQuestion(question)
        return message { $0.appendAuthorize(question, explain: explain) }
    }

    static func authorizeMany(_ questions: [Question], explain: Bool) throws(PosternError) -> [UInt8] {
        var list: [WireQuestion] = []
        list.reserveCapacity(questions.count)
        for question in questions { list.append(try WireQuestion(question)) }
        return message { $0.appendAuthorizeMany(list, explain: explain) }
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

extension WireQuestion {
    /// The same question, its context sorted, so that a question is always the same bytes.
    fileprivate init(_ question: Question) throws(PosternError) {
        self.init(principal: question.principal, action: question.action, resource: question.resource)
        guard !question.context.isEmpty else { return }
        var entries: [WireContextEntry] = []
        for (key, value) in question.context.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            entries.append(WireContextEntry(key, try WireContextValue(value, key: key)))
        }
        context = entries
    }
}

extension WireContextValue {
    fileprivate init(_ value: ContextValue, key: String) throws(PosternError) {
        switch value {
        case .string(let text): self = .string(text)
        case .bool(let value): self = .boolean(value)
        case .number(let text):
            // Else it would be sent as a string, which is not what the caller said.
            guard WireContextValue.isNumber(text) else {
                throw .badRequest("context key `\(key)`: `\(text)` is not a number")
            }
            self = .number(text)
        case .list(let values):
            var elements: [WireContextValue] = []
            for value in values { elements.append(try WireContextValue(value, key: key)) }
            self = .list(elements)
        }
    }
}

extension Answer {
    fileprivate init(_ answer: WireAnswer, revision: String, source: WireValue) {
        let decision: Decision =
            switch answer.decision {
            case .allowed: .allowed
            case .explicitDeny: .explicitDeny
            case .implicitDeny: .implicitDeny
            }
        self.init(
            isAllowed: answer.allowed, decision: decision, revision: revision, error: answer.error,
            explanation: answer.explanation.map { Explanation($0, json: source["explanation"]?.json ?? "{}") })
    }
}

extension Explanation {
    fileprivate init(_ explanation: WireExplanation, json: String) {
        self.init(
            reason: explanation.reason, summary: explanation.summary,
            matchedStatement: explanation.matchedStatement.map { statement in
                MatchedStatement(
                    layer: statement.layer, policy: statement.policy, sid: statement.sid,
                    file: statement.file ?? "", line: statement.line ?? 0, column: statement.column ?? 0)
            }, json: json)
    }
}

extension SidecarStatus {
    fileprivate init(_ report: StatusReport, source: WireValue) {
        self.init(
            revision: report.revision, isStale: report.stale,
            isDegraded: report.stale || report.errorCount > 0 || report.counts.quarantined > 0,
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
