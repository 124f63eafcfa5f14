/// Standard base64 with padding, as `BinaryEquals` reads it (spec §5).
public enum Base64 {
    /// Decodes the text; `nil` unless the whole text is base64 of RFC 4648 §4.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var index = 0
        while index < text.count {
            let isLast = index + 4 == text.count
            let padding = isLast ? (text[index + 3] == 0x3D ? (text[index + 2] == 0x3D ? 2 : 1) : 0) : 0
            var group: UInt32 = 0
            for offset in 0..<4 {
                let isPadding = offset >= 4 - padding
                guard let sextet = isPadding ? 0 : value(text[index + offset]) else { return nil }
                group = group << 6 | sextet
            }
            // Bits that padding cuts off must be zero, else two texts would mean the same bytes.
            guard padding == 0 || group & (padding == 1 ? 0xFF : 0xFFFF) == 0 else { return nil }
            bytes.append(UInt8(group >> 16))
            if padding < 2 { bytes.append(UInt8(group >> 8 & 0xFF)) }
            if padding < 1 { bytes.append(UInt8(group & 0xFF)) }
            index += 4
        }
        return bytes
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}

/// `true` or `false` in any ASCII case, as `Bool` reads them (spec §5).
public enum BooleanText {
    /// The value; `nil` when the text is neither.
    public static func parse(_ text: Span<UInt8>) -> Bool? {
        if equals(text, "true") { return true }
        return equals(text, "false") ? false : nil
    }

    private static func equals(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        for index in text.indices where unsafe ASCII.lowercased(text[index]) != word.utf8Start[index] { return false }
        return true
    }
}
