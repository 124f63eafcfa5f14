public import DecisionTree

/// Finds where messages end: behind each one stands a NUL, which no JSON text holds.
///
/// One a connection. It remembers how far it has looked, so that a message that arrives byte by byte is searched once.
public struct Framer: Sendable, BitwiseCopyable {
    /// What the unconsumed bytes of a connection begin with.
    public enum Frame: Sendable, Hashable {
        /// A whole message of so many bytes; `byteCount + 1` are to be consumed.
        case message(byteCount: Int)
        /// The beginning of a message, or nothing.
        case incomplete
        /// More than `messageBytesMax` bytes without a NUL: `WireError.tooLong`, then close.
        case tooLong
    }

    private var searched = 0
    private let messageBytesMax: Int

    /// A framer at the beginning of a message.
    public init(messageBytesMax: Int = WireBounds.messageBytesMax) {
        self.messageBytesMax = messageBytesMax
    }

    /// Looks at all bytes that were received and not consumed yet.
    ///
    /// After `.message` the caller consumes it with its NUL, and calls again with what is left.
    public mutating func next(in received: ByteView) -> Frame {
        let limit = min(received.count, messageBytesMax + 1)
        if let end = received.slice(0, limit).indexOfNUL(from: min(searched, limit)) {
            searched = 0
            return .message(byteCount: end)
        }
        searched = limit
        return limit > messageBytesMax ? .tooLong : .incomplete
    }
}

extension ByteView {
    /// Eight bytes from `index` on, the first one lowest; there must be eight.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index <= count - 8, "eight bytes are read where there are eight")
        // Non-null and in range by the line above.
        let address = unsafe UnsafeRawPointer(baseAddress.unsafelyUnwrapped + index)
        return unsafe UInt64(littleEndian: address.loadUnaligned(as: UInt64.self))
    }

    /// The index of the first NUL at or after `start`, looking at eight bytes at a time.
    func indexOfNUL(from start: Int) -> Int? {
        var index = start
        while index <= count - 8 {
            let word = word(at: index)
            // The lowest marked byte is a zero; marks above it may be false.
            let marks = (word &- Bytes.ones) & ~word & Bytes.highs
            if marks != 0 { return index + marks.trailingZeroBitCount >> 3 }
            index += 8
        }
        return firstIndex(of: 0, from: index)
    }

    /// The index of the first byte at or after `start` that is not a plain character of a JSON string, or `count`.
    ///
    /// Not plain are a quote, a backslash, a control character, and each part of a character beyond ASCII.
    @inline(__always)
    func endOfPlainText(from start: Int) -> Int {
        var index = start
        while index <= count - 8 {
            let word = word(at: index)
            let quotes = word ^ (Bytes.ones &* 0x22)
            let backslashes = word ^ (Bytes.ones &* 0x5C)
            // As above for each of three tests; bytes from 0x80 on are marked by their own high bit.
            let marks =
                ((quotes &- Bytes.ones) & ~quotes | (backslashes &- Bytes.ones) & ~backslashes
                    | (word &- Bytes.ones &* 0x20) & ~word | word) & Bytes.highs
            if marks != 0 { return index + marks.trailingZeroBitCount >> 3 }
            index += 8
        }
        while index < count, isPlainText(self[index]) { index += 1 }
        return index
    }

    @inline(__always)
    private func isPlainText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C }
}

/// Constants for looking at eight bytes at a time.
enum Bytes {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highs: UInt64 = 0x8080_8080_8080_8080
}
