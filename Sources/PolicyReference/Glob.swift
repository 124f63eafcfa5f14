public import PolicyModel

/// A pattern taken apart, one piece for each thing it can take (spec §3.1, §3.2).
public struct Glob: Sendable, Hashable {
    /// What one place of a pattern takes.
    public enum Piece: Sendable, Hashable {
        /// That scalar and no other.
        case scalar(Unicode.Scalar)
        /// `?`: "exactly one char", which is one Unicode scalar (spec §14 trap 4).
        case oneScalar
        /// `?` in the first five fields of an ARN: "one char other than `:`" (spec §3.2 rule 3).
        case oneScalarButColon
        /// `*`: "any run (also empty, also across `:`)" (spec §3.1).
        case anyRun
        /// `*` that "stops at `:`" (spec §3.2 rule 3).
        case anyRunWithoutColon
    }

    /// The pieces in order.
    public var pieces: [Piece]

    /// Makes a pattern of pieces.
    public init(_ pieces: [Piece]) {
        self.pieces = pieces
    }

    /// A pattern in which `*` is any run and `?` is one scalar.
    public init(_ text: Text) {
        self.init(scalars(text).map { Symbol.written($0).wildcardPiece })
    }

    /// Whether the pattern takes the whole of `text`.
    ///
    /// By dynamic programming: `reached[n]` says whether the pieces looked at so far can take the first `n` scalars.
    public func matches(_ text: [Unicode.Scalar]) -> Bool {
        var reached = [Bool](repeating: false, count: text.count + 1)
        reached[0] = true
        for piece in pieces {
            reached = Glob.step(piece, reached, text)
        }
        return reached[text.count]
    }

    private static func step(_ piece: Piece, _ reached: [Bool], _ text: [Unicode.Scalar]) -> [Bool] {
        var next = [Bool](repeating: false, count: reached.count)
        for end in reached.indices {
            switch piece {
            case .scalar(let scalar): next[end] = end > 0 && reached[end - 1] && text[end - 1] == scalar
            case .oneScalar: next[end] = end > 0 && reached[end - 1]
            case .oneScalarButColon: next[end] = end > 0 && reached[end - 1] && text[end - 1] != ":"
            case .anyRun: next[end] = reached[end] || (end > 0 && next[end - 1])
            case .anyRunWithoutColon:
                next[end] = reached[end] || (end > 0 && next[end - 1] && text[end - 1] != ":")
            }
        }
        return next
    }
}

/// The text as Unicode scalars: no normalisation, no grapheme clusters (spec §3.2 rule 6).
public func scalars(_ text: Text) -> [Unicode.Scalar] {
    Array(text.string.unicodeScalars)
}
