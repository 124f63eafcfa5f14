import JSONDocument

/// JSON that is put together from pieces, some of them printed already.
struct JSONText {
    let text: String

    static func raw(_ text: String) -> JSONText { JSONText(text: text) }

    static func string(_ text: String) -> JSONText { JSONText(text: JSONOutput.string(text).serialized()) }

    static func number(_ value: Double) -> JSONText { JSONText(text: value.isFinite ? "\(value)" : "null") }

    static func array(_ elements: [JSONText]) -> JSONText {
        JSONText(text: "[" + elements.map(\.text).joined(separator: ",") + "]")
    }

    static func object(_ members: [(String, JSONText)]) -> JSONText {
        JSONText(text: "{" + members.map { string($0.0).text + ":" + $0.1.text }.joined(separator: ",") + "}")
    }
}
