internal import JSONDocument
internal import PolicyModel

/// Reads one document and gathers what is wrong with it.
///
/// Nothing stops at the first error: each part that cannot be read is reported and left out, and a document with any
/// error is never handed out.
struct DocumentReader {
    private let parser: PolicyParser
    let kind: PolicyKind
    let rules: PolicyRules
    let file: String
    /// Where in its file the document is.
    let path: String
    /// The place of the string that holds the document, if one does; positions inside it mean nothing in the file.
    var stringPosition: JSONPosition?
    /// Whether `${` begins a policy variable here (spec §3.4).
    var expandsVariables = false
    /// The `Sid`s so far; none is given twice (spec §2.4).
    var sids: Set<Text> = []
    var statementPositions: [JSONPosition] = []
    /// How each condition key has been tested so far.
    var keyUses = KeyUses()
    private var errors: [Diagnostic] = []
    private var warnings: [Diagnostic] = []

    init(_ parser: PolicyParser, file: String, path: String) {
        self.parser = parser
        kind = parser.kind
        rules = parser.rules
        self.file = file
        self.path = path
    }

    /// Notes something that refuses the document.
    mutating func error(
        _ code: DiagnosticCode, _ message: String, at place: JSONPosition, _ path: JSONPath = JSONPath()
    ) {
        guard errors.count < PolicyRules.diagnosticsMax else { return }
        errors.append(diagnostic(.error, code, message, at: place, path))
    }

    /// Notes something doubtful.
    mutating func warning(
        _ code: DiagnosticCode, _ message: String, at place: JSONPosition, _ path: JSONPath = JSONPath()
    ) {
        guard warnings.count < PolicyRules.diagnosticsMax else { return }
        warnings.append(diagnostic(.warning, code, message, at: place, path))
    }

    private func diagnostic(
        _ severity: Diagnostic.Severity, _ code: DiagnosticCode, _ message: String, at place: JSONPosition,
        _ inner: JSONPath
    ) -> Diagnostic {
        let steps = inner.description
        let separator = path.isEmpty || steps.isEmpty || steps.hasPrefix("[") ? "" : "."
        let inside = stringPosition == nil ? "" : ", at \(place.line):\(place.column) of the document in this string"
        return Diagnostic(
            severity: severity, code: code, message: message + inside, file: file, position: stringPosition ?? place,
            path: path + separator + steps)
    }

    /// Notes a text that is no JSON of ours.
    mutating func report(_ error: JSONError) {
        let code: DiagnosticCode =
            switch error {
            case .tooLarge: .documentTooLarge
            case .tooDeep: .documentTooDeep
            case .duplicateMember: .duplicateMember
            default: .invalidJSON
            }
        self.error(code, error.message, at: error.position)
    }

    /// Reads the document and gives what came of it.
    mutating func read(_ root: JSONNode, text: [UInt8]) -> PolicyParseResult {
        // In two steps: `self.result(self.document(…))` would take its copy of `self` before the errors are in it.
        let document = document(root, text: text)
        return result(document, text: text)
    }

    /// What came of it all.
    func result(_ document: Document?, text: [UInt8]) -> PolicyParseResult {
        var source: PolicySource?
        if errors.isEmpty, let document {
            source = PolicySource(
                document: document, text: text, file: file, statementPositions: statementPositions,
                parser: parser)
        }
        // What a document that is refused would mean is nobody's business yet.
        let shown = errors.isEmpty ? warnings : warnings.filter { !DocumentReader.lints.contains($0.code) }
        return PolicyParseResult(source: source, diagnostics: (errors + shown).sorted())
    }
}

/// A string of the document with where it stands.
struct TextItem {
    let text: Text
    let position: JSONPosition
    private let place: JSONPath
    private let index: Int?

    /// - Parameter index: the element of what is at `path`, if it is not that itself.
    init(text: Text, position: JSONPosition, path: JSONPath, index: Int? = nil) {
        (self.text, self.position, place, self.index) = (text, position, path, index)
    }

    /// Where it is in the document; only who has something to say of it has to know.
    var path: JSONPath { index.map(place.appending) ?? place }

    /// The text for a message.
    var quoted: String { UserText.quoted(text.string) }

    /// Whether the text holds `${`.
    var holdsVariableMark: Bool { text.hasVariableMark }

    var holdsWildcard: Bool { text.utf8.contains { $0 == ASCII.star || $0 == ASCII.questionMark } }
}

extension Text {
    /// How many bytes stand before the first `${`.
    var firstVariableMark: Int? {
        guard contains(ASCII.dollar) else { return nil }
        var previous: UInt8 = 0
        for (offset, byte) in utf8.enumerated() {
            if previous == ASCII.dollar, byte == UInt8(ascii: "{") { return offset - 1 }
            previous = byte
        }
        return nil
    }
}
