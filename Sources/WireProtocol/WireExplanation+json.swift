// An explanation as JSON; empty lists are left out.
extension WireBuffer {
    mutating func append(_ explanation: WireExplanation) {
        append("{")
        append("reason", explanation.reason)
        guard !explanation.isAbridged else {
            append("abridged", true)
            append("}")
            return
        }
        append("summary", explanation.summary)
        if !explanation.deniedBy.isEmpty { append("deniedBy", explanation.deniedBy) }
        append("resourceAccount", explanation.resourceAccount)
        if let statement = explanation.matchedStatement {
            append(member: "matchedStatement")
            append("{")
            append("layer", statement.layer)
            appendMembers(statement)
            append("}")
        }
        if !explanation.layers.isEmpty {
            append("layers", objects: explanation.layers) { $1.appendMembers($0) }
        }
        if let nearest = explanation.nearestAllow {
            append(member: "nearestAllow")
            append(nearest)
        }
        if !explanation.hints.isEmpty { append("hints", explanation.hints) }
        append("}")
    }

    /// A number of things that are not shown; nothing when all are.
    private mutating func append(_ name: StaticString, leftOut count: Int) {
        if count > 0 { append(name, count) }
    }

    private mutating func appendMembers(_ layer: WireExplanation.Layer) {
        append("layer", layer.layer)
        append("level", layer.level)
        append("outcome", layer.outcome)
        append("statements", objects: layer.statements) { $1.appendMembers($0) }
        append("statementsLeftOut", leftOut: layer.statementsLeftOut)
        if layer.isIncomplete { append("incomplete", true) }
    }

    private mutating func appendMembers(_ statement: WireExplanation.LayerStatement) {
        appendMembers(statement.statement)
        append("effect", statement.effect)
        append("outcome", statement.outcome)
        append("grade", statement.grade)
        guard !statement.failedConditions.isEmpty else { return }
        append("failedConditions", objects: statement.failedConditions) { condition, buffer in
            buffer.append("operator", condition.operator)
            buffer.append("key", condition.key)
            buffer.append(wanted: condition.wanted, actual: condition.actual, condition.details)
        }
        append("failedConditionsLeftOut", leftOut: statement.failedConditionsLeftOut)
    }

    /// All but the layer.
    private mutating func appendMembers(_ statement: WireExplanation.Statement) {
        append("policy", statement.policy)
        append("sid", statement.sid)
        append("index", statement.statementIndex)
        append("file", statement.file)
        append("line", statement.line)
        append("column", statement.column)
    }

    private mutating func append(_ nearest: WireExplanation.NearestAllow) {
        append("{")
        append("advice", nearest.advice)
        append("layer", nearest.statement.layer)
        appendMembers(nearest.statement)
        append("missing", objects: nearest.missing) { missing, buffer in
            buffer.append("element", missing.element)
            if missing.isNot { buffer.append("not", true) }
            buffer.append("operator", missing.operator)
            buffer.append("key", missing.key)
            buffer.append(wanted: missing.wanted, actual: missing.actual, missing.details)
        }
        append("missingLeftOut", leftOut: nearest.missingLeftOut)
        append("}")
    }

    /// What a policy wants and what the request has; `null` says that it has nothing.
    private mutating func append(
        wanted: [String], actual: [String]?, _ details: WireExplanation.Details
    ) {
        append("wanted", wanted)
        if let resolved = details.resolved {
            append(member: "resolved")
            append(jsonStringsOrNulls: resolved)
        }
        append("wantedLeftOut", leftOut: details.wantedLeftOut)
        append(member: "actual")
        if let actual { append(jsonStrings: actual) } else { append("null") }
        append("actualLeftOut", leftOut: details.actualLeftOut)
    }

    private mutating func append(jsonStringsOrNulls values: [String?]) {
        append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { append(",") }
            if let value { append(jsonString: value) } else { append("null") }
        }
        append("]")
    }
}

extension WireExplanation {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            reason: try value.optional("reason", \.string) ?? "",
            summary: try value.optional("summary", \.string) ?? "",
            deniedBy: try value.optional("deniedBy", \.strings) ?? [],
            resourceAccount: try value.optional("resourceAccount", \.string))
        matchedStatement = try value.object("matchedStatement") { value throws(ReplyError) in try Statement(value) }
        layers = try value.objects("layers") { value throws(ReplyError) in try Layer(value) }
        nearestAllow = try value.object("nearestAllow") { value throws(ReplyError) in try NearestAllow(value) }
        hints = try value.optional("hints", \.strings) ?? []
        isAbridged = try value.optional("abridged", \.boolean) ?? false
    }
}

extension WireExplanation.Statement {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            layer: try value.optional("layer", \.string) ?? "", policy: try value.optional("policy", \.string) ?? "",
            sid: try value.optional("sid", \.string), statementIndex: try value.optional("index", \.integer) ?? 0,
            file: try value.optional("file", \.string), line: try value.optional("line", \.integer),
            column: try value.optional("column", \.integer))
    }
}

extension WireExplanation.Layer {
    init(_ value: WireValue) throws(ReplyError) {
        let name = try value.optional("layer", \.string) ?? ""
        self.init(
            layer: name, level: try value.optional("level", \.string),
            outcome: try value.optional("outcome", \.string) ?? "")
        statements = try value.objects("statements") { value throws(ReplyError) in
            try WireExplanation.LayerStatement(value, in: name)
        }
        statementsLeftOut = try value.optional("statementsLeftOut", \.integer) ?? 0
        isIncomplete = try value.optional("incomplete", \.boolean) ?? false
    }
}

extension WireExplanation.LayerStatement {
    init(_ value: WireValue, in layer: String) throws(ReplyError) {
        var statement = try WireExplanation.Statement(value)
        statement.layer = layer
        self.init(
            statement: statement, effect: try value.optional("effect", \.string) ?? "",
            outcome: try value.optional("outcome", \.string) ?? "", grade: try value.optional("grade", \.strings))
        failedConditions = try value.objects("failedConditions") { value throws(ReplyError) in
            try WireExplanation.Condition(value)
        }
        failedConditionsLeftOut = try value.optional("failedConditionsLeftOut", \.integer) ?? 0
    }
}

extension WireExplanation.Condition {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            operator: try value.optional("operator", \.string) ?? "", key: try value.optional("key", \.string) ?? "",
            wanted: try value.optional("wanted", \.strings) ?? [], actual: try value.optional("actual", \.strings))
        details = try WireExplanation.Details(value)
    }
}

extension WireExplanation.Details {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            resolved: try value.optional("resolved", \.stringsOrNulls),
            wantedLeftOut: try value.optional("wantedLeftOut", \.integer) ?? 0,
            actualLeftOut: try value.optional("actualLeftOut", \.integer) ?? 0)
    }
}

extension WireExplanation.NearestAllow {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            advice: try value.optional("advice", \.string) ?? "", statement: try WireExplanation.Statement(value),
            missing: try value.objects("missing") { value throws(ReplyError) in try WireExplanation.Missing(value) })
        missingLeftOut = try value.optional("missingLeftOut", \.integer) ?? 0
    }
}

extension WireExplanation.Missing {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            element: try value.optional("element", \.string) ?? "",
            wanted: try value.optional("wanted", \.strings) ?? [], actual: try value.optional("actual", \.strings),
            operator: try value.optional("operator", \.string), key: try value.optional("key", \.string))
        isNot = try value.optional("not", \.boolean) ?? false
        details = try WireExplanation.Details(value)
    }
}

extension WireValue {
    /// The strings, if it is an array of nothing else but strings and `null`.
    fileprivate var stringsOrNulls: [String?]? {
        guard let elements else { return nil }
        var strings: [String?] = []
        for element in elements {
            guard element == .null || element.string != nil else { return nil }
            strings.append(element.string)
        }
        return strings
    }

    /// An object that may be missing or `null`.
    func object<Value>(
        _ name: String, _ read: (WireValue) throws(ReplyError) -> Value
    ) throws(ReplyError) -> Value? {
        guard let value = present(name) else { return nil }
        guard case .object = value else { throw .malformed("`\(name)` is no object") }
        return try read(value)
    }

    /// A list of objects; missing or `null` is empty.
    func objects<Value>(
        _ name: String, _ read: (WireValue) throws(ReplyError) -> Value
    ) throws(ReplyError) -> [Value] {
        var values: [Value] = []
        for element in try optional(name, \.elements) ?? [] {
            guard case .object = element else { throw .malformed("`\(name)` holds something that is no object") }
            values.append(try read(element))
        }
        return values
    }
}
