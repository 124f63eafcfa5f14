/// A JSON text that has been read, with the place of everything in it.
///
/// What is accepted is the same everywhere (design §3.3): RFC 8259 in UTF-8 without a byte order mark, any value at the
/// root and nothing behind it, no duplicate names after escapes are decoded, no `\u0000`, no lone surrogates, number
/// texts up to 40 bytes with exponents up to ±200; and no more than the limits say.
public struct JSONDocument: Sendable, Hashable {
    /// The text as it came.
    public let text: [UInt8]
    /// The outermost value.
    public let root: JSONNode

    /// Reads a text, or says where it is wrong.
    public init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        var scanner = JSONScanner(bytes, limits: limits)
        let marks = try scanner.scan()
        text = bytes
        do throws(JanssonTree.Disagreement) {
            let tree = try JanssonTree(parsing: JSONDocument.withPlainNumbers(bytes, marks))
            root = try tree.node(marks: marks, bytes: bytes)
        } catch {
            throw .readersDisagree(error.text)
        }
    }

    /// The value at a path, or `nil` where the path leads nowhere.
    public func node(at path: JSONPath) -> JSONNode? {
        var node: JSONNode? = root
        for component in path.components {
            switch component {
            case .member(let name): node = node?[name]
            case .index(let index):
                guard let elements = node?.elements, elements.indices.contains(index) else { return nil }
                node = elements[index]
            }
        }
        return node
    }

    /// Every number as as many ones: jansson refuses those that a double cannot hold, and we keep their text anyway.
    private static func withPlainNumbers(_ bytes: [UInt8], _ marks: [JSONMark]) -> [UInt8] {
        var plain = bytes
        for mark in marks where mark.kind == .number {
            for index in mark.start..<mark.end { plain[index] = UInt8(ascii: "1") }
        }
        return plain
    }
}
