/// Bytes as lower-case hexadecimal digits, two each, and back.
enum Hexadecimal {
    /// The digits of bytes.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The eight digits of a number.
    static func text(_ number: UInt32) -> String {
        text([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) })
    }

    /// The bytes of digits; `nil` for anything else.
    static func bytes(_ digits: [UInt8]) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = number(digits[index..<index + 2]) else { return nil }
            bytes.append(UInt8(byte))
        }
        return bytes
    }

    /// The number of at most eight digits; `nil` for anything else.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count <= 8 else { return nil }
        var number = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: number = number * 16 + Int(digit - 0x30)
            case 0x61...0x66: number = number * 16 + Int(digit - 0x61 + 10)
            default: return nil
            }
        }
        return number
    }
}
