import DecisionTree
import PolicyModel
import PolicySyntax

/// An accepted document compiles, verifies, and applies as the reference says; a changed image is refused or walked.
enum CompileTarget {
    /// Bytes before the document: the kind, and the changes.
    static let headerBytes = 9

    private nonisolated(unsafe) static var asking = Asking()

    static func run(_ input: [UInt8]) {
        guard input.count > headerBytes, let (kind, _) = ParserTarget.kind(input) else { return }
        let text = Array(input.dropFirst(headerBytes))
        guard let source = PolicyParser(kind: kind).parse(text, file: "input").source else { return }
        let walking: Walking
        do { walking = try Walking(source.document, kind: kind) } catch { violated("\(error)") }
        require(verifies(walking.words, conditionWords(walking), walking), "a compiled document is not well formed")
        let requests = NearRequest.requests(for: source.document)
        compare(source.document, kind, requests)
        change(walking, Array(input[1..<headerBytes]), requests)
    }

    // MARK: Meaning

    /// Statements without their principals, which the reference compares elsewhere.
    private static func compare(_ document: Document, _ kind: PolicyKind, _ requests: [NearRequest]) {
        var plain = document
        for index in plain.statements.indices { plain.statements[index].principal = nil }
        let walking: Walking
        do { walking = try Walking(plain, kind: kind) } catch { violated("\(error)") }
        for request in requests {
            for effect in [Effect.allow, .deny] {
                let isTaken = unsafe walking.applies(effect, request.action, request.resource, request.context, &asking)
                if unsafe asking.scratch.isExhausted { continue }
                let expected = walking.expected(effect, request.action, request.resource, request.context)
                require(
                    isTaken == expected,
                    "\(effect) is \(isTaken) for \(request)\n\(PolicyPrinter.print(plain, pretty: false))\n\(walking.listing)"
                )
            }
        }
    }

    // MARK: Changed images

    private static func change(_ walking: Walking, _ changes: [UInt8], _ requests: [NearRequest]) {
        var words = walking.words
        var conditions = conditionWords(walking)
        change(&words, changes[0..<3])
        change(&words, changes[3..<6])
        if changes[6] != 0 { change(&conditions, [changes[6], changes[7], changes[0]]) }
        guard verifies(words, conditions, walking) else { return }
        let (image, nodes) = (ImageStorage(words), ImageStorage(conditions))
        defer { withExtendedLifetime((image, nodes)) {} }
        for request in requests {
            for header in [Format.Document.allow, Format.Document.deny] {
                unsafe asking.begin(request.action, request.resource, request.context, walking.tables)
                unsafe asking.setCaller()
                _ = unsafe asking.grades(image.image, conditions: nodes.image, walking.tables, header)
            }
        }
        var listing = Listing(document: image.image, conditions: nodes.image)
        _ = listing.print()
    }

    /// Changes one word; nothing when the place is past the end.
    private static func change(_ words: inout [UInt32], _ change: ArraySlice<UInt8>) {
        let bytes = Array(change)
        let place = Int(bytes[0]) << 8 | Int(bytes[1])
        guard words.indices.contains(place) else { return }
        let word = words[place]
        let choices: [UInt32] = [
            word, 0, 1, word &+ 1, word &- 1, word &+ 2, UInt32(words.count), UInt32(words.count - 1), 7, .max,
            UInt32(place), UInt32(place) &- 1, word | 0x8000_0000, word << 1, word >> 1,
        ]
        let choice = Int(bytes[2])
        words[place] = choice < choices.count ? choices[choice] : UInt32(choice - choices.count)
    }

    private static func conditionWords(_ walking: Walking) -> [UInt32] {
        let image = walking.tables.view.conditions
        return (0..<image.count).map { image[$0] }
    }

    private static func verifies(_ words: [UInt32], _ conditions: [UInt32], _ walking: Walking) -> Bool {
        let verifier = Verifier(
            document: words, conditions: conditions, conditionCount: walking.tables.conditionCount,
            keyCount: walking.tables.view.keyCount)
        do throws(VerificationFailure) {
            try verifier.verify()
            return true
        } catch {
            return false
        }
    }
}
