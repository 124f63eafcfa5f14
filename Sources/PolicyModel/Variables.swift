/// Text with policy variables, cut into its parts (spec §3.4).
///
/// Wildcards inside `.text` are not interpreted here: what `*` means depends on where the text stands.
public struct VariableText: Sendable, Hashable {
    /// A part of the text.
    public enum Part: Sendable, Hashable {
        /// Text as written, wildcards included.
        case text(Text)
        /// `${*}`, `${?}` or `${$}`: that character, never special.
        case literal(Text)
        /// `${key}` or `${key, 'default'}`; the key as written.
        case variable(key: Text, default: Text?)
    }

    /// Why a variable could not be read, and at which byte of the text it begins.
    public struct Malformed: Error, Sendable, Hashable {
        /// What is wrong with it.
        public enum Fault: Sendable, Hashable {
            /// `${}` or `${ , 'x'}`.
            case emptyName
            /// No `}` behind it.
            case unclosed
            /// A blank or another byte that no key has inside the name.
            case badName
            /// The default is not in single quotes, or something stands behind it.
            case badDefault
        }

        /// What is wrong.
        public let fault: Fault
        /// The byte offset of the `$`.
        public let utf8Offset: Int

        /// Makes the error.
        public init(fault: Fault, utf8Offset: Int) {
            self.fault = fault
            self.utf8Offset = utf8Offset
        }
    }

    /// The parts in order; neighbouring `.text` parts never occur.
    public let parts: [Part]

    /// Whether any part is a variable (escapes such as `${*}` do not count).
    public var hasVariables: Bool {
        parts.contains { if case .variable = $0 { true } else { false } }
    }

    /// Cuts text of a 2012-10-17 document.
    public init(expanding text: Text) throws(Malformed) {
        guard text.contains(ASCII.dollar) else {
            self = VariableText(plain: text)
            return
        }
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == ASCII.dollar, index + 1 < bytes.count, bytes[index + 1] == 0x7B else {
                plain.append(bytes[index])
                index += 1
                continue
            }
            if !plain.isEmpty { parts.append(.text(VariableText.text(plain[...]))) }
            plain = []
            let part = try VariableText.variable(in: bytes, at: &index)
            parts.append(part)
        }
        if !plain.isEmpty { parts.append(.text(VariableText.text(plain[...]))) }
        self.parts = parts
    }

    /// Text of a 2008-10-17 document, where `${…}` is plain text.
    public init(plain text: Text) {
        parts = text.isEmpty ? [] : [.text(text)]
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> Text {
        Text(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads `${…}` from the `$` at `index`, and leaves `index` behind its `}`.
    private static func variable(in bytes: [UInt8], at index: inout Int) throws(Malformed) -> Part {
        let start = index
        func fail(_ fault: Malformed.Fault) -> Malformed { Malformed(fault: fault, utf8Offset: start) }
        var cursor = start + 2
        while cursor < bytes.count, bytes[cursor] != 0x7D, bytes[cursor] != 0x2C { cursor += 1 }
        guard cursor < bytes.count else { throw fail(.unclosed) }
        var name = bytes[(start + 2)..<cursor]
        if bytes[cursor] == 0x7D {
            index = cursor + 1
            if name.count == 1, let only = name.first,
                only == ASCII.star || only == ASCII.questionMark || only == ASCII.dollar
            {
                return .literal(text(name))
            }
            guard !name.isEmpty else { throw fail(.emptyName) }
            guard isKeyName(name) else { throw fail(.badName) }
            return .variable(key: text(name), default: nil)
        }
        // "blanks around the comma optional; default in single quotes, no escapes" (spec §3.4).
        while name.last == 0x20 { name = name.dropLast() }
        guard !name.isEmpty else { throw fail(.emptyName) }
        guard isKeyName(name) else { throw fail(.badName) }
        cursor += 1
        while cursor < bytes.count, bytes[cursor] == 0x20 { cursor += 1 }
        guard cursor < bytes.count else { throw fail(.unclosed) }
        guard bytes[cursor] == 0x27 else { throw fail(.badDefault) }
        let valueStart = cursor + 1
        cursor = valueStart
        while cursor < bytes.count, bytes[cursor] != 0x27 { cursor += 1 }
        guard cursor < bytes.count else { throw fail(.badDefault) }
        guard cursor + 1 < bytes.count else { throw fail(.unclosed) }
        guard bytes[cursor + 1] == 0x7D else { throw fail(.badDefault) }
        index = cursor + 2
        return .variable(key: text(name), default: text(bytes[valueStart..<cursor]))
    }

    /// Whether the bytes can be a condition key's name: no blanks, quotes, braces, wildcards or `$`.
    private static func isKeyName(_ name: ArraySlice<UInt8>) -> Bool {
        name.allSatisfy { byte in
            byte > 0x20 && byte != 0x7F && byte != 0x27 && byte != 0x22 && byte != 0x7B && byte != ASCII.dollar
                && byte != ASCII.star && byte != ASCII.questionMark
        }
    }
}

extension Text {
    /// Whether `${` stands anywhere, as before every variable and escape.
    public var hasVariableMark: Bool {
        guard contains(ASCII.dollar) else { return false }
        var isAfterDollar = false
        for byte in utf8 {
            if isAfterDollar, byte == 0x7B { return true }
            isAfterDollar = byte == ASCII.dollar
        }
        return false
    }
}
