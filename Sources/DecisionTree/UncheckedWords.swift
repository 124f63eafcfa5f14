/// How many entries of lists a verification may look at: lists may be shared and may overlap, so that a few words could
/// otherwise keep it for hours.
///
/// One thread alone has it.
final class VerificationBudget {
    /// What is compiled is looked at about once a word.
    private static let stepsPerWord = 16
    private static let stepsMin = 1_024

    private var left: Int

    init(wordCount: Int) { left = VerificationBudget.stepsMin + wordCount * VerificationBudget.stepsPerWord }

    func spend(_ steps: Int) -> Bool {
        left -= steps
        return left >= 0
    }
}

/// Words that nobody has vouched for yet, with the checks that documents and conditions have in common.
struct UncheckedWords {
    let words: Image
    /// No node begins before this word.
    let firstNode: Int
    /// How many key symbols a variable may choose from.
    let keyCount: Int
    /// What walking them may still cost.
    private let budget: VerificationBudget

    init(words: Image, firstNode: Int, keyCount: Int) {
        (self.words, self.firstNode, self.keyCount) = (words, firstNode, keyCount)
        budget = VerificationBudget(wordCount: words.count)
    }

    /// Takes steps for what is looked at next, at an offset.
    func spend(_ steps: Int, at offset: Int) throws(VerificationFailure) {
        try expect(budget.spend(steps), offset, "words that few others share")
    }

    func expect(_ holds: Bool, _ offset: Int, _ expectation: String) throws(VerificationFailure) {
        try VerificationFailure.expect(holds, offset, expectation)
    }

    /// The word at `offset`, as the offset of a node of at least `size` words that was written before `parent`.
    func node(_ offset: Int, before parent: Int, size: Int) throws(VerificationFailure) -> Int {
        try expect(offset >= 0 && offset < words.count, offset, "a word within the image")
        let target = Int(words[offset])
        // What a header points to was written after it.
        let limit = parent < firstNode ? words.count : parent
        try expect(target >= firstNode && target + size <= limit, offset, "an offset that points backwards")
        return target
    }

    /// The word at `offset`, as a number of entries that fit between `start` and the end of the image.
    func count(_ offset: Int, entrySize: Int, from start: Int) throws(VerificationFailure) -> Int {
        try expect(offset < words.count && start <= words.count, offset, "a count within the image")
        let count = Int(words[offset])
        try expect(count <= (words.count - start) / entrySize, offset, "a count that fits the image")
        try spend(count, at: offset)
        return count
    }

    /// Checks that the word at `offset` leads to bytes, and gives how many there are.
    @discardableResult
    func verifyBytes(_ offset: Int, before parent: Int) throws(VerificationFailure) -> Int {
        let bytes = try node(offset, before: parent, size: 1)
        try expect(Int(words[bytes]) <= (words.count - bytes - 1) * 4, bytes, "bytes within the image")
        return Int(words[bytes])
    }

    /// Checks that the word at `offset` leads to a program, or stands for one without words.
    func verifyProgram(at offset: Int, before parent: Int, isLiteral: Bool = false) throws(VerificationFailure) {
        try expect(offset >= 0 && offset < words.count, offset, "a word within the image")
        if words[offset] == Format.Program.end { return }
        if words[offset] == Format.Program.anything, !isLiteral { return }
        let program = try node(offset, before: parent, size: 1)
        for piece in 0..<(try count(program, entrySize: Format.Program.pieceSize, from: program + 1)) {
            try verifyPiece(program + 1 + piece * Format.Program.pieceSize, of: program, isLiteral: isLiteral)
        }
    }

    private func verifyPiece(_ at: Int, of program: Int, isLiteral: Bool) throws(VerificationFailure) {
        switch words[at] {
        case Format.Piece.literal: try verifyBytes(at + 1, before: program)
        case Format.Piece.variable:
            try expect(Int(words[at + 1]) < keyCount, at + 1, "a known key symbol")
            if words[at + 2] != 0 { try verifyBytes(at + 2, before: program) }
        case Format.Piece.anyRun, Format.Piece.anyRunInField, Format.Piece.anyOne, Format.Piece.anyOneInField:
            try expect(!isLiteral, at, "a piece without wildcards")
        default: throw VerificationFailure(offset: at, expectation: "a known piece")
        }
    }
}
