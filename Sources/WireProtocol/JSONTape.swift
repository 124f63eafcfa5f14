internal import DecisionTree

/// The strict reader of JSON, without recursion and in one pass: design §3.3's rules and a flat list of what was found.
///
/// `JSONDocument` accepts and refuses the same bytes; tests say so. It allocates nothing once it has seen its largest
/// text. Strings without escapes are views into the text, the others are unescaped into the arena.
struct JSONTape: ~Copyable {
    /// The tokens; the whole value is number 0.
    var tokens: TrivialBuffer<JSONToken>
    /// Finds names that occur twice in an object.
    var names = NameChecker()

    var text = ByteView()
    var index = 0
    private var open = TrivialBuffer<UInt32>(capacity: 64)
    private var depthMax = 0

    init(capacity: Int) {
        tokens = TrivialBuffer(capacity: capacity)
    }

    /// Reads a whole text.
    ///
    /// The tokens are good while text and arena are.
    mutating func read(_ text: ByteView, into arena: inout Arena, depthMax: Int) throws(JSONFault) {
        self.text = text
        self.depthMax = depthMax
        index = 0
        tokens.truncate(to: 0)
        open.truncate(to: 0)
        skipBlanks()
        try value(&arena)
        while open.count > 0 { try continueContainer(&arena) }
        skipBlanks()
        guard index == text.count else { throw unexpected() }
    }

    /// The byte here; 0, which is never in its place anywhere, behind the end.
    @inline(__always)
    var peek: UInt8 { index < text.count ? text[index] : 0 }

    /// The fault of a byte that does not belong here.
    mutating func unexpected() -> JSONFault {
        guard index < text.count else { return .unexpectedEnd }
        guard text[index] >= 0x80, text.widthOfScalar(at: index) == nil else { return .unexpected(offset: index) }
        return .invalidUTF8(offset: index)
    }

    @inline(__always)
    private mutating func skipBlanks() {
        while index < text.count {
            let byte = text[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            index += 1
        }
    }

    /// Takes the next element or member of the innermost container, or its end.
    private mutating func continueContainer(_ arena: inout Arena) throws(JSONFault) {
        let container = Int(open[open.count - 1])
        let isObject = tokens[container].kind == .object
        skipBlanks()
        if peek == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            index += 1
            try close(container, isObject: isObject)
            return
        }
        if tokens[container].count > 0 {
            guard peek == UInt8(ascii: ",") else { throw unexpected() }
            index += 1
            skipBlanks()
        }
        tokens[container].count += 1
        if isObject { try name(&arena) }
        try value(&arena)
    }

    private mutating func close(_ container: Int, isObject: Bool) throws(JSONFault) {
        tokens[container].next = UInt32(tokens.count)
        // The text began here and went on to the end of everything: what is left is cut off.
        let opened = tokens[container].text
        tokens[container].text = opened.slice(0, opened.count - (text.count - index))
        open.truncate(to: open.count - 1)
        guard isObject, tokens[container].count > 1 else { return }
        if let name = names.repeatedName(of: container, in: tokens, foldsCase: false) {
            throw .duplicateName(token: name)
        }
    }

    /// Takes a member's name and its colon.
    private mutating func name(_ arena: inout Arena) throws(JSONFault) {
        guard peek == UInt8(ascii: "\"") else { throw unexpected() }
        append(.string, try string(&arena))
        skipBlanks()
        guard peek == UInt8(ascii: ":") else { throw unexpected() }
        index += 1
        skipBlanks()
    }

    /// Takes one scalar, or opens one container.
    private mutating func value(_ arena: inout Arena) throws(JSONFault) {
        switch peek {
        case UInt8(ascii: "\""): append(.string, try string(&arena))
        case UInt8(ascii: "{"): try openContainer(.object)
        case UInt8(ascii: "["): try openContainer(.array)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): append(.number, try number())
        case UInt8(ascii: "t"): try literal("true", .true)
        case UInt8(ascii: "f"): try literal("false", .false)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: throw unexpected()
        }
    }

    private mutating func append(_ kind: JSONKind, _ view: ByteView) {
        tokens.append(JSONToken(kind: kind, next: UInt32(tokens.count + 1), count: 0, text: view))
    }

    private mutating func openContainer(_ kind: JSONKind) throws(JSONFault) {
        guard open.count < depthMax || isInPolicies else { throw .tooDeep(offset: index) }
        open.append(UInt32(tokens.count))
        append(kind, text.dropFirst(index))
        index += 1
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONKind) throws(JSONFault) {
        for offset in 0..<word.utf8CodeUnitCount {
            // In range of the literal by the loop.
            guard unsafe word.utf8Start[offset] == peek else { throw unexpected() }
            index += 1
        }
        append(kind, ByteView())
    }

    /// Whether the next container stands in a document of `policies`, directly in `session` or in the parameters, and
    /// no deeper there than documents go.
    private var isInPolicies: Bool {
        var level = 2
        while level < open.count {
            let isPolicies = isNamed("policies", level) && (isNamed("session", level - 1) || level == 2)
            if isPolicies { return open.count - level <= WireBounds.policyDepthMax }
            level += 1
        }
        return false
    }

    /// Whether the open container at a level is a member of that name.
    private func isNamed(_ name: StaticString, _ level: Int) -> Bool {
        guard tokens[Int(open[level - 1])].kind == .object else { return false }
        return tokens[Int(open[level]) - 1].text.equals(name)
    }
}
