/// Writes JSON as jansson would: `JSON_COMPACT`, or `JSON_INDENT(2)`; members in the order given.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var text = ""
    private let pretty: Bool
    private var depth = 0

    /// Starts an empty text.
    public init(pretty: Bool) {
        self.pretty = pretty
    }

    /// Appends a value.
    public mutating func write(_ value: JSONOutput) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .number(let number):
            precondition(NumberText.judge(Array(number.utf8)[...]) == .valid, "expected the text of a JSON number")
            text += number
        case .string(let value): write(string: value)
        case .array(let elements):
            write(elements.count, "[", "]") { writer, index in writer.write(elements[index]) }
        case .object(let members):
            write(members.count, "{", "}") { writer, index in
                writer.write(string: members[index].0)
                writer.text += writer.pretty ? ": " : ":"
                writer.write(members[index].1)
            }
        }
    }

    private mutating func write(
        _ count: Int, _ opener: String, _ closer: String, _ element: (inout JSONWriter, Int) -> Void
    ) {
        text += opener
        depth += 1
        for index in 0..<count {
            if index > 0 { text += "," }
            breakLine()
            element(&self, index)
        }
        depth -= 1
        if count > 0 { breakLine() }
        text += closer
    }

    private mutating func breakLine() {
        guard pretty else { return }
        text += "\n" + String(repeating: "  ", count: depth)
    }

    private mutating func write(string: String) {
        text += "\""
        defer { text += "\"" }
        guard string.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{08}": text += "\\b"
            case "\u{0C}": text += "\\f"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
