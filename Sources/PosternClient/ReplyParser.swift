/// Reads the JSON of a reply, bounded in depth; what it does not understand is a `protocolViolation`.
struct ReplyParser {
    private let bytes: [UInt8]
    private var index = 0

    /// Explanations are the deepest that replies go.
    private static let depthMax = 32

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a whole message.
    static func parse(_ bytes: [UInt8]) throws(PosternError) -> ReplyValue {
        var parser = ReplyParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.index == bytes.count else { throw parser.violation() }
        return value
    }

    private var peek: UInt8 { index < bytes.count ? bytes[index] : 0 }

    private func violation() -> PosternError { .protocolViolation("byte \(index) of a message is not JSON") }

    private mutating func skipBlanks() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(PosternError) {
        guard take(byte) else { throw violation() }
    }

    private mutating func value(depth: Int) throws(PosternError) -> ReplyValue {
        guard depth < ReplyParser.depthMax else { throw violation() }
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(PosternError) -> ReplyValue {
        try expect(UInt8(ascii: "{"))
        var members: [ReplyValue.Member] = []
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipBlanks()
            let name = try string()
            try expect(UInt8(ascii: ":"))
            members.append(ReplyValue.Member(name: name, value: try value(depth: depth + 1)))
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func array(depth: Int) throws(PosternError) -> ReplyValue {
        try expect(UInt8(ascii: "["))
        var values: [ReplyValue] = []
        if take(UInt8(ascii: "]")) { return .array(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return .array(values)
    }

    private mutating func word(_ text: StaticString, _ value: ReplyValue) throws(PosternError) -> ReplyValue {
        for byte in "\(text)".utf8 {
            guard peek == byte else { throw violation() }
            index += 1
        }
        return value
    }

    private mutating func number() throws(PosternError) -> ReplyValue {
        let start = index
        while index < bytes.count,
            (0x30...0x39).contains(bytes[index]) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(peek)
        {
            index += 1
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard Double(text) != nil else { throw violation() }
        return .number(text)
    }
}

extension ReplyParser {
    private mutating func string() throws(PosternError) -> String {
        guard peek == UInt8(ascii: "\"") else { throw violation() }
        index += 1
        var text: [UInt8] = []
        while peek != UInt8(ascii: "\"") {
            guard peek >= 0x20 else { throw violation() }
            if peek == UInt8(ascii: "\\") {
                text += try escape()
            } else {
                text.append(peek)
                index += 1
            }
        }
        index += 1
        guard let result = String(validating: text, as: UTF8.self) else { throw violation() }
        return result
    }

    private mutating func escape() throws(PosternError) -> [UInt8] {
        index += 1
        let byte = peek
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw violation()
        }
    }

    private mutating func unicodeEscape() throws(PosternError) -> [UInt8] {
        var value = try codeUnit()
        if value & 0xFC00 == 0xD800, peek == UInt8(ascii: "\\") {
            index += 1
            guard peek == UInt8(ascii: "u") else { throw violation() }
            index += 1
            let low = try codeUnit()
            guard low & 0xFC00 == 0xDC00 else { throw violation() }
            value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
        }
        guard let scalar = Unicode.Scalar(value) else { throw violation() }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func codeUnit() throws(PosternError) -> UInt32 {
        guard index + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw violation() }
        index += 4
        return value
    }
}
