/// An IPv4 or IPv6 address as sixteen bytes with its family (spec §5 "IP").
public struct IPAddress: Sendable, Hashable {
    /// 32 or 128.
    public let bits: Int
    /// The address, first byte highest; an IPv4 address is in the low 32 bits of `low`.
    public let high: UInt64
    /// The lower half.
    public let low: UInt64

    /// Makes an address.
    public init(bits: Int, high: UInt64, low: UInt64) {
        self.bits = bits
        self.high = high
        self.low = low
    }

    /// Reads an address; `nil` unless the whole text is one.
    ///
    /// Dotted quad without leading zeros, or RFC 4291 text without a zone.
    public init?(_ text: Span<UInt8>) {
        if let quad = IPAddress.quad(text) {
            self.init(bits: 32, high: 0, low: quad)
        } else if let address = IPAddress.parse(text, from: 0, to: text.count) {
            self = address
        } else {
            return nil
        }
    }

    /// A whole text that is a dotted quad, in one pass; what it does not take `parse` looks at again.
    ///
    /// INVARIANT: each byte that is read has an index that was found to be below `count` just before. Most questions bring
    /// an address, which is read before anything is decided: here the checks of a span would be a third of the work.
    private static func quad(_ text: Span<UInt8>) -> UInt64? {
        let count = text.count
        guard count >= 7, count <= 15 else { return nil }
        var (value, index) = (UInt64(0), 0)
        for part in 0..<4 {
            if part > 0 {
                guard index < count, unsafe text[unchecked: index] == 0x2E else { return nil }
                index &+= 1
            }
            // One to three digits; a zero in front of another digit is refused.
            guard index < count else { return nil }
            var octet = unsafe UInt64(text[unchecked: index] &- 0x30)
            guard octet < 10 else { return nil }
            index &+= 1
            if index < count, let second = unsafe digit(text[unchecked: index]) {
                guard octet != 0 else { return nil }
                octet = octet &* 10 &+ second
                index &+= 1
                if index < count, let third = unsafe digit(text[unchecked: index]) {
                    octet = octet &* 10 &+ third
                    index &+= 1
                    guard octet <= 255 else { return nil }
                }
            }
            value = value << 8 | octet
        }
        return index == count ? value : nil
    }

    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt64? {
        let digit = byte &- 0x30
        return digit < 10 ? UInt64(digit) : nil
    }

    /// The address with `::ffff:a.b.c.d` made `a.b.c.d`, as request values are read (spec §5, §13-15).
    public var unmapped: IPAddress {
        guard bits == 128, high == 0, low >> 32 == 0xFFFF else { return self }
        return IPAddress(bits: 32, high: 0, low: low & 0xFFFF_FFFF)
    }

    /// The address with all but its first `length` bits cleared; `length` is at most `bits`.
    public func masked(to length: Int) -> IPAddress {
        let highMask: UInt64
        let lowMask: UInt64
        if bits == 32 {
            highMask = 0
            lowMask = length == 0 ? 0 : (~0 << UInt64(32 - length)) & 0xFFFF_FFFF
        } else {
            highMask = length == 0 ? 0 : length >= 64 ? ~0 : ~0 << UInt64(64 - length)
            lowMask = length <= 64 ? 0 : ~0 << UInt64(128 - length)
        }
        return IPAddress(bits: bits, high: high & highMask, low: low & lowMask)
    }

    static func parse(_ text: Span<UInt8>, from start: Int, to end: Int) -> IPAddress? {
        for index in start..<end where text[index] == ASCII.colon {
            return version6(text, from: start, to: end)
        }
        return version4(text, from: start, to: end).map { IPAddress(bits: 32, high: 0, low: $0) }
    }

    private static func version4(_ text: Span<UInt8>, from start: Int, to end: Int) -> UInt64? {
        var value: UInt64 = 0
        var index = start
        for part in 0..<4 {
            if part > 0 {
                guard index < end, text[index] == 0x2E else { return nil }
                index += 1
            }
            let first = index
            var octet: UInt64 = 0
            while index < end, ASCII.isDigit(text[index]), index - first < 3 {
                octet = octet * 10 + UInt64(text[index] - 0x30)
                index += 1
            }
            guard index > first, octet <= 255, index - first == 1 || text[first] != 0x30 else { return nil }
            value = value << 8 | octet
        }
        return index == end ? value : nil
    }

    private static func version6(_ text: Span<UInt8>, from start: Int, to end: Int) -> IPAddress? {
        var groups = InlineArray<8, UInt64>(repeating: 0)
        var count = 0
        var gap = -1
        var index = start
        if end - start >= 2, text[start] == ASCII.colon {
            guard text[start + 1] == ASCII.colon else { return nil }
            gap = 0
            index = start + 2
        }
        while index < end {
            guard count < 8 else { return nil }
            let first = index
            var group: UInt64 = 0
            while index < end, let digit = hexDigit(text[index]), index - first < 4 {
                group = group << 4 | digit
                index += 1
            }
            if index < end, text[index] == 0x2E {
                // The last 32 bits may be a dotted quad.
                guard count <= 6, let quad = version4(text, from: first, to: end) else { return nil }
                groups[count] = quad >> 16
                groups[count + 1] = quad & 0xFFFF
                count += 2
                index = end
                break
            }
            guard index > first else { return nil }
            groups[count] = group
            count += 1
            guard index < end else { break }
            guard text[index] == ASCII.colon, index + 1 < end else { return nil }
            index += 1
            if text[index] == ASCII.colon {
                guard gap < 0 else { return nil }
                gap = count
                index += 1
            }
        }
        return gathered(groups, count: count, gap: gap)
    }

    private static func gathered(_ groups: InlineArray<8, UInt64>, count: Int, gap: Int) -> IPAddress? {
        guard gap >= 0 ? count < 8 : count == 8 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for position in 0..<8 {
            let missing = 8 - count
            let group: UInt64
            if gap >= 0, position >= gap {
                group = position < gap + missing ? 0 : groups[position - missing]
            } else {
                group = groups[position]
            }
            if position < 4 { high = high << 16 | group } else { low = low << 16 | group }
        }
        return IPAddress(bits: 128, high: high, low: low)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        if ASCII.isDigit(byte) { return UInt64(byte - 0x30) }
        let letter = ASCII.lowercased(byte)
        return letter >= 0x61 && letter <= 0x66 ? UInt64(letter - 0x61 + 10) : nil
    }
}

/// A range of addresses: an address with the number of leading bits that count (spec §5 "IP").
public struct IPAddressBlock: Sendable, Hashable {
    /// The address with its host bits cleared.
    public let base: IPAddress
    /// 0…32 or 0…128.
    public let prefixLength: Int
    /// Whether the text had host bits set, which are masked off (a lint).
    public let hadHostBits: Bool

    /// Reads `address` or `address/prefix`; `nil` unless the whole text is one.
    public init?(_ text: Span<UInt8>) {
        var slash = 0
        while slash < text.count, text[slash] != ASCII.slash { slash += 1 }
        guard let address = IPAddress.parse(text, from: 0, to: slash) else { return nil }
        var length = address.bits
        if slash < text.count {
            var value = 0
            let digits = text.count - slash - 1
            guard (1...3).contains(digits), digits == 1 || text[slash + 1] != 0x30 else { return nil }
            for index in (slash + 1)..<text.count {
                guard ASCII.isDigit(text[index]) else { return nil }
                value = value * 10 + Int(text[index] - 0x30)
            }
            guard value <= address.bits else { return nil }
            length = value
        }
        prefixLength = length
        let masked = address.masked(to: length)
        base = masked
        hadHostBits = masked != address
    }

    /// Whether the address lies in the block; families never match each other.
    public func contains(_ address: IPAddress) -> Bool {
        address.bits == base.bits && address.masked(to: prefixLength) == base
    }
}
