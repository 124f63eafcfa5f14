internal import DecisionTree

// Strings and numbers: RFC 8259 §6 and §7 with the bounds of design §3.3.
extension JSONTape {
    /// Takes a string from its opening to behind its closing quote, and gives its characters.
    @inline(__always)
    mutating func string(_ arena: inout Arena) throws(JSONFault) -> ByteView {
        let start = index + 1
        index = start
        try skipCharacters()
        let end = index
        if text[end] == UInt8(ascii: "\"") {
            index += 1
            return text.slice(start, end)
        }
        return try unescaped(from: start, &arena)
    }

    /// Steps over characters that stand for themselves, up to a quote or a backslash.
    @inline(__always)
    private mutating func skipCharacters() throws(JSONFault) {
        while true {
            index = text.endOfPlainText(from: index)
            guard index < text.count else { throw .unexpectedEnd }
            let byte = text[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            guard byte >= 0x80 else { throw .unexpected(offset: index) }
            guard let width = text.widthOfScalar(at: index) else { throw .invalidUTF8(offset: index) }
            index += width
        }
    }

    /// Takes the rest of a string whose first backslash is here.
    private mutating func unescaped(from start: Int, _ arena: inout Arena) throws(JSONFault) -> ByteView {
        let mark = arena.count
        var plain = start
        while true {
            guard arena.append(text.slice(plain, index)) else { throw .outOfRoom }
            if text[index] == UInt8(ascii: "\"") { break }
            try escape(&arena)
            plain = index
            try skipCharacters()
        }
        index += 1
        return arena.view(from: mark)
    }

    private mutating func escape(_ arena: inout Arena) throws(JSONFault) {
        let place = index
        index += 1
        let byte: UInt8
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = peek
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "u"):
            try unicodeEscape(at: place, &arena)
            return
        default: throw unexpected()
        }
        index += 1
        guard arena.append(byte) else { throw .outOfRoom }
    }

    /// Takes `uXXXX`, and the second half of a pair with it.
    private mutating func unicodeEscape(at place: Int, _ arena: inout Arena) throws(JSONFault) {
        var value = try codeUnit()
        guard value & 0xFC00 != 0xDC00 else { throw .loneSurrogate(offset: place) }
        if value & 0xFC00 == 0xD800 {
            guard peek == UInt8(ascii: "\\"), index + 1 < text.count, text[index + 1] == UInt8(ascii: "u") else {
                throw .loneSurrogate(offset: place)
            }
            index += 1
            let second = try codeUnit()
            guard second & 0xFC00 == 0xDC00 else { throw .loneSurrogate(offset: place) }
            value = 0x10000 + (value & 0x3FF) << 10 + second & 0x3FF
        }
        guard value != 0 else { throw .nullCharacter(offset: place) }
        guard arena.append(scalar: value) else { throw .outOfRoom }
    }

    /// Takes `uXXXX`.
    private mutating func codeUnit() throws(JSONFault) -> UInt32 {
        index += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch peek {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = peek - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = peek - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = peek - UInt8(ascii: "A") + 10
            default: throw unexpected()
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    /// Takes a number, and gives its text.
    mutating func number() throws(JSONFault) -> ByteView {
        let start = index
        if peek == UInt8(ascii: "-") { index += 1 }
        if peek == UInt8(ascii: "0") { index += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        let exponent = try exponent()
        guard index - start <= WireBounds.numberBytesMax else { throw .numberTooLong(offset: start) }
        guard exponent <= WireBounds.exponentMax else { throw .exponentTooLarge(offset: start) }
        return text.slice(start, index)
    }

    private mutating func digits() throws(JSONFault) {
        guard isDigit(peek) else { throw unexpected() }
        while isDigit(peek) { index += 1 }
    }

    /// Takes `e±digits` if it is there; the size of the exponent, capped just above what is accepted.
    private mutating func exponent() throws(JSONFault) -> Int {
        guard peek | 0x20 == UInt8(ascii: "e") else { return 0 }
        index += 1
        if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
        guard isDigit(peek) else { throw unexpected() }
        var size = 0
        while isDigit(peek) {
            size = min(size * 10 + Int(peek - UInt8(ascii: "0")), WireBounds.exponentMax + 1)
            index += 1
        }
        return size
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

extension ByteView {
    /// How many bytes the character beyond ASCII takes whose first byte stands at `index`; `nil` when that is not
    /// UTF-8 by RFC 3629 §4, which excludes overlong forms, surrogates and what is above U+10FFFF.
    func widthOfScalar(at index: Int) -> Int? {
        let lead = self[index]
        let second = continuation(at: index + 1)
        switch lead {
        case 0xC2...0xDF: return second != nil ? 2 : nil
        case 0xE0...0xEF:
            guard let second, continuation(at: index + 2) != nil else { return nil }
            return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? nil : 3
        case 0xF0...0xF4:
            guard let second, continuation(at: index + 2) != nil, continuation(at: index + 3) != nil else { return nil }
            return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F) ? nil : 4
        default: return nil
        }
    }

    private func continuation(at index: Int) -> UInt8? {
        index < count && self[index] & 0xC0 == 0x80 ? self[index] : nil
    }
}

extension Arena {
    /// Adds a scalar as UTF-8; `false` when the arena is full.
    mutating func append(scalar value: UInt32) -> Bool {
        func byte(_ shift: UInt32, _ mark: UInt32, _ mask: UInt32) -> UInt8 { UInt8(mark | value >> shift & mask) }
        switch value {
        case 0..<0x80: return append(UInt8(value))
        case 0x80..<0x800: return append(byte(6, 0xC0, 0x1F)) && append(byte(0, 0x80, 0x3F))
        case 0x800..<0x10000:
            return append(byte(12, 0xE0, 0x0F)) && append(byte(6, 0x80, 0x3F)) && append(byte(0, 0x80, 0x3F))
        default:
            return append(byte(18, 0xF0, 0x07)) && append(byte(12, 0x80, 0x3F)) && append(byte(6, 0x80, 0x3F))
                && append(byte(0, 0x80, 0x3F))
        }
    }
}
