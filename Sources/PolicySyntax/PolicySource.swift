public import JSONDocument
public import PolicyModel

/// A document with the text it was read from.
public struct PolicySource: Sendable, Hashable {
    /// What the text means.
    public let document: Document
    /// The document's own JSON, without what stands around it in its file; decoded if it came as a string.
    public let text: [UInt8]
    /// The file, as the caller named it.
    public let file: String
    /// Where each statement of `document` begins in the file.
    public let statementPositions: [JSONPosition]

    /// Puts a document beside its text.
    public init(document: Document, text: [UInt8], file: String, statementPositions: [JSONPosition]) {
        self.document = document
        self.text = text
        self.file = file
        self.statementPositions = statementPositions
    }

    /// The line and column at which a statement begins in the file; the file's beginning for an index out of range.
    public func place(ofStatement index: Int) -> (line: Int, column: Int) {
        guard statementPositions.indices.contains(index) else { return (1, 1) }
        return (statementPositions[index].line, statementPositions[index].column)
    }
}

/// What came of reading a document.
public struct PolicyParseResult: Sendable, Hashable {
    /// The document; `nil` when any diagnostic is an error.
    public let source: PolicySource?
    /// Errors and warnings, sorted by place.
    public let diagnostics: [Diagnostic]

    /// The diagnostics that refuse the document.
    public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

    /// The diagnostics that do not.
    public var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }
}
