import Foundation
import JSONDocument
import PolicyModel
import PolicySyntax
import Testing

/// One case of `Cases/*.json`; `Cases/README.md` says what the members mean.
struct PolicyCase: Sendable, CustomTestStringConvertible {
    /// An error the parser has to report.
    struct ExpectedError: Sendable, Hashable, CustomStringConvertible {
        let code: String
        let path: String
        /// Only for cases given as lines; for documents the place is that of the path.
        let position: JSONPosition?

        var description: String { "\(code) at \(path) \(position.map { "\($0.line):\($0.column)" } ?? "")" }
    }

    /// A file of cases that does not say what it should.
    struct Malformed: Error {
        let file: String
        let position: JSONPosition
    }

    let file: String
    let name: String
    let kind: PolicyKind
    /// The document as a node of the case file, or as text of its own.
    let node: JSONNode?
    let lines: [String]
    /// The whole case file.
    let text: [UInt8]
    /// Nothing when the document is to be accepted.
    let errors: [ExpectedError]
    /// Codes in order.
    let warnings: [String]

    var testDescription: String { "\(file): \(name)" }

    func parse() -> PolicyParseResult {
        let parser = PolicyParser(kind: kind)
        guard let node else { return parser.parse(Array(lines.joined(separator: "\n").utf8), file: file) }
        return parser.parse(node, in: file, text: text, path: "")
    }

    private init(_ json: JSONNode, file: String, text: [UInt8]) throws {
        let malformed = Malformed(file: file, position: json.position)
        guard let name = json["name"]?.string, let kind = json["kind"]?.string.flatMap(PolicyKind.init(rawValue:)),
            (json["document"] == nil) != (json["lines"] == nil), json["errors"] != nil || json["warnings"] != nil
        else { throw malformed }
        self.file = file
        self.name = name
        self.kind = kind
        self.text = text
        node = json["document"]
        lines = (json["lines"]?.elements ?? []).compactMap(\.string)
        warnings = (json["warnings"]?.elements ?? []).compactMap(\.string)
        errors = try (json["errors"]?.elements ?? []).map { error in
            guard let code = error["code"]?.string, let path = error["path"]?.string else { throw malformed }
            return ExpectedError(code: code, path: path, position: PolicyCase.position(error))
        }
        guard json["errors"] == nil || !errors.isEmpty, node != nil || errors.allSatisfy({ $0.position != nil }) else {
            throw malformed
        }
    }

    private static func position(_ json: JSONNode) -> JSONPosition? {
        guard case .number(let line)? = json["line"]?.value, case .number(let column)? = json["column"]?.value,
            let line = Int(line), let column = Int(column)
        else { return nil }
        return JSONPosition(line: line, column: column)
    }

    /// Every case of every file, by file name; how many there have to be is asserted by a test.
    static let all: [PolicyCase] = {
        guard let folder = Bundle.module.url(forResource: "Cases", withExtension: nil),
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return [] }
        return names.filter { $0.hasSuffix(".json") }.sorted().flatMap { name -> [PolicyCase] in
            (try? load(folder.appending(path: name), name: name)) ?? []
        }
    }()

    /// The cases of one file.
    static func load(_ url: URL, name: String) throws -> [PolicyCase] {
        let text = Array(try Data(contentsOf: url))
        let json = try JSONDocument(text, limits: JSONLimits(bytesMax: 1 << 20, depthMax: 64, nodesMax: 1 << 18))
        return try (json.root["cases"]?.elements ?? []).map { try PolicyCase($0, file: name, text: text) }
    }
}
