import JSONDocument
import PolicyModel
import PolicySyntax
import Testing

/// Documents that nobody wrote: parts of the cases, exchanged for each other.
@Suite struct PolicyMutationTests {
    @Test(
        "a document of mixed parts is refused with an error, or prints back to an equal one",
        arguments: [1, 2, 3, 4] as [UInt64])
    func mixed(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let documents = PolicyCase.all.compactMap(\.node)
        let parts = documents.flatMap(PolicyMutationTests.parts)
        var accepted = 0
        for _ in 0..<2_000 {
            let document = documents[Int.random(in: documents.indices, using: &random)]
            var target = Int.random(in: 0..<PolicyMutationTests.parts(document).count, using: &random)
            let part = parts[Int.random(in: parts.indices, using: &random)]
            let mixed = PolicyMutationTests.replacing(&target, in: document, with: part).serialized()
            let kind = PolicyKind.allCases[Int.random(in: PolicyKind.allCases.indices, using: &random)]
            let result = parse(mixed, kind: kind)
            #expect((result.source == nil) == !result.errors.isEmpty, "seed \(seed): \(mixed)")
            guard let source = result.source else { continue }
            accepted += 1
            let printed = parse(PolicyPrinter.print(source.document, pretty: false), kind: kind)
            #expect(printed.source?.document == source.document, "seed \(seed): \(mixed)")
        }
        #expect(accepted > 50)
    }

    /// The node and everything below it, in document order.
    private static func parts(_ node: JSONNode) -> [JSONNode] {
        [node] + (node.elements ?? []).flatMap(parts) + (node.members ?? []).flatMap { parts($0.value) }
    }

    /// The tree with its part number `target` exchanged.
    private static func replacing(_ target: inout Int, in node: JSONNode, with part: JSONNode) -> JSONOutput {
        target -= 1
        if target == -1 { return JSONOutput(part) }
        switch node.value {
        case .array(let elements):
            return .array(elements.map { replacing(&target, in: $0, with: part) })
        case .object(let members):
            return .object(members.map { ($0.name, replacing(&target, in: $0.value, with: part)) })
        default: return JSONOutput(node)
        }
    }
}

/// A small generator with a seed that can be printed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
