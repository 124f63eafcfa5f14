internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// A policy document of an export, as an object that the store accepts.
struct ImportedDocument {
    var output: JSONOutput
    /// Why the document is not the export's own; `nil` when it is.
    var trouble: String?

    /// Takes a document, an object or a string of JSON, plain or percent-encoded; what is refused denies everything.
    init(_ node: JSONNode?, kind: PolicyKind) {
        guard let node, node.value != .null else {
            (output, trouble) = (ImportedDocument.denial(kind), "has no document")
            return
        }
        let parsed = ImportedDocument.parsed(node)
        guard let parsed else {
            (output, trouble) = (ImportedDocument.denial(kind), "has a document that is no JSON")
            return
        }
        let result = PolicyParser(kind: kind).parse(Array(parsed.serialized(pretty: true).utf8), file: "")
        output = result.source == nil ? ImportedDocument.denial(kind) : parsed
        trouble = result.source == nil ? "is refused: \(result.errors.first?.message ?? "not accepted")" : nil
    }

    /// What stands in for a document that cannot be carried over.
    static func denial(_ kind: PolicyKind) -> JSONOutput {
        let statement: JSONOutput =
            kind == .trust
            ? ["Sid": "NotImported", "Effect": "Deny", "Principal": "*", "Action": "sts:*"]
            : ["Sid": "NotImported", "Effect": "Deny", "Action": "*", "Resource": "*"]
        return ["Version": "2012-10-17", "Statement": [statement]]
    }

    private static func parsed(_ node: JSONNode) -> JSONOutput? {
        guard let string = node.string else { return JSONOutput(node) }
        // The JSON of a document holds quotes, and its percent-encoding does not.
        let text = string.utf8.contains(0x22) ? Array(string.utf8) : decoded(string)
        guard let text, let document = try? JSONDocument(text, limits: .policy) else { return nil }
        return JSONOutput(document.root)
    }

    /// RFC 3986; `nil` when a `%` is not followed by two hexadecimal digits.
    private static func decoded(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
