/// Immutable 32-bit words that compiled things are made of; owns the memory that `Image` reads.
///
/// INVARIANT: the words are written once, before the storage is shared, and never after.
@safe
public final class ImageStorage: @unchecked Sendable {  // Immutable after `init`.
    private let base: UnsafeMutablePointer<UInt32>
    private let count: Int
    /// Whose memory it is; `nil` for its own.
    private let owner: (any AnyObject & Sendable)?

    /// Copies the words.
    public convenience init(_ words: [UInt32]) { self.init(continuing: nil, words) }

    /// Copies the words of another storage and, behind them, more words.
    init(continuing first: ImageStorage?, _ words: [UInt32], patches: [Int: UInt32] = [:]) {
        let start = first?.count ?? 0
        count = start + words.count
        owner = nil
        unsafe base = .allocate(capacity: max(count, 1))
        if let first { unsafe base.update(from: first.base, count: start) }
        unsafe (base + start).update(from: words, count: words.count)
        for (offset, word) in patches where offset >= 0 && offset < count { unsafe base[offset] = word }
    }

    /// Words in somebody else's memory, which stays as it is for as long as `owner` lives.
    @unsafe
    init(base: UnsafePointer<UInt32>, count: Int, owner: any AnyObject & Sendable) {
        // Nothing is ever written through it.
        unsafe self.base = UnsafeMutablePointer(mutating: base)
        self.count = count
        self.owner = owner
    }

    deinit {
        if owner == nil { unsafe base.deallocate() }
    }

    /// How many bytes it takes.
    public var byteCount: Int { count * 4 }

    /// The words, to be read while the storage lives.
    public var image: Image { unsafe Image(base: base, count: count) }
}

/// Compiled words, read with bounds checks and without reference counting.
///
/// INVARIANT: its `ImageStorage` is held by the tables for as long as anybody walks them.
@frozen
@safe
public struct Image: @unchecked Sendable, BitwiseCopyable {  // Read-only words.
    @usableFromInline let base: UnsafePointer<UInt32>
    /// How many words there are.
    public let count: Int

    @usableFromInline
    @unsafe
    init(base: UnsafePointer<UInt32>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// The word at an offset; out of range ends the process, which a verified image never does.
    @inlinable
    public subscript(offset: Int) -> UInt32 {
        // One comparison: a negative offset is a very large one.
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: count), "image offset out of range")
        return unsafe base[offset]
    }

    /// The word at an offset and the one behind it, the first of them lower.
    @inlinable
    public func pair(_ offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset &+ 1 < count, "image offset out of range")
        return unsafe UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self).littleEndian
    }

    /// The word at an offset, as an offset.
    @inlinable
    public func offset(_ offset: Int) -> Int { Int(self[offset]) }

    /// A node of a known number of words, whose bounds are checked here once.
    @inlinable
    @inline(__always)
    public func record(_ offset: Int, size: Int) -> ImageRecord {
        precondition(offset >= 0 && size >= 0 && size <= count &- offset, "image offset out of range")
        return unsafe ImageRecord(base: base + offset, size: size)
    }

    /// The bytes stored at an offset: their number in one word, then the bytes, four a word.
    @inlinable
    @inline(__always)
    public func bytes(_ offset: Int) -> ByteView {
        let length = Int(self[offset])
        // In range by the line above; a count of words is far from where four times as many bytes overflow.
        precondition(length <= (count &- offset &- 1) &* 4, "image bytes out of range")
        return unsafe ByteView(
            base: UnsafeRawPointer(base + offset + 1).assumingMemoryBound(to: UInt8.self), count: length)
    }

    /// Bytes that begin with a word, four a word.
    @inlinable
    @inline(__always)
    public func bytes(at offset: Int, count length: Int) -> ByteView {
        // Beyond the last word no length is small enough; a count of words is far from where four times as many overflow.
        precondition(offset >= 0 && length >= 0 && length <= (count &- offset) &* 4, "image bytes out of range")
        return unsafe ByteView(
            base: UnsafeRawPointer(base + offset).assumingMemoryBound(to: UInt8.self), count: length)
    }
}

/// A node of an image, as many words as were asked for.
///
/// Where size and index are constants, the check of an index costs nothing.
@frozen
@safe
public struct ImageRecord: @unchecked Sendable, BitwiseCopyable {  // Read-only words of an image.
    @usableFromInline let base: UnsafePointer<UInt32>
    @usableFromInline let size: Int

    @inlinable
    @inline(__always)
    @unsafe
    init(base: UnsafePointer<UInt32>, size: Int) {
        unsafe self.base = base
        self.size = size
    }

    /// A word of the node; out of range ends the process.
    @inlinable
    @inline(__always)
    public subscript(index: Int) -> UInt32 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: size), "record index out of range")
        return unsafe base[index]
    }
}
