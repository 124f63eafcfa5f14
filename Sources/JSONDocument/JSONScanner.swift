/// What the walk found at one place; in document order, an array's or object's own mark before those of its content.
struct JSONMark {
    enum Kind { case object, array, string, number, literal }

    var kind: Kind
    var position: JSONPosition
    var start: Int
    var end: Int
    /// The name and its place, when the value is a member.
    var name: String?
    var namePosition: JSONPosition
    /// How many elements or members are directly inside.
    var count = 0
}

/// One walk over the bytes, without recursion: every rule of the accepted grammar, and where everything stands.
///
/// jansson keeps neither positions nor number texts and has its own ideas of depth and range (design §5), so this goes
/// first, and jansson only sees what has passed.
struct JSONScanner {
    let bytes: [UInt8]
    let limits: JSONLimits
    var index = 0
    var line = 1
    var column = 1
    private(set) var marks: [JSONMark] = []
    private var open: [Container] = []

    /// About how many bytes of an honest text a value takes.
    private static let bytesPerMark = 24

    /// An array or object whose end has not been seen.
    private struct Container {
        let mark: Int
        let isObject: Bool
        /// Names seen so far, with their places.
        var names = SeenNames()

        var closer: UInt8 { isObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }
    }

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    var position: JSONPosition { JSONPosition(line: line, column: column) }

    /// Walks the whole text.
    mutating func scan() throws(JSONError) -> [JSONMark] {
        guard bytes.count <= limits.bytesMax else {
            throw .tooLarge(bytes: bytes.count, bytesMax: limits.bytesMax)
        }
        marks.reserveCapacity(min(bytes.count / JSONScanner.bytesPerMark + 1, limits.nodesMax))
        skipBlanks()
        try value(name: nil, namePosition: position)
        while !open.isEmpty { try continueContainer() }
        skipBlanks()
        guard index == bytes.count else { throw .trailingText(found: try found(), position: position) }
        return marks
    }

    /// Takes the next element or member of the innermost container, or its end.
    private mutating func continueContainer() throws(JSONError) {
        let top = open.count - 1
        let closer = open[top].closer
        let isEmpty = marks[open[top].mark].count == 0
        skipBlanks()
        if peek == closer {
            advance()
            marks[open[top].mark].end = index
            open.removeLast()
            return
        }
        if !isEmpty {
            try expect(UInt8(ascii: ","), "`,` or `\(Character(Unicode.Scalar(closer)))`")
            skipBlanks()
        }
        marks[open[top].mark].count += 1
        if open[top].isObject { try member(of: top) } else { try value(name: nil, namePosition: position) }
    }

    private mutating func member(of container: Int) throws(JSONError) {
        let place = position
        let isFirst = marks[open[container].mark].count == 1
        guard peek == UInt8(ascii: "\"") else {
            throw try wanted(isFirst ? "a member's name or `}`" : "a member's name")
        }
        let text = try text()
        if let first = open[container].names.insert(text, at: place) {
            throw .duplicateMember(text, first: first, position: place)
        }
        skipBlanks()
        try expect(UInt8(ascii: ":"), "`:`")
        skipBlanks()
        try value(name: text, namePosition: place)
    }

    /// Takes one scalar, or opens one container.
    private mutating func value(name: String?, namePosition: JSONPosition) throws(JSONError) {
        guard marks.count < limits.nodesMax else {
            throw .tooManyValues(nodesMax: limits.nodesMax, position: position)
        }
        var mark = JSONMark(
            kind: .literal, position: position, start: index, end: index, name: name, namePosition: namePosition)
        switch peek {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            mark.kind = peek == UInt8(ascii: "{") ? .object : .array
            try openContainer(mark)
            return
        case UInt8(ascii: "\""):
            mark.kind = .string
            if !plainString() { _ = try string() }
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            mark.kind = .number
            try number()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: throw try wanted("a value")
        }
        mark.end = index
        marks.append(mark)
    }

    private mutating func openContainer(_ mark: JSONMark) throws(JSONError) {
        guard open.count < limits.depthMax else { throw .tooDeep(depthMax: limits.depthMax, position: position) }
        open.append(Container(mark: marks.count, isObject: mark.kind == .object))
        marks.append(mark)
        advance()
    }
}

extension JSONScanner {
    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Steps over one byte; only the first byte of a scalar moves the column.
    mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    mutating func skipBlanks() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0D, 0x09: column += 1
            case 0x0A: (line, column) = (line + 1, 1)
            default: return
            }
            index += 1
        }
    }

    mutating func expect(_ byte: UInt8, _ description: String) throws(JSONError) {
        guard peek == byte else { throw try wanted(description) }
        advance()
    }

    /// The error for something missing here; throws instead when what stands here is not even UTF-8.
    func wanted(_ expected: String) throws(JSONError) -> JSONError {
        guard index < bytes.count else { return .unexpectedEnd(expected: expected, position: position) }
        return .unexpected(found: try found(), expected: expected, position: position)
    }

    /// What stands here, for a message.
    func found() throws(JSONError) -> String {
        guard let scalar = UTF8Reader.scalar(bytes, at: index) else { throw .invalidUTF8(position: position) }
        if scalar.value < 0x20 || scalar.value == 0x7F { return UserText.hex(scalar.value) }
        if scalar.value == 0xFEFF { return "a byte order mark" }
        return UserText.quoted(String(Character(scalar)))
    }

    mutating func literal(_ word: String) throws(JSONError) {
        let place = position
        let start = index
        while let byte = peek, byte | 0x20 >= UInt8(ascii: "a"), byte | 0x20 <= UInt8(ascii: "z") { advance() }
        guard bytes[start..<index].elementsEqual(word.utf8) else {
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            throw .unexpected(found: UserText.quoted(text), expected: "a value", position: place)
        }
    }

    mutating func number() throws(JSONError) {
        let place = position
        let start = index
        while let byte = peek, NumberText.canContain(byte) { advance() }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        switch NumberText.judge(bytes[start..<index]) {
        case .valid: break
        case .malformed: throw .invalidNumber(text, position: place)
        case .tooLong: throw .numberTooLong(text, position: place)
        case .exponentTooLarge: throw .exponentTooLarge(text, position: place)
        }
    }
}
