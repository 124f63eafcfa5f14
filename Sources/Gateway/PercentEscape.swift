/// `%` and two hexadecimal digits.
enum PercentEscape {
    /// The byte of an escape; `nil` when there is none.
    static func byte(_ bytes: ArraySlice<UInt8>, at index: Int) -> UInt8? {
        guard index + 2 < bytes.endIndex, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) else {
            return nil
        }
        return high << 4 | low
    }

    /// Bytes with their escapes decoded once; `nil` for a bad one.
    ///
    /// - Parameter plusIsBlank: as in forms, whose rules most services read queries by.
    static func bytes(_ encoded: ArraySlice<UInt8>, plusIsBlank: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var index = encoded.startIndex
        while index < encoded.endIndex {
            switch encoded[index] {
            case 0x25:
                guard let byte = byte(encoded, at: index) else { return nil }
                bytes.append(byte)
                index += 2
            case 0x2B where plusIsBlank: bytes.append(0x20)
            case let byte: bytes.append(byte)
            }
            index += 1
        }
        return bytes
    }

    /// A text with its escapes decoded once; `nil` for a bad one, and for what is no UTF-8.
    static func decoded(_ text: some Sequence<UInt8>, plusIsBlank: Bool) -> String? {
        bytes(ArraySlice(text), plusIsBlank: plusIsBlank).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
