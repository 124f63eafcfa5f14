/// Builds the words of an image: a new one, or the next version of one that others still read.
public struct ImageWriter {
    /// The words that were added.
    public private(set) var words: [UInt32]
    /// What the image continues; its words come first and stay as they are for whoever reads them.
    private let first: ImageStorage?
    private let start: Int
    /// Words of `first` that differ in the next version, by offset.
    private var patches: [Int: UInt32] = [:]

    /// An image that begins with `header` words, all zero; offset 0 is never a node, so 0 can mean "none".
    public init(header: Int) {
        words = Array(repeating: 0, count: header)
        (first, start) = (nil, 0)
    }

    /// The next version of an image, so far equal to it.
    public init(continuing first: ImageStorage) {
        words = []
        (self.first, start) = (first, first.image.count)
    }

    /// Where the next word goes.
    public var offset: UInt32 { UInt32(start + words.count) }

    /// The word at an offset below `offset`; `nil` for any other.
    public func word(at offset: Int) -> UInt32? {
        guard offset >= 0, offset < start + words.count else { return nil }
        guard offset < start, let first else { return words[offset - start] }
        return patches.isEmpty ? first.image[offset] : patches[offset] ?? first.image[offset]
    }

    /// Adds a word.
    public mutating func append(_ word: UInt32) { words.append(word) }

    /// Sets a word that was left open, or that the next version has otherwise.
    public mutating func set(_ offset: Int, _ word: UInt32) {
        guard offset < start else { return words[offset - start] = word }
        if self.word(at: offset) != word { patches[offset] = word }
    }

    /// Replaces a word and the one behind it by the halves of a number, as `Image.pair` reads them.
    public mutating func set(_ offset: Int, pair: UInt64) {
        set(offset, UInt32(truncatingIfNeeded: pair))
        set(offset + 1, UInt32(truncatingIfNeeded: pair >> 32))
    }

    /// Adds bytes as `Image.bytes` reads them, and gives their offset.
    @discardableResult
    public mutating func append(bytes: some Collection<UInt8>) -> UInt32 {
        let start = offset
        words.append(UInt32(bytes.count))
        append(packed: bytes)
        return start
    }

    /// Adds bytes alone, four a word, as `Image.bytes(at:count:)` reads them.
    public mutating func append(packed bytes: some Collection<UInt8>) {
        var word: UInt32 = 0
        var filled = 0
        for byte in bytes {
            word |= UInt32(byte) << UInt32(filled * 8)
            filled += 1
            if filled == 4 {
                words.append(word)
                (word, filled) = (0, 0)
            }
        }
        if filled > 0 { words.append(word) }
    }

    /// The image, ready to be read; what it continues, if nothing was changed.
    public func storage() -> ImageStorage {
        if let first, words.isEmpty, patches.isEmpty { return first }
        return ImageStorage(continuing: first, words, patches: patches)
    }
}
