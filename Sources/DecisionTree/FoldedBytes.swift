internal import PolicyModel

/// The bytes of a text lower-cased without a locale, one after the other (spec §5 `StringEqualsIgnoreCase`).
///
/// ASCII is folded in place; other scalars by Unicode's lower-case mapping, which may be several scalars long.
struct FoldedBytes {
    private let text: ByteView
    private var index = 0
    private var pending: UInt64 = 0
    private var pendingCount = 0

    init(_ text: ByteView) {
        self.text = text
    }

    /// The next byte; `nil` at the end.
    mutating func next() -> UInt8? {
        if pendingCount > 0 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            pendingCount -= 1
            return byte
        }
        guard index < text.count else { return nil }
        let byte = text[index]
        if byte < 0x80 {
            index += 1
            return byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
        }
        foldScalar()
        return next()
    }

    private mutating func foldScalar() {
        let length = Swift.max(1, Evaluation.scalarLength(text, index, stopsAtColon: false))
        let bytes = text.slice(index, index + length).text
        index += length
        for scalar in bytes.string.unicodeScalars {
            // The longest mapping is three bytes more than its scalar: it fits in eight.
            for byte in scalar.properties.lowercaseMapping.utf8 where pendingCount < 8 {
                pending |= UInt64(byte) << UInt64(pendingCount * 8)
                pendingCount += 1
            }
        }
    }
}
