internal import DecisionTree

/// What a JSON value is.
enum JSONKind: UInt8, BitwiseCopyable {
    case object, array, string, number, `true`, `false`, null

    /// What to call it in an error.
    var name: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .true, .false: "a boolean"
        case .null: "null"
        }
    }
}

/// A value or a member's name, in the order of the text.
///
/// An array is followed by its elements, an object by name and value of each member; `next` skips them.
struct JSONToken: BitwiseCopyable {
    var kind: JSONKind
    /// The index of the first token behind this value and everything inside it.
    var next: UInt32
    /// How many elements or members are directly inside.
    var count: UInt32
    /// A string's characters with escapes resolved, a number's text, or a container as it stands in the text.
    var text: ByteView
}

/// Why a text is not accepted; offsets count bytes from 0.
///
/// The first three are what RFC 8259 refuses; the others are well-formed JSON that design §3.3 does not accept.
enum JSONFault: Error, Hashable {
    case unexpected(offset: Int)
    case unexpectedEnd
    case invalidUTF8(offset: Int)
    case tooDeep(offset: Int)
    case duplicateName(token: Int)
    case nullCharacter(offset: Int)
    case loneSurrogate(offset: Int)
    case numberTooLong(offset: Int)
    case exponentTooLarge(offset: Int)
    /// The arena had no room for an unescaped string; never happens when it is as large as the text.
    case outOfRoom

    /// Whether the text is no JSON at all.
    var isMalformed: Bool {
        switch self {
        case .unexpected, .unexpectedEnd, .invalidUTF8: true
        default: false
        }
    }
}
