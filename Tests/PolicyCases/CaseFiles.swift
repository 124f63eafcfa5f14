internal import Foundation
package import JSONDocument
package import PolicyModel

/// One file of `Cases`.
package struct CaseFile: Sendable {
    /// What its cases are.
    package enum Form: String, Sendable, CaseIterable {
        case action, resource, condition, decision, assumption
    }

    package var name: String
    package var form: Form
    package var cases: [Case]

    /// Every file, by name, or why they cannot be read: nothing is skipped.
    private static let read = Result { try readAll() }

    /// Every file, by name.
    package static var all: [CaseFile] {
        get throws { try read.get() }
    }

    private static func readAll() throws -> [CaseFile] {
        let folder = try required(Bundle.module.url(forResource: "Cases", withExtension: nil), "no folder of cases")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasSuffix(".json") }.sorted().map {
            try CaseFile(name: $0, bytes: Array(Data(contentsOf: folder.appendingPathComponent($0))))
        }
    }

    private init(name: String, bytes: [UInt8]) throws {
        let root = try JSONDocument(bytes, limits: .file).root
        self.name = name
        form = try required(Form(rawValue: root["form"]?.string ?? ""), "form of \(name)")
        cases = try required(root["cases"]?.elements, "cases of \(name)").map {
            Case(name: try required($0["name"]?.string, "a name in \(name)"), file: name, node: $0, text: bytes)
        }
    }

    /// Every case of a form; none when the files cannot be read, which the count of `all` shows.
    package static func cases(_ form: Form) -> [Case] {
        ((try? all) ?? []).filter { $0.form == form }.flatMap(\.cases)
    }
}

/// One case of a file.
package struct Case: Sendable, CustomStringConvertible {
    package var name: String
    package var file: String
    package var node: JSONNode
    /// The bytes of the file.
    package var text: [UInt8]

    package var description: String { "\(file): \(name)" }

    /// A member that must be there.
    package func text(_ member: String) throws -> Text {
        Text(try required(node[member]?.string, "\(member) of \(name)"))
    }

    /// The source of a node of the case.
    package func source(of node: JSONNode) -> String {
        String(decoding: text[node.byteRange], as: UTF8.self)
    }

    /// Whether policies that say this are refused when they are written.
    package var isRefused: Bool { node["refused"]?.value == .bool(true) }

    package var result: Bool {
        get throws {
            guard case .bool(let result) = node["result"]?.value else { throw CaseError(what: "no result in \(name)") }
            return result
        }
    }

    /// Whether `${…}` is a variable.
    package var expands: Bool { node["version"]?.string != "2008-10-17" }

    package var kind: PolicyKind {
        get throws { try node["kind"]?.string.map { try required(PolicyKind(rawValue: $0), "\($0)") } ?? .identity }
    }

    package var context: [Request.ContextEntry] {
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
package struct CaseError: Error {
    package var what: String
}

/// What must be there; `what` names it.
func required<Value>(_ value: Value?, _ what: @autoclosure () -> String) throws(CaseError) -> Value {
    guard let value else { throw CaseError(what: what()) }
    return value
}

/// A text, or the source text of a number or boolean.
package func scalarText(_ node: JSONNode) throws -> Text {
    switch node.value {
    case .string(let string): return Text(string)
    case .number(let source): return Text(source)
    case .bool(let value): return Text(value ? "true" : "false")
    case .null, .array, .object: throw CaseError(what: "no scalar at \(node.position)")
    }
}
