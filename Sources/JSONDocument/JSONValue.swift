/// A place in a text, for people: both numbers count from 1, and columns count Unicode scalars.
public struct JSONPosition: Sendable, Hashable, Comparable {
    // Half the room: there is one a value while a file is read, and one a statement afterwards.
    private let lineNumber: UInt32
    private let columnNumber: UInt32

    /// The line; only U+000A ends one.
    public var line: Int { Int(lineNumber) }
    /// The scalar in the line.
    public var column: Int { Int(columnNumber) }

    /// Makes a place; numbers beyond 32 bits, which no text within our bounds has, are taken as the largest.
    public init(line: Int, column: Int) {
        lineNumber = UInt32(clamping: line)
        columnNumber = UInt32(clamping: column)
    }

    /// The first place of every text.
    public static let start = JSONPosition(line: 1, column: 1)

    /// Earlier in the text first.
    public static func < (lhs: JSONPosition, rhs: JSONPosition) -> Bool {
        (lhs.line, lhs.column) < (rhs.line, rhs.column)
    }
}

/// A value with where it stands in the text.
public struct JSONNode: Sendable, Hashable {
    /// What is written there.
    public let value: JSONValue
    /// Where its first byte is.
    public let position: JSONPosition
    /// Its bytes in the source text, brackets and quotes included.
    public let byteRange: Range<Int>

    /// Makes a node; the reader does, and tests.
    public init(value: JSONValue, position: JSONPosition, byteRange: Range<Int>) {
        self.value = value
        self.position = position
        self.byteRange = byteRange
    }

    /// The text of a string; `nil` for anything else.
    public var string: String? {
        if case .string(let text) = value { text } else { nil }
    }

    /// The elements of an array; `nil` for anything else.
    public var elements: [JSONNode]? {
        if case .array(let elements) = value { elements } else { nil }
    }

    /// The members of an object in document order; `nil` for anything else.
    public var members: [JSONMember]? {
        if case .object(let members) = value { members } else { nil }
    }

    /// The value of the member with exactly these bytes as its name.
    public subscript(_ name: String) -> JSONNode? {
        guard case .object(let members) = value else { return nil }
        let count = name.utf8.count
        for member in members where member.name.utf8.count == count && member.name.utf8.elementsEqual(name.utf8) {
            return member.value
        }
        return nil
    }

    /// How many arrays and objects stand inside each other at most; 0 for a scalar.
    ///
    /// The recursion is bounded: the reader made the node under `JSONLimits.depthMax`.
    public var depth: Int {
        switch value {
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }
}

/// What a JSON text can hold.
///
/// Swift compares strings by canonical equivalence; who needs byte equality of names or strings compares `utf8`.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number's source text, such as `1.50`.
    case number(String)
    case string(String)
    case array([JSONNode])
    /// Members in document order; no two have the same bytes as name.
    case object([JSONMember])

    /// What the value is, for messages, such as `an object`.
    public var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A member of an object.
public struct JSONMember: Sendable, Hashable {
    /// The name, unescaped.
    public let name: String
    /// Where the name's opening quote is.
    public let namePosition: JSONPosition
    /// What it holds.
    public let value: JSONNode

    /// Makes a member; the reader does, and tests.
    public init(name: String, namePosition: JSONPosition, value: JSONNode) {
        self.name = name
        self.namePosition = namePosition
        self.value = value
    }
}
