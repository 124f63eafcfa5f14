public import PolicyModel

/// Bytes that somebody else keeps alive: part of a message, of an image, or of a request's arena.
///
/// A trivial pair of address and length, so that the hot path copies it without reference counting. Reads are
/// bounds-checked.
///
/// INVARIANT: a view is only used while its owner lives: views into a message until the reply is formatted, views into
/// an image while the tables are held, views into an arena until the arena is reset.
@frozen
@safe
public struct ByteView: @unchecked Sendable {  // Read-only bytes; the invariant above bounds their life.
    @usableFromInline let base: UnsafePointer<UInt8>?
    /// How many bytes there are.
    public let count: Int

    /// No bytes.
    @inlinable
    public init() {
        unsafe base = nil
        count = 0
    }

    /// A view of `count` readable bytes at `base`, which must outlive it.
    @inlinable
    @unsafe
    public init(base: UnsafePointer<UInt8>?, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// Where the bytes begin, for whoever copies or searches many at once and keeps to `count`.
    @inlinable
    @unsafe
    public var baseAddress: UnsafePointer<UInt8>? { unsafe base }

    /// Whether these are the same bytes at the same address.
    @inlinable
    public func isSamePlace(as other: ByteView) -> Bool {
        unsafe count == other.count && base == other.base
    }

    /// The bytes of a literal, which live as long as the process.
    @inlinable
    public init(_ literal: StaticString) {
        unsafe self.init(base: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// Whether there are no bytes.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// The byte at an index from 0; out of range ends the process.
    @inlinable
    public subscript(index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "byte index out of range")
        // Non-null: an empty view has no index in range.
        return unsafe base.unsafelyUnwrapped[index]
    }

    /// The bytes from `start` up to `end`; out of range ends the process.
    @inlinable
    public func slice(_ start: Int, _ end: Int) -> ByteView {
        precondition(start >= 0 && start <= end && end <= count, "byte range out of range")
        return unsafe ByteView(base: base.map { unsafe $0 + start }, count: end - start)
    }

    /// The bytes from `start` on.
    @inlinable
    public func dropFirst(_ start: Int) -> ByteView { slice(start, count) }

    /// Byte equality.
    @inlinable
    @inline(__always)
    public func equals(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        return unsafe count == 0 || Words.areEqual(base.unsafelyUnwrapped, other.base.unsafelyUnwrapped, count)
    }

    /// Equality without ASCII case.
    @inlinable
    public func equalsFolded(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        return unsafe count == 0 || Words.areFoldedEqual(base.unsafelyUnwrapped, other.base.unsafelyUnwrapped, count)
    }

    /// Equality with bytes that have no ASCII upper case, without the case of these.
    @inlinable
    @inline(__always)
    public func equals(folded other: ByteView) -> Bool {
        guard count == other.count else { return false }
        return unsafe count == 0 || Words.isEqual(base.unsafelyUnwrapped, folded: other.base.unsafelyUnwrapped, count)
    }

    /// Whether the bytes of `other` stand at `start`.
    @inlinable
    @inline(__always)
    public func has(_ other: ByteView, at start: Int) -> Bool {
        guard start >= 0, other.count <= count - start else { return false }
        return unsafe other.count == 0
            || Words.areEqual(base.unsafelyUnwrapped + start, other.base.unsafelyUnwrapped, other.count)
    }

    /// Whether the view holds the bytes of a literal.
    @inlinable
    public func equals(_ literal: StaticString) -> Bool {
        equals(ByteView(literal))
    }

    /// Whether the view begins with the bytes of `prefix`.
    @inlinable
    @inline(__always)
    public func hasPrefix(_ prefix: ByteView) -> Bool { has(prefix, at: 0) }

    /// Whether the view begins with the bytes of a literal.
    @inlinable
    public func hasPrefix(_ literal: StaticString) -> Bool {
        hasPrefix(ByteView(literal))
    }

    /// Whether the view begins with a lower-case literal, without ASCII case.
    @inlinable
    public func hasFoldedPrefix(_ literal: StaticString) -> Bool {
        let prefix = ByteView(literal)
        return count >= prefix.count && slice(0, prefix.count).equalsFolded(prefix)
    }

    /// The index of the first such byte at or after `start`; `nil` when there is none.
    @inlinable
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        guard start < count else { return nil }
        precondition(start >= 0, "byte index out of range")
        // Not empty, so there is a base.
        return unsafe Words.firstIndex(of: byte, base.unsafelyUnwrapped, from: start, to: count)
    }

    /// Whether every byte is a decimal digit.
    public var isDigits: Bool {
        for index in 0..<count where !ASCII.isDigit(self[index]) { return false }
        return true
    }

    /// A hash of the bytes.
    ///
    /// A hash is never equality.
    @inlinable
    @inline(__always)
    public var exactHash: UInt32 {
        var hash = UInt64(truncatingIfNeeded: count)
        if count > 0 { unsafe Words.mix(base.unsafelyUnwrapped, count, into: &hash) }
        return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    /// A hash of the bytes without ASCII case.
    ///
    /// A hash is never equality.
    @inlinable
    @inline(__always)
    public var foldedHash: UInt32 {
        var hash = UInt64(truncatingIfNeeded: count)
        if count > 0 { unsafe Words.mixFolded(base.unsafelyUnwrapped, count, into: &hash) }
        return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    /// The bytes as text, copied.
    public var text: Text {
        Text(unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self))
    }

    /// The bytes, copied.
    public var bytes: [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: base, count: count))
    }

    // The readers of PolicyModel, for bytes in place.

    /// The bytes as epoch seconds or a date.
    public var instant: Instant? {
        unsafe Instant(Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count)))
    }

    /// The bytes as an address.
    public var ipAddress: IPAddress? {
        unsafe IPAddress(Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count)))
    }

    /// The bytes as `true` or `false`.
    public var boolean: Bool? {
        unsafe BooleanText.parse(Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count)))
    }

    /// Whether the bytes have the declared type.
    public func isAccepted(by declaration: KeyDeclaration) -> Bool {
        unsafe declaration.accepts(Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count)))
    }

    /// Whether the bytes are base64 of exactly those of `other`.
    public func decodesFromBase64(to other: ByteView) -> Bool {
        unsafe Base64.decode(Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count)))
            .map { unsafe $0.elementsEqual(UnsafeBufferPointer(start: other.base, count: other.count)) } ?? false
    }

    /// Compares the bytes with others as exact decimals; `nil` when either is none.
    public func compareAsDecimal(_ other: ByteView) -> Int? {
        let left = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count))
        let right = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: other.base, count: other.count))
        guard let leftNumber = ExactDecimal(left), let rightNumber = ExactDecimal(right) else { return nil }
        return ExactDecimal.compare(leftNumber, left, rightNumber, right)
    }
}

extension Text {
    /// Lends the text's bytes to `body` as a view.
    public func withByteView<Result>(_ body: (ByteView) -> Result) -> Result {
        var copy = string
        return copy.withUTF8 { unsafe body(ByteView(base: $0.baseAddress, count: $0.count)) }
    }
}
