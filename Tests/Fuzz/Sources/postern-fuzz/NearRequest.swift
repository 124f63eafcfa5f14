import PolicyModel

/// A request that a statement is likely to match: its own patterns and values with the wildcards filled in.
struct NearRequest: CustomStringConvertible {
    var action: Text
    var resource: Text
    var context: [Request.ContextEntry]

    /// Statements beyond these have no request of their own.
    private static let statementsMax = 4
    private static let keysMax = 16

    var description: String { "\(action) on \(resource) with \(context)" }

    /// A request near each of the first statements, and one near none of them.
    static func requests(for document: Document) -> [NearRequest] {
        document.statements.prefix(statementsMax).map { NearRequest($0) }
            + [NearRequest(action: "docs:Read", resource: "arn:aws:docs:::report/7", context: [])]
    }

    private init(action: Text, resource: Text, context: [Request.ContextEntry]) {
        self.action = action
        self.resource = resource
        self.context = context
    }

    private init(_ statement: Statement) {
        action = NearRequest.filled(statement.action.patterns.last ?? "*")
        let pattern = statement.resource?.patterns.last ?? "arn:aws:docs:::b"
        resource = pattern == "*" ? "*" : NearRequest.filled(pattern)
        context = []
        for condition in statement.conditions.prefix(NearRequest.keysMax) {
            let key = condition.key.foldedASCII
            guard !context.contains(where: { $0.key.foldedASCII == key }) else { continue }
            context.append(Request.ContextEntry(key: condition.key, value: NearRequest.value(condition)))
        }
    }

    /// The values of a test as its key would hold them.
    private static func value(_ condition: Condition) -> ContextValue {
        let declaration = ConditionKeys.declaration(ofFolded: condition.key.foldedASCII)
        let values = condition.values.prefix(3).map(filled)
        let isMultiValued = declaration.map(\.isMultiValued) ?? (condition.operator.quantifier != nil)
        return isMultiValued ? .multiple(values) : .single(values.first ?? "")
    }

    /// The text with an `x` for each wildcard.
    private static func filled(_ pattern: Text) -> Text {
        Text(
            String(
                decoding: pattern.utf8.map { $0 == ASCII.star || $0 == ASCII.questionMark ? 0x78 : $0 }, as: UTF8.self))
    }
}
