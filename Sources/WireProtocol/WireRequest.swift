internal import DecisionTree

/// A question as a client asks it.
public struct WireQuestion: Sendable, Hashable {
    /// Who asks; in a batch, `nil` takes the call's default.
    public var principal: String?
    /// What they want to do; in a batch, `nil` takes the call's default.
    public var action: String?
    /// On what; in a batch, `nil` takes the call's default.
    public var resource: String?
    /// What is known of the circumstances; `nil` takes the call's default, an empty one replaces it.
    public var context: [WireContextEntry]?
    /// What is known of the credentials; `nil` takes the call's default, an empty one replaces it.
    public var session: WireSession?

    /// Makes a question.
    public init(
        principal: String? = nil, action: String? = nil, resource: String? = nil, context: [WireContextEntry]? = nil,
        session: WireSession? = nil
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
        self.session = session
    }
}

/// A context key with what it holds.
public struct WireContextEntry: Sendable, Hashable {
    /// The key.
    public var key: String
    /// What it holds.
    public var value: WireContextValue

    /// Makes an entry.
    public init(_ key: String, _ value: WireContextValue) {
        self.key = key
        self.value = value
    }
}

/// What a context key may hold.
public enum WireContextValue: Sendable, Hashable {
    /// A string.
    case string(String)
    /// A whole number.
    case integer(Int)
    /// A number's source text; sent as a string when it is no JSON number, which means the same to the sidecar.
    case number(String)
    /// A boolean.
    case boolean(Bool)
    /// A list; lists inside it are refused by the sidecar.
    case list([WireContextValue])

    /// Whether the text is a JSON number that the sidecar takes.
    public static func isNumber(_ text: String) -> Bool {
        guard let value = try? WireValue(parsing: Array(text.utf8)), case .number(let number) = value else {
            return false
        }
        return number.utf8.elementsEqual(text.utf8)
    }
}

// What a client says. Each call adds one whole message with its NUL.
extension WireBuffer {
    /// Asks `Authorize`.
    public mutating func appendAuthorize(_ question: WireQuestion, explain: Bool = false) {
        append("{\"method\":\"io.postern.Authorize\",\"parameters\":")
        append(question, explain: explain)
        append("}}\0")
    }

    /// Asks `AuthorizeMany`; what a question leaves out is taken from `defaults`.
    public mutating func appendAuthorizeMany(
        _ questions: [WireQuestion], defaults: WireQuestion = WireQuestion(), explain: Bool = false
    ) {
        append("{\"method\":\"io.postern.AuthorizeMany\",\"parameters\":")
        append(defaults, explain: explain)
        append(member: "questions")
        append("[")
        for (index, question) in questions.enumerated() {
            if index > 0 { append(",") }
            append(question, explain: false)
            append("}")
        }
        append("]}}\0")
    }

    /// Asks `Status`.
    public mutating func appendStatus() { append("{\"method\":\"io.postern.Status\"}\0") }

    /// Asks `Reload`.
    public mutating func appendReload() { append("{\"method\":\"io.postern.Reload\"}\0") }

    /// Asks `Watch`, which takes the connection.
    public mutating func appendWatch() { append("{\"method\":\"io.postern.Watch\",\"more\":true}\0") }

    /// Adds a question's members and leaves its object open.
    private mutating func append(_ question: WireQuestion, explain: Bool) {
        append("{")
        append("principal", question.principal)
        append("action", question.action)
        append("resource", question.resource)
        append(context: question.context)
        append(session: question.session)
        if explain { append("explain", true) }
    }

    /// Adds `context`; nothing for `nil`.
    mutating func append(context: [WireContextEntry]?) {
        guard let context else { return }
        append(member: "context")
        append("{")
        for entry in context {
            if !isAtStartOfObject { append(",") }
            append(jsonString: entry.key)
            append(":")
            append(entry.value)
        }
        append("}")
    }

    private mutating func append(_ value: WireContextValue) {
        switch value {
        case .string(let text): append(jsonString: text)
        case .integer(let number): append(number)
        case .number(let text): WireContextValue.isNumber(text) ? append(utf8: text) : append(jsonString: text)
        case .boolean(let flag): append(flag)
        case .list(let values):
            append("[")
            for (index, element) in values.enumerated() {
                if index > 0 { append(",") }
                append(element)
            }
            append("]")
        }
    }
}
