/// Matching text against the pieces of a pattern (spec §3.2, §3.3, `StringLike`).
extension Evaluation {
    /// Whether the whole text matches the program at `offset` of `image`.
    ///
    /// One mark for the last star that crosses `:` and one for the last star after it that stops there are enough
    /// (spec §14 trap 26): what lies before the last crossing star has been matched as early as it can be. A variable
    /// that cannot be resolved matches nothing.
    @inlinable
    static func matches(
        _ text: ByteView, program offset: Int, of image: Image, keyFlags: Image, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Bool {
        if offset == Format.Program.end { return text.isEmpty }
        if offset == Format.Program.anything { return true }
        let count = image.offset(offset)
        var piece = 0
        var position = 0
        var crossing = Mark()
        var inField = Mark()
        while true {
            guard scratch.spend(1) else { return false }
            var isMatching = true
            if piece == count {
                if position == text.count { return true }
                isMatching = false
            } else {
                let at = offset &+ 1 &+ piece &* Format.Program.pieceSize
                switch image[at] {
                case Format.Piece.anyRun:
                    if piece &+ 1 == count { return true }
                    crossing = Mark(piece: piece, position: position)
                    inField = Mark()
                case Format.Piece.anyRunInField:
                    inField = Mark(piece: piece, position: position)
                case Format.Piece.anyOne, Format.Piece.anyOneInField:
                    let stopsAtColon = image[at] == Format.Piece.anyOneInField
                    let length = scalarLength(text, position, stopsAtColon: stopsAtColon)
                    isMatching = length > 0
                    position &+= length
                default:
                    guard let literal = literal(at, of: image, keyFlags: keyFlags, view) else { return false }
                    isMatching = text.has(literal, at: position)
                    if isMatching { position &+= literal.count }
                    guard scratch.spend(literal.count >> 4) else { return false }
                }
                piece &+= 1
            }
            if isMatching { continue }
            if inField.piece >= 0, inField.position < text.count, text[inField.position] != 0x3A {
                inField.position &+= 1
                (piece, position) = (inField.piece &+ 1, inField.position)
            } else if crossing.piece >= 0, crossing.position < text.count {
                crossing.position &+= 1
                inField = Mark()
                (piece, position) = (crossing.piece &+ 1, crossing.position)
            } else {
                return false
            }
        }
    }

    /// Where a star stands in the pattern and how far it has reached in the text.
    @frozen
    @usableFromInline
    struct Mark {
        @usableFromInline var piece = -1
        @usableFromInline var position = 0

        @inlinable
        init() {}

        @inlinable
        init(piece: Int, position: Int) {
            self.piece = piece
            self.position = position
        }
    }

    /// The bytes that a literal or variable piece stands for; `nil` for a variable that cannot be resolved.
    @inlinable
    static func literal(_ at: Int, of image: Image, keyFlags: Image, _ view: borrowing RequestView) -> ByteView? {
        if image[at] == Format.Piece.literal { return image.bytes(image.offset(at &+ 1)) }
        return variable(image[at &+ 1], default: image.offset(at &+ 2), of: image, keyFlags: keyFlags, view)
    }

    /// The value of a key that is present and not empty, else the default; `nil` when there is neither, and for a
    /// multi-valued key whatever the default (spec §3.4).
    @inlinable
    static func variable(
        _ key: UInt32, default fallback: Int, of image: Image, keyFlags: Image, _ view: borrowing RequestView
    ) -> ByteView? {
        guard keyFlags[Int(key)] & Format.KeyFlag.isMultiValued == 0 else { return nil }
        if let index = view.entry(of: key) {
            let entry = view.entries[index]
            guard !entry.isList, entry.valueCount == 1 else { return nil }
            let value = view.values[entry.firstValue]
            if !value.isEmpty { return value }
        }
        return fallback == 0 ? nil : image.bytes(fallback)
    }

    /// How many bytes the scalar at a position takes; 0 at the end, inside a scalar, or at a `:` that stops.
    @inlinable
    static func scalarLength(_ text: ByteView, _ position: Int, stopsAtColon: Bool) -> Int {
        guard position < text.count else { return 0 }
        let byte = text[position]
        if byte < 0x80 { return stopsAtColon && byte == 0x3A ? 0 : 1 }
        if byte < 0xC0 { return 0 }
        let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        return min(length, text.count &- position)
    }
}
