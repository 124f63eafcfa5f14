extension JSONScanner {
    /// Takes a string without escapes and beyond-ASCII characters, as nearly all are; `false`, and takes nothing, at any
    /// other.
    mutating func plainString() -> Bool {
        var end = index + 1
        while end < bytes.count, JSONScanner.isPlain(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return false }
        column += end + 1 - index
        index = end + 1
        return true
    }

    /// Takes a string and gives its decoded text.
    mutating func text() throws(JSONError) -> String {
        let start = index + 1
        if plainString() { return String(decoding: bytes[start..<(index - 1)], as: UTF8.self) }
        return String(decoding: try string(), as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Takes a string from its opening to behind its closing quote, and gives its decoded bytes.
    mutating func string() throws(JSONError) -> [UInt8] {
        var decoded: [UInt8] = []
        advance()
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return decoded
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            case 0..<0x20: throw .controlCharacter(byte, position: position)
            case 0x20..<0x80:
                decoded.append(byte)
                advance()
            default: try multibyte(into: &decoded)
            }
        }
        throw .unexpectedEnd(expected: "`\"`", position: position)
    }

    private mutating func multibyte(into decoded: inout [UInt8]) throws(JSONError) {
        guard let scalar = UTF8Reader.scalar(bytes, at: index) else { throw .invalidUTF8(position: position) }
        for _ in 0..<UTF8.width(scalar) {
            decoded.append(bytes[index])
            advance()
        }
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONError) {
        let place = position
        advance()
        guard let letter = peek else { throw .unexpectedEnd(expected: "an escape", position: position) }
        if letter == UInt8(ascii: "u") {
            try unicodeEscape(from: place, into: &decoded)
            return
        }
        guard let byte = JSONScanner.simpleEscape(letter) else {
            guard let scalar = UTF8Reader.scalar(bytes, at: index) else { throw .invalidUTF8(position: position) }
            throw .invalidEscape("\\" + String(Character(scalar)), position: place)
        }
        decoded.append(byte)
        advance()
    }

    private static func simpleEscape(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// Takes `uXXXX`, and the second half of a pair with it.
    private mutating func unicodeEscape(from place: JSONPosition, into decoded: inout [UInt8]) throws(JSONError) {
        let first = try codeUnit(from: place)
        var value = UInt32(first.unit)
        if UTF16.isLeadSurrogate(first.unit) {
            guard peek == UInt8(ascii: "\\"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "u") else {
                throw .loneSurrogate(first.text, position: place)
            }
            let secondPlace = position
            advance()
            let second = try codeUnit(from: secondPlace)
            guard UTF16.isTrailSurrogate(second.unit) else { throw .loneSurrogate(first.text, position: place) }
            value = 0x10000 + (UInt32(first.unit) - 0xD800) << 10 + (UInt32(second.unit) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw .loneSurrogate(first.text, position: place) }
        guard value != 0 else { throw .nullCharacter(position: place) }
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// Takes `uXXXX`.
    private mutating func codeUnit(from place: JSONPosition) throws(JSONError) -> (unit: UInt16, text: String) {
        advance()
        var value: UInt16 = 0
        let start = index
        for _ in 0..<4 {
            guard let byte = peek else { throw .unexpectedEnd(expected: "four hexadecimal digits", position: position) }
            guard let digit = JSONScanner.hexDigit(byte) else {
                throw .invalidEscape("\\u" + String(decoding: bytes[start..<index], as: UTF8.self), position: place)
            }
            value = value << 4 | UInt16(digit)
            advance()
        }
        return (value, "\\u" + String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// The names of one object's members, compared by their bytes.
struct SeenNames {
    /// While there are few, which is quicker than any table.
    private var few: [(name: String, place: JSONPosition)] = []
    private var many: [[UInt8]: JSONPosition] = [:]

    private static let fewMax = 12

    /// Notes a name; gives the place of the same name before, if there was one.
    mutating func insert(_ name: String, at place: JSONPosition) -> JSONPosition? {
        guard many.isEmpty else { return many.updateValue(place, forKey: Array(name.utf8)) }
        for seen in few where seen.name.utf8.elementsEqual(name.utf8) { return seen.place }
        few.append((name, place))
        if few.count > SeenNames.fewMax {
            for seen in few { many[Array(seen.name.utf8)] = seen.place }
        }
        return nil
    }
}

/// UTF-8 of RFC 3629, one scalar at a time.
enum UTF8Reader {
    /// The scalar whose bytes begin at `index`; `nil` when they are not well-formed, overlong, or a surrogate.
    static func scalar(_ bytes: [UInt8], at index: Int) -> Unicode.Scalar? {
        let lead = bytes[index]
        let width: Int
        switch lead {
        case 0..<0x80: return Unicode.Scalar(lead)
        case 0xC2...0xDF: width = 2
        case 0xE0...0xEF: width = 3
        case 0xF0...0xF4: width = 4
        default: return nil
        }
        guard index + width <= bytes.count else { return nil }
        var value = UInt32(lead) & (0x7F >> UInt32(width))
        for byte in bytes[(index + 1)..<(index + width)] {
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard width == 2 || (width == 3 ? value >= 0x800 : value >= 0x10000) else { return nil }
        return Unicode.Scalar(value)
    }
}
