internal import DecisionTree

// Members of objects, with the commas between them.
extension WireBuffer {
    /// Whether the last byte opened an object; a brace in a string is always followed by a quote.
    var isAtStartOfObject: Bool { count > 0 && view[count - 1] == UInt8(ascii: "{") }

    /// Adds a member's name; its value is to follow.
    mutating func append(member name: StaticString) {
        append(isAtStartOfObject ? "\"" : ",\"")
        append(name)
        append("\":")
    }

    /// Adds a member that is a string; nothing for `nil`.
    mutating func append(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        append(member: name)
        append(jsonString: value)
    }

    /// Adds a member that is a whole number; nothing for `nil`.
    mutating func append(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        append(member: name)
        append(value)
    }

    /// Adds a member that is a boolean; nothing for `nil`.
    mutating func append(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        append(member: name)
        append(value)
    }

    /// Adds a member that is a list of strings; nothing for `nil`.
    mutating func append(_ name: StaticString, _ values: [String]?) {
        guard let values else { return }
        append(member: name)
        append(jsonStrings: values)
    }

    /// Adds a member that is a list of objects, each of whose members `body` adds.
    mutating func append<Element>(
        _ name: StaticString, objects elements: [Element], _ body: (Element, inout WireBuffer) -> Void
    ) {
        append(member: name)
        append("[")
        for (index, element) in elements.enumerated() {
            append(index > 0 ? ",{" : "{")
            body(element, &self)
            append("}")
        }
        append("]")
    }
}
