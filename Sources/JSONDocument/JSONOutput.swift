/// A JSON value to be written; members come out in the order given.
public enum JSONOutput: Sendable {
    case null
    case bool(Bool)
    case int(Int)
    /// A number's text, which has to follow JSON's grammar.
    case number(String)
    case string(String)
    case array([JSONOutput])
    /// Members in order; the caller sees to it that no name comes twice.
    case object([(String, JSONOutput)])

    /// A value that was read, as a value to be written.
    public init(_ node: JSONNode) {
        switch node.value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map { JSONOutput($0) })
        case .object(let members): self = .object(members.map { ($0.name, JSONOutput($0.value)) })
        }
    }

    /// The value as JSON text; `pretty` puts each element and member on its own line, indented by 2 spaces.
    public func serialized(pretty: Bool = false) -> String {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self)
        return writer.text
    }
}

extension JSONOutput: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `.string`.
    public init(stringLiteral value: String) { self = .string(value) }
    /// `.int`.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// `.bool`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// `.null`.
    public init(nilLiteral: ()) { self = .null }
    /// `.array`.
    public init(arrayLiteral elements: JSONOutput...) { self = .array(elements) }
    /// `.object`, in the order written.
    public init(dictionaryLiteral elements: (String, JSONOutput)...) { self = .object(elements) }
}
