internal import DecisionTree
internal import PolicyModel

/// A JSON value that was read from a reply; for the slow paths of a client.
public indirect enum WireValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number's source text.
    case number(String)
    /// A string, escapes resolved.
    case string(String)
    /// An array.
    case array([WireValue])
    /// An object's members in the order of the text; no two have the same name.
    case object([Member])

    /// A member of an object.
    public struct Member: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// What it holds.
        public let value: WireValue
    }

    /// How deep replies may nest; reading them recurses that far.
    static let depthMax = 40

    /// Reads a text by the rules of the native protocol, but at most 40 deep; throws `ReplyError.malformed`.
    public init(parsing bytes: [UInt8]) throws(ReplyError) {
        var reader = WireValueReader(capacity: bytes.count)
        self = try reader.read(bytes)
    }

    /// The value of a member; `nil` when this is no object or has none of that name.
    public subscript(_ name: String) -> WireValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The string, if it is one.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The boolean, if it is one.
    public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The whole number, if it is one that fits.
    public var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }

    /// The elements, if it is an array.
    public var elements: [WireValue]? { if case .array(let values) = self { values } else { nil } }

    /// The strings, if it is an array of nothing else.
    public var strings: [String]? {
        guard let elements else { return nil }
        let strings = elements.compactMap(\.string)
        return strings.count == elements.count ? strings : nil
    }

    /// The value as JSON without blanks, members that this version does not know among the rest.
    public var json: String {
        var buffer = WireBuffer(capacity: 256)
        buffer.append(self)
        return String(buffer.view)
    }
}

extension WireBuffer {
    /// Adds a value as JSON without blanks.
    public mutating func append(_ value: WireValue) {
        switch value {
        case .null: append("null")
        case .boolean(let flag): append(flag)
        case .number(let text): append(utf8: text)
        case .string(let text): append(jsonString: text)
        case .array(let values):
            append("[")
            for (index, element) in values.enumerated() {
                if index > 0 { append(",") }
                append(element)
            }
            append("]")
        case .object(let members):
            append("{")
            for (index, member) in members.enumerated() {
                if index > 0 { append(",") }
                append(jsonString: member.name)
                append(":")
                append(member.value)
            }
            append("}")
        }
    }
}

/// Builds values from a tape.
struct WireValueReader: ~Copyable {
    private var tape = JSONTape(capacity: 256)
    private var arena: Arena

    private let depthMax: Int

    /// `capacity` is the length of the longest text that will be read.
    init(capacity: Int, depthMax: Int = WireValue.depthMax) {
        self.depthMax = depthMax
        arena = Arena(capacity: max(capacity, 1))
    }

    mutating func read(_ bytes: [UInt8]) throws(ReplyError) -> WireValue {
        arena.reset()
        // The values are copies, so the borrowed bytes need not live beyond the closure.
        let result: Result<WireValue, ReplyError> = unsafe bytes.withUnsafeBufferPointer {
            read(view: unsafe ByteView(base: $0.baseAddress, count: $0.count))
        }
        return try result.get()
    }

    private mutating func read(view: ByteView) -> Result<WireValue, ReplyError> {
        do throws(JSONFault) {
            try tape.read(view, into: &arena, depthMax: depthMax)
            return .success(value(0))
        } catch {
            return .failure(.malformed(tape.describe(error)))
        }
    }

    private func value(_ index: Int) -> WireValue {
        let token = tape.tokens[index]
        switch token.kind {
        case .null: return .null
        case .true: return .boolean(true)
        case .false: return .boolean(false)
        case .number: return .number(String(token.text))
        case .string: return .string(String(token.text))
        case .array: return .array(elements(index))
        case .object: return .object(members(index))
        }
    }

    private func elements(_ array: Int) -> [WireValue] {
        var values: [WireValue] = []
        values.reserveCapacity(Int(tape.tokens[array].count))
        var element = array + 1
        while element < Int(tape.tokens[array].next) {
            values.append(value(element))
            element = Int(tape.tokens[element].next)
        }
        return values
    }

    private func members(_ object: Int) -> [WireValue.Member] {
        var members: [WireValue.Member] = []
        members.reserveCapacity(Int(tape.tokens[object].count))
        var name = object + 1
        while name < Int(tape.tokens[object].next) {
            members.append(WireValue.Member(name: String(tape.tokens[name].text), value: value(name + 1)))
            name = Int(tape.tokens[name + 1].next)
        }
        return members
    }
}

extension String {
    /// A copy of bytes that are known to be UTF-8.
    init(_ view: ByteView) {
        self = view.text.string
    }
}
