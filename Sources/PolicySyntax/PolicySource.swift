public import JSONDocument
public import PolicyModel

/// A document with the text it was read from.
///
/// Two sources are equal when their texts, places and rules of reading are: what a text means follows from these. One
/// that a parser made can let go of the document itself, which takes several times the room of its text, and reads it
/// again when it is asked for.
public struct PolicySource: Sendable, Hashable {
    /// One reference: sources are many, and stand in lists and tables.
    private let contents: Contents

    private final class Contents: Sendable {
        let text: KeptText
        let file: String
        let statementPositions: [JSONPosition]
        /// `nil` once it was let go of.
        let read: ReadDocument?
        /// What the text was read by; `nil` for a source that no parser made.
        let parser: PolicyParser?

        init(
            _ text: KeptText, _ file: String, _ statementPositions: [JSONPosition], _ read: ReadDocument?,
            _ parser: PolicyParser?
        ) {
            (self.text, self.file, self.statementPositions) = (text, file, statementPositions)
            (self.read, self.parser) = (read, parser)
        }
    }

    private final class ReadDocument: Sendable {
        let document: Document

        init(_ document: Document) { self.document = document }
    }

    private enum KeptText: Sendable {
        case plain([UInt8])
        case packed(PackedText)

        var plain: [UInt8] {
            switch self {
            case .plain(let text): text
            case .packed(let text): text.text
            }
        }

        var packed: PackedText {
            switch self {
            case .plain(let text): PackedText(text)
            case .packed(let text): text
            }
        }
    }

    /// Puts a document beside its text.
    public init(document: Document, text: [UInt8], file: String, statementPositions: [JSONPosition]) {
        self.init(document: document, text: text, file: file, statementPositions: statementPositions, parser: nil)
    }

    init(
        document: Document, text: [UInt8], file: String, statementPositions: [JSONPosition], parser: PolicyParser?
    ) {
        contents = Contents(.plain(text), file, statementPositions, ReadDocument(document), parser)
    }

    private init(_ contents: Contents) { self.contents = contents }

    /// The document's own JSON, without what stands around it in its file; decoded if it came as a string.
    ///
    /// Unpacked each time where it is packed.
    public var text: [UInt8] { contents.text.plain }

    /// The text in less room: equal for equal texts and no others.
    public var packedText: [UInt8] { contents.text.packed.bytes }

    /// The file, as the caller named it.
    public var file: String { contents.file }

    /// Where each statement of `document` begins in the file.
    public var statementPositions: [JSONPosition] { contents.statementPositions }

    /// What the text means; read again each time where the document was let go of.
    ///
    /// `nil` only if a text that was read once is read otherwise now, which would be our own mistake.
    public var readDocument: Document? {
        contents.read?.document ?? contents.parser?.parse(text, file: file).source?.contents.read?.document
    }

    /// The same, where nothing is decided by it: for explanations and warnings.
    public var document: Document { readDocument ?? Document(version: .v2012, id: nil, statements: []) }

    /// Whether the document is at hand.
    public var isDocumentKept: Bool { contents.read != nil }

    /// The same source with its text packed.
    public var packed: PolicySource {
        PolicySource(
            Contents(
                .packed(contents.text.packed), file, statementPositions.withoutSpareRoom, contents.read,
                contents.parser))
    }

    /// The source without its document, if it can be read again.
    public var withoutDocument: PolicySource {
        guard contents.read != nil, contents.parser != nil else { return self }
        return PolicySource(Contents(contents.text, file, statementPositions, nil, contents.parser))
    }

    /// Whether texts, places and rules of reading are the same.
    public static func == (lhs: PolicySource, rhs: PolicySource) -> Bool {
        if lhs.contents === rhs.contents { return true }
        return lhs.file == rhs.file && lhs.statementPositions == rhs.statementPositions && lhs.hasText(of: rhs)
            && lhs.contents.parser == rhs.contents.parser
    }

    private func hasText(of other: PolicySource) -> Bool {
        if case (.packed(let mine), .packed(let theirs)) = (contents.text, other.contents.text) {
            return mine == theirs
        }
        return text == other.text
    }

    /// Hashes the places.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(file)
        hasher.combine(statementPositions)
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
