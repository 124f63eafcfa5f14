public import JSONDocument
internal import PolicySyntax

/// Something wrong with a file of the store: its place, one line of text, and a stable code.
public struct StoreDiagnostic: Error, Sendable, Hashable, Comparable {
    /// Whether it stops a load.
    public enum Severity: String, Sendable, Hashable {
        /// Stops a start; keeps a file from coming into force on a reload.
        case error
        /// Is only told.
        case warning
    }

    /// Whether it stops a load.
    public let severity: Severity
    /// Stable text for programs, such as `missing-reference`.
    public let code: String
    /// One line, lowercase, the user's text in backticks.
    public let message: String
    /// Relative to the store; empty when the store itself is meant.
    public let file: String
    /// Where in the file; the start for a trouble of the whole file.
    public let position: JSONPosition

    /// Makes an error, or a warning.
    public init(
        _ severity: Severity = .error, _ code: String, _ message: String, file: String,
        position: JSONPosition = JSONPosition(line: 1, column: 1)
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.file = file
        self.position = position
    }

    init(_ diagnostic: Diagnostic) {
        self.init(
            diagnostic.severity == .error ? .error : .warning, diagnostic.code.rawValue, diagnostic.message,
            file: diagnostic.file, position: diagnostic.position)
    }

    /// Whether it stops a load.
    public var isError: Bool { severity == .error }

    /// `file:line:column: message`, as `status` and the log show it.
    public var line: String {
        file.isEmpty ? message : "\(file):\(position.line):\(position.column): \(message)"
    }

    /// `file:line:column: error: message [code]`, as `check` shows it.
    public var fullLine: String {
        let place = file.isEmpty ? "" : "\(file):\(position.line):\(position.column): "
        return "\(place)\(severity.rawValue): \(message) [\(code)]"
    }

    /// The same as a warning.
    var asWarning: StoreDiagnostic {
        StoreDiagnostic(.warning, code, message, file: file, position: position)
    }

    /// By file, place, severity, then text; by bytes, so that no locale or hash seed matters.
    public static func < (lhs: StoreDiagnostic, rhs: StoreDiagnostic) -> Bool {
        if lhs.file != rhs.file { return lhs.file.utf8.lexicographicallyPrecedes(rhs.file.utf8) }
        if lhs.position != rhs.position { return lhs.position < rhs.position }
        return lhs.fullLine.utf8.lexicographicallyPrecedes(rhs.fullLine.utf8)
    }
}
