/// Policy text: a string that is compared, ordered and hashed by its UTF-8 bytes.
///
/// Swift compares `String` by canonical equivalence, so `é` as one scalar equals `e` with a combining accent. The policy
/// language compares scalars (spec §3.2 rule 6, §14 trap 3); every name, pattern and value of the model is therefore a
/// `Text`.
public struct Text: Sendable, Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text as a Swift string, for printing.
    public let string: String

    /// Wraps a string; its bytes are kept as they are.
    public init(_ string: String) {
        self.string = string
    }

    /// Wraps a literal.
    public init(stringLiteral value: String) {
        self.string = value
    }

    /// The bytes that decide equality and order.
    public var utf8: String.UTF8View { string.utf8 }

    /// Whether there are no bytes.
    public var isEmpty: Bool { string.isEmpty }

    /// The text itself.
    public var description: String { string }

    /// Byte equality.
    public static func == (lhs: Text, rhs: Text) -> Bool {
        guard lhs.utf8.count == rhs.utf8.count else { return false }
        return unsafe lhs.withBytes { left in unsafe rhs.withBytes { right in unsafe Text.order(left, right) == 0 } }
    }

    /// Byte order.
    public static func < (lhs: Text, rhs: Text) -> Bool {
        unsafe lhs.withBytes { left in unsafe rhs.withBytes { right in unsafe Text.order(left, right) < 0 } }
    }

    /// Hashes the bytes, all at once.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(utf8.count)
        unsafe withBytes { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Lends the bytes, without a copy where the string holds them in a row.
    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = unsafe utf8.withContiguousStorageIfAvailable(body) { return result }
        return unsafe Array(utf8).withUnsafeBufferPointer(body)
    }

    /// Below, at or above 0 as the left bytes come before, are, or come behind the right ones.
    private static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
        let count = min(left.count, right.count)
        // No bytes have no address.
        guard count > 0, let one = unsafe UnsafeRawPointer(left.baseAddress),
            let other = unsafe UnsafeRawPointer(right.baseAddress)
        else { return left.count - right.count }
        var index = 0
        while index + 8 <= count {
            // Both loads end within `count`.
            let (word, peer) = unsafe (
                (one + index).loadUnaligned(as: UInt64.self), (other + index).loadUnaligned(as: UInt64.self)
            )
            if word != peer { return word.bigEndian < peer.bigEndian ? -1 : 1 }
            index += 8
        }
        while index < count {
            let (byte, peer) = unsafe (left[index], right[index])
            if byte != peer { return byte < peer ? -1 : 1 }
            index += 1
        }
        return left.count - right.count
    }

    /// The text with `A`…`Z` made `a`…`z`, and nothing else changed.
    ///
    /// Action names, condition keys and entity names are folded this way (spec §2.3).
    public var foldedASCII: Text {
        let folded = unsafe withBytes { bytes -> String? in
            guard unsafe bytes.contains(where: { $0 >= 0x41 && $0 <= 0x5A }) else { return nil }
            return unsafe String(unsafeUninitializedCapacity: bytes.count) { room in
                for index in 0..<bytes.count { unsafe room[index] = ASCII.lowercased(bytes[index]) }
                return bytes.count
            }
        }
        return folded.map { Text($0) } ?? self
    }

    /// Whether the text begins with the bytes of `prefix`.
    public func hasPrefix(_ prefix: Text) -> Bool {
        unsafe withBytes { bytes in
            unsafe prefix.withBytes { start in
                unsafe start.count <= bytes.count
                    && Text.order(UnsafeBufferPointer(rebasing: bytes[..<start.count]), start) == 0
            }
        }
    }

    /// Whether the byte stands anywhere.
    public func contains(_ byte: UInt8) -> Bool { firstIndex(of: byte) != nil }

    /// How many bytes stand before the first one that is `byte`.
    public func firstIndex(of byte: UInt8) -> Int? {
        unsafe withBytes { bytes in unsafe bytes.firstIndex(of: byte) }
    }

    /// The text after its first `count` bytes; `count` must fall between two scalars.
    public func dropFirst(_ count: Int) -> Text {
        Text(String(decoding: utf8.dropFirst(count), as: UTF8.self))
    }

    /// Cuts the text at the first `maximum - 1` occurrences of an ASCII byte, keeping empty fields.
    public func split(at separator: UInt8, maximum: Int = .max) -> [Text] {
        unsafe withBytes { bytes in
            var fields: [Text] = []
            var start = 0
            for index in 0..<bytes.count where unsafe bytes[index] == separator && fields.count < maximum - 1 {
                unsafe fields.append(Text(String(decoding: bytes[start..<index], as: UTF8.self)))
                start = index + 1
            }
            unsafe fields.append(Text(String(decoding: bytes[start...], as: UTF8.self)))
            return fields
        }
    }
}

/// Facts about ASCII bytes, for text that is compared byte by byte.
public enum ASCII {
    /// `A`…`Z` as `a`…`z`; any other byte as it is.
    @inlinable
    public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// Whether the byte is `0`…`9`.
    @inlinable
    public static func isDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39
    }

    /// Whether the byte is a letter or a digit.
    @inlinable
    public static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (lowercased(byte) >= 0x61 && lowercased(byte) <= 0x7A)
    }

    /// The byte `:`.
    public static let colon: UInt8 = 0x3A
    /// The byte `/`.
    public static let slash: UInt8 = 0x2F
    /// The byte `*`.
    public static let star: UInt8 = 0x2A
    /// The byte `?`.
    public static let questionMark: UInt8 = 0x3F
    /// The byte `$`.
    public static let dollar: UInt8 = 0x24
}
