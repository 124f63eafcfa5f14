/// Checks that conditions of the snapshot can be evaluated, each once for all the documents that name it.
struct ConditionVerifier {
    private let image: UncheckedWords
    private let conditionCount: Int
    private let checked = Checked()

    /// The nodes that were checked, whichever document came to them.
    private final class Checked {
        var nodes: Set<Int> = []
    }

    init(_ words: Image, conditionCount: Int, keyCount: Int) {
        // Offset 0 means none, and 1 stands for a program without words.
        image = UncheckedWords(words: words, firstNode: 2, keyCount: keyCount)
        self.conditionCount = conditionCount
    }

    /// Verifies the node at an offset, which comes from the word at `origin` of a document.
    func verify(_ node: Int, from origin: Int) throws(VerificationFailure) {
        guard checked.nodes.insert(node).inserted else { return }
        let words = image.words
        try image.expect(
            node >= image.firstNode && node + Format.Condition.values <= words.count, origin,
            "a condition of the snapshot")
        try image.expect(
            Int(words[node + Format.Condition.memo]) < conditionCount, origin, "a condition with a number of its own")
        try image.expect(
            Int(words[node + Format.Condition.key]) < image.keyCount, origin, "a condition of a known key")
        try image.expect(words[node + Format.Condition.flags] < 16, origin, "a condition with known flags")
        let values = node + Format.Condition.values
        for value in 0..<(try image.count(node + Format.Condition.valueCount, entrySize: 1, from: values)) {
            try verifyValue(values + value, of: node)
        }
    }

    private func verifyValue(_ at: Int, of node: Int) throws(VerificationFailure) {
        switch image.words[node + Format.Condition.comparison] {
        case Format.Comparison.equalBytes, Format.Comparison.binary: try image.verifyBytes(at, before: node)
        case Format.Comparison.numericEquals...Format.Comparison.numericGreaterOrEqual:
            try image.verifyBytes(at, before: node)
        case Format.Comparison.program: try image.verifyProgram(at: at, before: node)
        case Format.Comparison.foldedProgram: try image.verifyProgram(at: at, before: node, isLiteral: true)
        case Format.Comparison.dateEquals...Format.Comparison.dateGreaterOrEqual:
            _ = try image.node(at, before: node, size: 3)
        case Format.Comparison.bool, Format.Comparison.null:
            try image.expect(image.words[at] <= 1, at, "true or false")
        case Format.Comparison.ipAddress: try verifyBlock(image.node(at, before: node, size: 6))
        case Format.Comparison.arn:
            let fields = try image.node(at, before: node, size: 6)
            for field in 0..<6 { try image.verifyProgram(at: fields + field, before: fields) }
        default:
            throw VerificationFailure(offset: node, expectation: "a known comparison")
        }
    }

    private func verifyBlock(_ block: Int) throws(VerificationFailure) {
        let bits = image.words[block]
        try image.expect(bits == 32 || bits == 128, block, "an address of 32 or 128 bits")
        try image.expect(image.words[block + 1] <= bits, block + 1, "a prefix no longer than the address")
    }
}
