internal import JSONDocument
internal import Sidecar

/// SARIF 2.1.0, the format that code hosts and editors take findings in.
///
/// Columns count Unicode scalars, which SARIF calls code points. A path of the working folder or below becomes a relative
/// reference, as the hosts want it; any other stays absolute.
extension CheckOutcome {
    var sarif: String {
        JSONOutput.object([
            ("$schema", "https://json.schemastore.org/sarif-2.1.0.json"), ("version", "2.1.0"),
            (
                "runs",
                .array([
                    .object([
                        ("tool", .object([("driver", driver)])), ("columnKind", "unicodeCodePoints"),
                        ("results", .array(findings.map(result))),
                    ])
                ])
            ),
        ]).serialized()
    }

    /// Each code that was found is a rule, in the order of the names.
    private var ruleIDs: [String] { Set(findings.map(\.code)).sorted() }

    private var driver: JSONOutput {
        .object([
            ("name", "postern"), ("version", .string(Sidecar.version)),
            (
                "rules",
                .array(
                    ruleIDs.map { code in
                        .object([
                            ("id", .string(code)),
                            ("shortDescription", .object([("text", .string(CheckOutcome.title(code)))])),
                        ])
                    })
            ),
        ])
    }

    /// `never-matches` is `Never matches`.
    private static func title(_ code: String) -> String {
        let words = code.replacing("-", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private func result(_ finding: CheckFinding) -> JSONOutput {
        let region = JSONOutput.object([
            ("startLine", .int(finding.position.line)), ("startColumn", .int(finding.position.column)),
        ])
        let location = JSONOutput.object([
            ("artifactLocation", .object([("uri", .string(CheckOutcome.reference(finding.file)))])),
            ("region", region),
        ])
        return .object([
            ("ruleId", .string(finding.code)), ("level", finding.isError ? "error" : "warning"),
            ("message", .object([("text", .string(finding.message))])),
            ("locations", .array([.object([("physicalLocation", location)])])),
        ])
    }

    /// A path as an URI reference: what may not stand there is percent-encoded, byte by byte.
    private static func reference(_ path: String) -> String {
        var path = Substring(path)
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        var text = path.hasPrefix("/") ? "file://" : ""
        for byte in path.utf8 {
            if isPlain(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }

    /// RFC 3986's unreserved characters, and `/`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~/".utf8.contains(byte)
        }
    }
}
