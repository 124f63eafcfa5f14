import Foundation
import JSONDocument
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicySyntax
import Testing

/// A mutant that nothing notices, by what it is; the same in several cases is one.
struct Survivor: Hashable {
    var change: String
    /// Of which kind the document is.
    var layer: String
    var document: String
    /// The statement as it is then; nothing of one that is left out.
    var becomes: String

    init(_ mutated: MutatedQuestion) {
        let mutant = mutated.mutant
        change = mutant.change.rawValue
        layer = mutated.layer
        document = PolicyPrinter.print(mutated.original, pretty: false)
        guard mutant.change != .droppedStatement else {
            becomes = "without statement \(mutant.statement)"
            return
        }
        let statement = Document(version: nil, statements: [mutant.document.statements[mutant.statement]])
        becomes = PolicyPrinter.print(statement, pretty: false)
    }

    /// One line that can be put into the list.
    var line: String {
        JSONOutput.object([
            ("change", .string(change)), ("layer", .string(layer)), ("document", .string(document)),
            ("becomes", .string(becomes)), ("why", .string("")),
        ]).serialized()
    }

    /// Those of a part of the list, each with the reason why nothing can notice it.
    static func known(among part: String) throws -> [Survivor: String] {
        let url = try #require(Bundle.module.url(forResource: "Mutants/survivors", withExtension: "json"))
        let root = try JSONDocument(Array(Data(contentsOf: url)), limits: .file).root
        let listed = try #require(root[part]?.elements)
        let pairs = try listed.map { node in
            (try Survivor(node), try #require(node["why"]?.string, "\(node.position)"))
        }
        for (survivor, reason) in pairs { #expect(reason.count > 10, "no reason for \(survivor.line)") }
        return Dictionary(pairs) { first, _ in first }
    }

    private init(_ node: JSONNode) throws {
        change = try #require(node["change"]?.string)
        layer = try #require(node["layer"]?.string)
        document = try #require(node["document"]?.string)
        becomes = try #require(node["becomes"]?.string)
    }
}
