import PolicyModel
import PolicySyntax

/// Any bytes as a document of every kind.
enum ParserTarget {
    static func run(_ input: [UInt8]) {
        guard let (kind, bytes) = kind(input) else { return }
        let result = PolicyParser(kind: kind).parse(bytes, file: "input")
        require((result.source == nil) == !result.errors.isEmpty, "refused without an error, or accepted with one")
        guard let source = result.source else { return }
        for pretty in [false, true] {
            let printed = PolicyPrinter.print(source.document, pretty: pretty)
            let again = PolicyParser(kind: kind).parse(Array(printed.utf8), file: "printed")
            require(again.source?.document == source.document, "printed as another document: \(printed)")
        }
        let kept = PolicyParser(kind: kind).parse(source.text, file: "kept")
        require(kept.source?.document == source.document, "the text kept beside it is another document")
        require(source.statementPositions.count == source.document.statements.count, "a statement without a place")
    }

    /// The kind that the first byte stands for, and the rest.
    static func kind(_ input: [UInt8]) -> (PolicyKind, [UInt8])? {
        guard let first = input.first else { return nil }
        return (PolicyKind.allCases[Int(first) % PolicyKind.allCases.count], Array(input.dropFirst()))
    }

    /// The first byte of an input for a kind.
    static func digit(_ kind: PolicyKind) -> UInt8 {
        let index = PolicyKind.allCases.firstIndex(of: kind) ?? 0
        // The digits' own remainder is taken, too.
        let zero = Int(UInt8(ascii: "0")) % PolicyKind.allCases.count
        return UInt8(ascii: "0") + UInt8((index + PolicyKind.allCases.count - zero) % PolicyKind.allCases.count)
    }
}
