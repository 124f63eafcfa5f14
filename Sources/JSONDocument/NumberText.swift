/// The numbers of JSON as text: RFC 8259's grammar, with the bounds of design §3.3.
enum NumberText {
    /// The longest number, in bytes.
    ///
    /// IEEE doubles need 24 at most, and 40 hold any 128-bit integer.
    static let bytesMax = 40
    /// The largest exponent as written, either sign.
    static let exponentMax = 200

    enum Verdict { case valid, malformed, tooLong, exponentTooLarge }

    /// Judges the whole text.
    static func judge(_ text: ArraySlice<UInt8>) -> Verdict {
        var rest = text
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let integer = rest.prefix(while: isDigit)
        guard !integer.isEmpty, integer.count == 1 || integer.first != UInt8(ascii: "0") else { return .malformed }
        rest = rest.dropFirst(integer.count)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { return .malformed }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let exponent = exponent(rest) else { return .malformed }
        guard text.count <= bytesMax else { return .tooLong }
        return exponent <= exponentMax ? .valid : .exponentTooLarge
    }

    /// The size of `e±digits`, 0 for no text, `nil` for any other text.
    private static func exponent(_ text: ArraySlice<UInt8>) -> Int? {
        guard let mark = text.first else { return 0 }
        guard mark | 0x20 == UInt8(ascii: "e") else { return nil }
        var digits = text.dropFirst()
        if digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), exponentMax + 1) }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Whether the byte can stand in a number, so that a whole wrong number is quoted and not its first half.
    static func canContain(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
            || byte | 0x20 == UInt8(ascii: "e")
    }
}
