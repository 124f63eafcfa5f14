import Foundation
import JSONDocument
import PolicyModel
import Testing

/// One file of `Cases`.
struct CaseFile: Sendable {
    /// What its cases are.
    enum Form: String, Sendable, CaseIterable {
        case action, resource, condition, decision
    }

    var name: String
    var form: Form
    var cases: [Case]

    /// Every file, by name; a file that cannot be read stops the tests, for nothing is skipped.
    static let all: [CaseFile] = {
        do {
            let folder = try #require(Bundle.module.url(forResource: "Cases", withExtension: nil))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            return try names.filter { $0.hasSuffix(".json") }.sorted().map {
                try CaseFile(name: $0, bytes: Array(Data(contentsOf: folder.appendingPathComponent($0))))
            }
        } catch {
            Issue.record("the cases cannot be read: \(error)")
            return []
        }
    }()

    private init(name: String, bytes: [UInt8]) throws {
        let root = try JSONDocument(bytes, limits: .file).root
        self.name = name
        form = try #require(Form(rawValue: root["form"]?.string ?? ""), "\(name)")
        cases = try #require(root["cases"]?.elements).map {
            Case(name: try #require($0["name"]?.string), file: name, node: $0, text: bytes)
        }
    }

    static func cases(_ form: Form) -> [Case] {
        all.filter { $0.form == form }.flatMap(\.cases)
    }
}

/// One case of a file.
struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    var node: JSONNode
    /// The bytes of the file.
    var text: [UInt8]

    var testDescription: String { "\(file): \(name)" }

    /// A member that must be there.
    func text(_ member: String) throws -> Text {
        Text(try #require(node[member]?.string, "\(member)"))
    }

    /// The source of a node of the case.
    func source(of node: JSONNode) -> String {
        String(decoding: text[node.byteRange], as: UTF8.self)
    }

    /// Whether policies that say this are refused when they are written.
    var isRefused: Bool { node["refused"]?.value == .bool(true) }

    var result: Bool {
        get throws {
            guard case .bool(let result) = node["result"]?.value else { throw CaseError(what: "no result in \(name)") }
            return result
        }
    }

    /// Whether `${…}` is a variable.
    var expands: Bool { node["version"]?.string != "2008-10-17" }

    var kind: PolicyKind {
        get throws { try node["kind"]?.string.map { try #require(PolicyKind(rawValue: $0)) } ?? .identity }
    }

    var context: [Request.ContextEntry] {
        get throws {
            try (node["context"]?.members ?? []).map { member in
                let value = member.value
                let held: ContextValue =
                    if let elements = value.elements { .multiple(try elements.map(scalarText)) } else {
                        .single(try scalarText(value))
                    }
                return Request.ContextEntry(key: Text(member.name), value: held)
            }
        }
    }
}

/// What is wrong with a case.
struct CaseError: Error {
    var what: String
}

/// A text, or the source text of a number or boolean.
func scalarText(_ node: JSONNode) throws -> Text {
    switch node.value {
    case .string(let string): return Text(string)
    case .number(let source): return Text(source)
    case .bool(let value): return Text(value ? "true" : "false")
    case .null, .array, .object: throw CaseError(what: "no scalar at \(node.position)")
    }
}
