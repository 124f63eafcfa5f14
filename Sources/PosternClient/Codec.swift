/// The client's half of design §3.3: calls as messages, and replies as values or errors.
enum Codec {
    /// A whole message with its NUL.
    static func call(_ method: String, _ parameters: [String] = [], more: Bool = false) -> [UInt8] {
        let flags = more ? ",\"more\":true" : ""
        let text = "{\"method\":\"io.postern.\(method)\"\(flags),\"parameters\":{\(parameters.joined(separator: ","))}}"
        return Array(text.utf8) + [0]
    }

    static func authorize(_ question: Question, explain: Bool) throws(PosternError) -> [UInt8] {
        call("Authorize", try members(question) + (explain ? ["\"explain\":true"] : []))
    }

    static func authorizeMany(_ questions: [Question], explain: Bool) throws(PosternError) -> [UInt8] {
        var objects: [String] = []
        for question in questions { objects.append("{" + (try members(question)).joined(separator: ",") + "}") }
        let list = "\"questions\":[" + objects.joined(separator: ",") + "]"
        return call("AuthorizeMany", [list] + (explain ? ["\"explain\":true"] : []))
    }

    private static func members(_ question: Question) throws(PosternError) -> [String] {
        var members = [
            "\"principal\":" + JSONText.quoted(question.principal),
            "\"action\":" + JSONText.quoted(question.action),
            "\"resource\":" + JSONText.quoted(question.resource),
        ]
        guard !question.context.isEmpty else { return members }
        var entries: [String] = []
        // Sorted, so that a question is always the same bytes.
        for (key, value) in question.context.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            entries.append(JSONText.quoted(key) + ":" + (try json(value, key: key)))
        }
        members.append("\"context\":{" + entries.joined(separator: ",") + "}")
        return members
    }

    private static func json(_ value: ContextValue, key: String) throws(PosternError) -> String {
        switch value {
        case .string(let text): return JSONText.quoted(text)
        case .bool(let value): return value ? "true" : "false"
        case .number(let text):
            // Checked here, so that no text can end the message early and begin another.
            guard case .number? = try? ReplyParser.parse(Array(text.utf8)) else {
                throw .badRequest("context key `\(key)`: `\(text)` is not a number")
            }
            return text
        case .list(let values):
            var elements: [String] = []
            for value in values { elements.append(try json(value, key: key)) }
            return "[" + elements.joined(separator: ",") + "]"
        }
    }
}

extension Codec {
    /// The parameters of a reply; an error reply is thrown.
    static func parameters(_ message: [UInt8]) throws(PosternError) -> ReplyValue {
        let reply = try ReplyParser.parse(message)
        if let error = reply["error"]?.string { throw failure(error, reply["parameters"]) }
        guard let parameters = reply["parameters"] else { throw .protocolViolation("no parameters") }
        return parameters
    }

    private static func failure(_ name: String, _ parameters: ReplyValue?) -> PosternError {
        let message = parameters?["message"]?.string ?? ""
        switch name {
        case "io.postern.BadRequest": return .badRequest(message)
        case "io.postern.PermissionDenied": return .permissionDenied(message)
        case "io.postern.NotReady": return .notReady
        case "io.postern.Overloaded":
            return .overloaded(retryAfterMilliseconds: parameters?["retryAfterMilliseconds"]?.integer ?? 1_000)
        case "io.postern.ReloadFailed":
            return .reloadFailed(parameters?["errors"]?.elements?.compactMap(\.string) ?? [])
        case "org.varlink.service.InvalidParameter":
            return .badRequest("invalid parameter `\(parameters?["parameter"]?.string ?? "")`")
        default: return .unknownError(name)
        }
    }

    static func answer(_ message: [UInt8]) throws(PosternError) -> Answer {
        let parameters = try parameters(message)
        guard let revision = parameters["revision"]?.string else { throw .protocolViolation("no revision") }
        return try answer(parameters, revision: revision)
    }

    static func answers(_ message: [UInt8], count: Int) throws(PosternError) -> [Answer] {
        let parameters = try parameters(message)
        guard let revision = parameters["revision"]?.string, let list = parameters["answers"]?.elements else {
            throw .protocolViolation("no answers or no revision")
        }
        guard list.count == count else {
            throw .protocolViolation("\(list.count) answers to \(count) questions")
        }
        var answers: [Answer] = []
        for value in list { answers.append(try answer(value, revision: revision)) }
        return answers
    }

    private static func answer(_ value: ReplyValue, revision: String) throws(PosternError) -> Answer {
        guard let isAllowed = value["allowed"]?.bool, let text = value["decision"]?.string,
            let decision = Decision(rawValue: text), isAllowed == (decision == .allowed)
        else { throw .protocolViolation("an answer without a decision") }
        return Answer(
            isAllowed: isAllowed, decision: decision, revision: revision, error: value["error"]?.string,
            explanation: value["explanation"].map(explanation))
    }

    private static func explanation(_ value: ReplyValue) -> Explanation {
        Explanation(
            reason: value["reason"]?.string ?? "", summary: value["summary"]?.string ?? "",
            matchedStatement: value["matchedStatement"].map { statement in
                MatchedStatement(
                    layer: statement["layer"]?.string ?? "", policy: statement["policy"]?.string ?? "",
                    sid: statement["sid"]?.string, file: statement["file"]?.string ?? "",
                    line: statement["line"]?.integer ?? 0, column: statement["column"]?.integer ?? 0)
            }, json: value.json)
    }

    static func revision(_ message: [UInt8]) throws(PosternError) -> String {
        guard let revision = try parameters(message)["revision"]?.string else {
            throw .protocolViolation("no revision")
        }
        return revision
    }

    static func status(_ message: [UInt8]) throws(PosternError) -> SidecarStatus {
        let parameters = try parameters(message)
        guard let revision = parameters["revision"]?.string else { throw .protocolViolation("no revision") }
        let troubles =
            (parameters["errorCount"]?.integer ?? 0) + (parameters["counts"]?["quarantined"]?.integer ?? 0)
        let isStale = parameters["stale"]?.bool ?? false
        return SidecarStatus(
            revision: revision, isStale: isStale, isDegraded: isStale || troubles > 0,
            errors: parameters["errors"]?.elements?.compactMap(\.string) ?? [], json: parameters.json)
    }
}
