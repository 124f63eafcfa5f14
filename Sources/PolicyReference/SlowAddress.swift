public import PolicyModel

/// An address as its bits, first bit first: 32 of IPv4, 128 of IPv6 (spec §5 "IP").
public struct SlowAddress: Sendable, Hashable {
    /// Each 0 or 1.
    public let bits: [Int]

    init(bits: [Int]) {
        self.bits = bits
    }

    /// "IPv4 dotted quad without leading zeros, IPv6 RFC 4291 text (case-insensitive, `::`, no zone id)"; `nil` unless
    /// the whole text is one.
    public init?(_ text: Text) {
        let written = scalars(text)
        guard let bits = written.contains(":") ? SlowAddress.version6(written) : SlowAddress.version4(written) else {
            return nil
        }
        self.init(bits: bits)
    }

    /// "IPv4-mapped `::ffff:a.b.c.d` on the request side is normalized to IPv4 before anything".
    public var unmapped: SlowAddress {
        let mapped = [Int](repeating: 0, count: 80) + [Int](repeating: 1, count: 16)
        return bits.count == 128 && Array(bits.prefix(96)) == mapped ? SlowAddress(bits: Array(bits.suffix(32))) : self
    }

    private static func version4(_ text: [Unicode.Scalar]) -> [Int]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: [Int] = []
        for part in parts {
            guard let value = decimal(part, atMost: 255) else { return nil }
            bits += binary(value, digits: 8)
        }
        return bits
    }

    /// At most one `::`, which stands for one group of zeros or more; eight groups in the end.
    private static func version6(_ text: [Unicode.Scalar]) -> [Int]? {
        for index in text.indices.dropLast() where text[index] == ":" && text[index + 1] == ":" {
            guard let before = groups(text[..<index], isEnd: false),
                let behind = groups(text[(index + 2)...], isEnd: true), before.count + behind.count <= 7 * 16
            else { return nil }
            return before + [Int](repeating: 0, count: 128 - before.count - behind.count) + behind
        }
        guard let all = groups(text[...], isEnd: true), all.count == 128 else { return nil }
        return all
    }

    /// Groups of one to four hexadecimal digits between single colons; at the end of an address the last may be a quad.
    private static func groups(_ text: ArraySlice<Unicode.Scalar>, isEnd: Bool) -> [Int]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bits: [Int] = []
        for (number, part) in parts.enumerated() {
            if part.contains("."), isEnd, number == parts.count - 1 {
                guard let quad = version4(Array(part)) else { return nil }
                bits += quad
            } else {
                guard let group = hexadecimal(part) else { return nil }
                bits += binary(group, digits: 16)
            }
        }
        return bits
    }

    private static func hexadecimal(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
        guard (1...4).contains(text.count) else { return nil }
        var value = 0
        for scalar in text {
            let lower = Array("0123456789abcdef".unicodeScalars)
            let upper = Array("0123456789ABCDEF".unicodeScalars)
            guard let digit = lower.firstIndex(of: scalar) ?? upper.firstIndex(of: scalar) else { return nil }
            value = value * 16 + digit
        }
        return value
    }

    /// A decimal number without leading zeros.
    static func decimal(_ text: ArraySlice<Unicode.Scalar>, atMost maximum: Int) -> Int? {
        var rest = text
        let digits = takeDigits(&rest)
        guard rest.isEmpty, !digits.isEmpty, digits.count == 1 || digits[0] != 0 else { return nil }
        return number(digits, atMost: maximum)
    }

    private static func binary(_ value: Int, digits: Int) -> [Int] {
        (0..<digits).map { value >> (digits - 1 - $0) & 1 }
    }
}

/// A range of addresses (spec §5 "IP").
///
/// "No prefix = host (/32, /128). Host bits in the policy CIDR are masked off".
public struct SlowAddressBlock: Sendable, Hashable {
    /// The bits that count.
    public let prefix: [Int]
    /// 32 or 128.
    public let width: Int

    /// Reads `address` or `address/prefix`; `nil` unless the whole text is one.
    public init?(_ text: Text) {
        let parts = text.split(at: 0x2F)
        guard parts.count <= 2, let address = SlowAddress(parts[0]) else { return nil }
        width = address.bits.count
        var length = width
        if parts.count == 2 {
            guard let written = SlowAddress.decimal(scalars(parts[1])[...], atMost: width) else { return nil }
            length = written
        }
        prefix = Array(address.bits.prefix(length))
    }

    /// "Families never match each other"; in a family the leading bits decide.
    public func contains(_ address: SlowAddress) -> Bool {
        address.bits.count == width && address.bits.starts(with: prefix)
    }
}
