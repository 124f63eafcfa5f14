public import JSONDocument

/// One thing that is wrong, or doubtful, in a policy file.
public struct Diagnostic: Error, Sendable, Hashable, Comparable {
    /// Whether the document is refused.
    public enum Severity: String, Sendable, Hashable {
        /// The document is not accepted.
        case error
        /// The document is accepted, and probably does not mean what its author thinks.
        case warning
    }

    /// Whether the document is refused.
    public let severity: Severity
    /// What is wrong; stable, for programs.
    public let code: DiagnosticCode
    /// What is wrong and what to do, in lower case, on one line, with the user's text in backticks.
    public let message: String
    /// The file, as the caller named it.
    public let file: String
    /// Where in the file.
    public let position: JSONPosition
    /// Where in the file's tree, as `Statement[1].Action`; empty for the document itself.
    public let path: String

    /// Makes a diagnostic; rooms that read files of their own use it too.
    public init(
        severity: Severity, code: DiagnosticCode, message: String, file: String, position: JSONPosition, path: String
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.file = file
        self.position = position
        self.path = path
    }

    /// `file:line:column: error: message [code]`.
    public var line: String {
        "\(file):\(position.line):\(position.column): \(severity.rawValue): \(message) [\(code.rawValue)]"
    }

    /// By file, then place, then code, then message, so that no order depends on how the checks ran.
    public static func < (lhs: Diagnostic, rhs: Diagnostic) -> Bool {
        guard lhs.file.utf8.elementsEqual(rhs.file.utf8) else {
            return lhs.file.utf8.lexicographicallyPrecedes(rhs.file.utf8)
        }
        guard lhs.position == rhs.position else { return lhs.position < rhs.position }
        guard lhs.code == rhs.code else { return lhs.code.rawValue < rhs.code.rawValue }
        return lhs.message.utf8.lexicographicallyPrecedes(rhs.message.utf8)
    }
}
