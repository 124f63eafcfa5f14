// An explanation as JSON; empty lists are left out.
extension WireBuffer {
    mutating func append(_ explanation: WireExplanation) {
        append("{")
        append("reason", explanation.reason)
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
        append("}")
    }

    private mutating func appendMembers(_ layer: WireExplanation.Layer) {
        append("layer", layer.layer)
        append("level", layer.level)
        append("outcome", layer.outcome)
        append("statements", objects: layer.statements) { $1.appendMembers($0) }
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
            buffer.append("wanted", condition.wanted)
            buffer.append(actual: condition.actual)
        }
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
            buffer.append("operator", missing.operator)
            buffer.append("key", missing.key)
            buffer.append("wanted", missing.wanted)
            buffer.append(actual: missing.actual)
        }
        append("}")
    }

    /// What the request has; `null` says that it has nothing.
    private mutating func append(actual values: [String]?) {
        append(member: "actual")
        if let values { append(jsonStrings: values) } else { append("null") }
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
    }
}

extension WireExplanation.Condition {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            operator: try value.optional("operator", \.string) ?? "", key: try value.optional("key", \.string) ?? "",
            wanted: try value.optional("wanted", \.strings) ?? [], actual: try value.optional("actual", \.strings))
    }
}

extension WireExplanation.NearestAllow {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            advice: try value.optional("advice", \.string) ?? "", statement: try WireExplanation.Statement(value),
            missing: try value.objects("missing") { value throws(ReplyError) in try WireExplanation.Missing(value) })
    }
}

extension WireExplanation.Missing {
    init(_ value: WireValue) throws(ReplyError) {
        self.init(
            element: try value.optional("element", \.string) ?? "",
            wanted: try value.optional("wanted", \.strings) ?? [], actual: try value.optional("actual", \.strings),
            operator: try value.optional("operator", \.string), key: try value.optional("key", \.string))
    }
}

extension WireValue {
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
