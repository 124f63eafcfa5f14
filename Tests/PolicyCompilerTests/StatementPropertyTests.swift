import DecisionTree
import PolicyCompiler
import PolicyGenerators
import PolicyModel
import PolicySyntax
import Testing

@Suite("A compiled statement applies as the reference says")
struct StatementPropertyTests {
    /// Seeds that once showed a difference stay here.
    static let seeds = PropertySeeds.all([11, 12, 13, 14])

    @Test("to random requests, alone and with the others of its document", arguments: seeds)
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var asking = Asking()
        var matches = 0
        for number in 0..<250 {
            let request = generator.request()
            for kind in [PolicyKind.identity, .resource] {
                let whole = withoutPrincipals(generator.document(kind: kind))
                let alone = whole.statements.map { Document(version: whole.version, statements: [$0]) }
                for document in [whole] + alone {
                    matches += try compare(document, kind, request, &asking, "seed \(seed) request \(number)")
                }
            }
        }
        // A generator that hits too seldom proves nothing.
        #expect(matches > 200)
    }

    private func compare(
        _ document: Document, _ kind: PolicyKind, _ request: Request, _ asking: inout Asking, _ place: String
    ) throws -> Int {
        let walking = try Walking(document, kind: kind, declaredKeys: Generator.declaredKeys)
        var matches = 0
        for effect in [Effect.allow, .deny] {
            let tree = walking.applies(effect, request.action, request.resource, request.context, &asking)
            let expected = walking.expected(effect, request.action, request.resource, request.context)
            if expected { matches += 1 }
            let isFound = isFound(walking, effect, request.action, &asking)
            let isOpen = effect == .allow && isOpen(walking, request.action)
            guard tree != expected || (expected ? !isFound : isOpen) else { continue }
            Issue.record(
                """
                \(place): \(effect) tree \(tree), reference \(expected), \(walking.compiled.header)
                \(request.action) on \(request.resource) with \(request.context)
                \(PolicyPrinter.print(document, pretty: false))
                \(walking.listing)
                """)
        }
        return matches
    }

    /// Whether a set would walk the document for the question: by the mask of the effect, or past the gate of its denies.
    private func isFound(_ walking: Walking, _ effect: Effect, _ action: Text, _ asking: inout Asking) -> Bool {
        let (header, bit) = (walking.compiled.header, serviceBit(walking, action))
        if effect == .allow { return header.allowMask & bit != 0 }
        if header.denyMask & bit != 0 { return true }
        guard header.flags & Format.DocumentFlag.deniesOthers != 0 else { return false }
        return header.denyGate == 0
            || asking.holds(Int(header.denyGate), walking.compiled.storage.image, walking.tables)
    }

    /// Whether a ceiling would allow the question without a walk.
    private func isOpen(_ walking: Walking, _ action: Text) -> Bool {
        walking.compiled.header.openMask & serviceBit(walking, action) != 0
    }

    private func serviceBit(_ walking: Walking, _ action: Text) -> UInt64 {
        let service = action.foldedASCII.split(at: ASCII.colon, maximum: 2).first ?? ""
        return Format.ServiceMask.mask(of: service.withByteView { walking.tables.view.services.id(of: $0) })
    }

    private func withoutPrincipals(_ document: Document) -> Document {
        var document = document
        for index in document.statements.indices { document.statements[index].principal = nil }
        return document
    }
}
