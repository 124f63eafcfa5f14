public import JSONDocument
public import PolicyModel

/// Reads policy documents of one kind, and holds them against every rule of writing (spec §2–§5, §12).
public struct PolicyParser: Sendable, Hashable {
    /// One reference, for everything that it reads keeps it.
    private let settings: Settings

    private final class Settings: Sendable {
        let kind: PolicyKind
        let rules: PolicyRules

        init(_ kind: PolicyKind, _ rules: PolicyRules) { (self.kind, self.rules) = (kind, rules) }
    }

    /// Makes a parser.
    public init(kind: PolicyKind, rules: PolicyRules = PolicyRules()) { settings = Settings(kind, rules) }

    /// The kind, which decides what a document may say (spec §2.5).
    public var kind: PolicyKind { settings.kind }
    /// Partitions, declared keys and bounds.
    public var rules: PolicyRules { settings.rules }

    /// Whether both read alike.
    public static func == (lhs: PolicyParser, rhs: PolicyParser) -> Bool {
        lhs.settings === rhs.settings || (lhs.kind == rhs.kind && lhs.rules == rhs.rules)
    }

    /// Hashes the kind.
    public func hash(into hasher: inout Hasher) { hasher.combine(kind) }

    /// Reads a file that is one document.
    public func parse(_ bytes: [UInt8], file: String) -> PolicyParseResult {
        var reader = DocumentReader(self, file: file, path: "")
        do throws(JSONError) {
            let json = try JSONDocument(bytes, limits: limits)
            return parse(json.root, in: file, text: bytes, path: "")
        } catch {
            reader.report(error)
            return reader.result(nil, text: bytes)
        }
    }

    /// Reads a document inside an entity's file: an object, or a string holding JSON, plain or percent-encoded.
    ///
    /// `text` is the whole file that `node` was read from, and `path` is where in it the document is.
    public func parse(_ node: JSONNode, in file: String, text: [UInt8], path: String) -> PolicyParseResult {
        var reader = DocumentReader(self, file: file, path: path)
        if let string = node.string { return parse(string, at: node.position, with: reader) }
        let own = Array(text[node.byteRange])
        return reader.read(node, text: own)
    }

    /// Reads a document that stands in a string, whose place is given for everything in it.
    private func parse(_ string: String, at place: JSONPosition, with initial: DocumentReader) -> PolicyParseResult {
        var reader = initial
        reader.stringPosition = place
        // The JSON of a document holds quotes, and its percent-encoding does not.
        let isPlain = string.utf8.contains(UInt8(ascii: "\""))
        guard let bytes = isPlain ? Array(string.utf8) : PercentEncoding.decode(string.utf8) else {
            reader.error(
                .invalidPercentEncoding, "the document's text is neither JSON nor percent-encoded JSON", at: .start)
            return reader.result(nil, text: Array(string.utf8))
        }
        do throws(JSONError) {
            let json = try JSONDocument(bytes, limits: limits)
            return reader.read(json.root, text: bytes)
        } catch {
            reader.report(error)
            return reader.result(nil, text: bytes)
        }
    }

    /// A bare document may itself be a string, whose escapes make it longer than the document: the file's limit holds.
    private var limits: JSONLimits {
        JSONLimits(
            bytesMax: JSONLimits.file.bytesMax, depthMax: PolicyRules.depthMax, nodesMax: JSONLimits.policy.nodesMax)
    }
}
