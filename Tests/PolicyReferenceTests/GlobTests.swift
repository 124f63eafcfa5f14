import PolicyModel
import PolicyReference
import Testing

/// Every small pattern against every small text, beside the definition written as a recursion.
@Suite struct GlobTests {
    static func words(over alphabet: [Unicode.Scalar], upTo length: Int) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = [[]]
        var last = words
        for _ in 0..<length {
            last = last.flatMap { word in alphabet.map { word + [$0] } }
            words += last
        }
        return words
    }

    /// `*` is nothing, or one scalar and itself again.
    private func takes(_ pattern: ArraySlice<Glob.Piece>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let piece = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if piece == .anyRun || piece == .anyRunWithoutColon, takes(rest, text) { return true }
        guard let first = text.first else { return false }
        return switch piece {
        case .scalar(let scalar): scalar == first && takes(rest, text.dropFirst())
        case .oneScalar: takes(rest, text.dropFirst())
        case .oneScalarButColon: first != ":" && takes(rest, text.dropFirst())
        case .anyRun: takes(pattern, text.dropFirst())
        case .anyRunWithoutColon: first != ":" && takes(pattern, text.dropFirst())
        }
    }

    @Test func `every pattern of up to four pieces takes what its definition says`() {
        let pieces: [Glob.Piece] = [.scalar("a"), .scalar(":"), .oneScalarButColon, .anyRun, .anyRunWithoutColon]
        var patterns: [[Glob.Piece]] = [[]]
        var last = patterns
        for _ in 0..<4 {
            last = last.flatMap { pattern in pieces.map { pattern + [$0] } }
            patterns += last
        }
        let texts = Self.words(over: ["a", ":"], upTo: 4)
        var taken = 0
        for pattern in patterns {
            let glob = Glob(pattern)
            for text in texts {
                let matches = glob.matches(text)
                taken += matches ? 1 : 0
                if matches != takes(pattern[...], text[...]) { Issue.record("\(pattern) and \(text)") }
            }
        }
        #expect(taken > 1_000)
    }

    @Test func `a hard pattern ends in a time that grows with text times pattern`() {
        let pattern = Text(String(repeating: "*a", count: 20))
        let text = scalars(Text(String(repeating: "a", count: 2_000) + "b"))
        #expect(!Glob(pattern).matches(text))
    }
}
