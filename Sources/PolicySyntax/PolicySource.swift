public import JSONDocument
public import PolicyModel

/// A document with the text it was read from.
///
/// Two sources are equal when their texts, places and rules of reading are: what a text means follows from these. One
/// that a parser made can let go of the document itself, which takes several times the room of its text, and reads it
/// again when it is asked for.
public struct PolicySource: Sendable, Hashable {
    /// The document's own JSON, without what stands around it in its file; decoded if it came as a string.
    public let text: [UInt8]
    /// The file, as the caller named it.
    public let file: String
    /// Where each statement of `document` begins in the file.
    public let statementPositions: [JSONPosition]
    /// `nil` once it was let go of.
    private var kept: Document?
    /// What the text was read by; `nil` for a source that no parser made.
    private let parser: PolicyParser?

    /// Puts a document beside its text.
    public init(document: Document, text: [UInt8], file: String, statementPositions: [JSONPosition]) {
        self.init(document: document, text: text, file: file, statementPositions: statementPositions, parser: nil)
    }

    init(
        document: Document, text: [UInt8], file: String, statementPositions: [JSONPosition], parser: PolicyParser?
    ) {
        (self.text, self.file, self.statementPositions) = (text, file, statementPositions)
        (kept, self.parser) = (document, parser)
    }

    /// What the text means; read again each time where the document was let go of.
    ///
    /// `nil` only if a text that was read once is read otherwise now, which would be our own mistake.
    public var readDocument: Document? { kept ?? parser?.parse(text, file: file).source?.kept }

    /// The same, where nothing is decided by it: for explanations and warnings.
    public var document: Document { readDocument ?? Document(version: .v2012, id: nil, statements: []) }

    /// Whether the document is at hand.
    public var isDocumentKept: Bool { kept != nil }

    /// The source without its document, if it can be read again.
    public var withoutDocument: PolicySource {
        var copy = self
        if parser != nil { copy.kept = nil }
        return copy
    }

    /// Whether texts, places and rules of reading are the same.
    public static func == (lhs: PolicySource, rhs: PolicySource) -> Bool {
        lhs.text == rhs.text && lhs.file == rhs.file && lhs.statementPositions == rhs.statementPositions
            && lhs.parser == rhs.parser
    }

    /// Hashes the text and the place.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(file)
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
