/// Why a text was refused.
public enum JSONError: Error, Sendable, Hashable {
    /// The text is longer than `JSONLimits.bytesMax`.
    case tooLarge(bytes: Int, bytesMax: Int)
    /// An array or object begins inside `depthMax` others.
    case tooDeep(depthMax: Int, position: JSONPosition)
    /// More values than `JSONLimits.nodesMax`.
    case tooManyValues(nodesMax: Int, position: JSONPosition)
    /// Bytes that are not UTF-8; overlong forms and encoded surrogates are none.
    case invalidUTF8(position: JSONPosition)
    /// Something else should stand here.
    case unexpected(found: String, expected: String, position: JSONPosition)
    /// The text ends too early.
    case unexpectedEnd(expected: String, position: JSONPosition)
    /// A control character stands unescaped in a string.
    case controlCharacter(UInt8, position: JSONPosition)
    /// A backslash with something that is no escape.
    case invalidEscape(String, position: JSONPosition)
    /// `\uD800`…`\uDFFF` without its other half.
    case loneSurrogate(String, position: JSONPosition)
    /// `\u0000`, which no value of ours may hold.
    case nullCharacter(position: JSONPosition)
    /// Text that begins like a number and is none.
    case invalidNumber(String, position: JSONPosition)
    /// A number's text has more than 40 bytes.
    case numberTooLong(String, position: JSONPosition)
    /// A number's exponent is outside -200…200.
    case exponentTooLarge(String, position: JSONPosition)
    /// An object names a member twice, after escapes are decoded.
    case duplicateMember(String, first: JSONPosition, position: JSONPosition)
    /// Something stands behind the value.
    case trailingText(found: String, position: JSONPosition)
    /// jansson refused what our own walk took, or read it differently; this does not happen unless one of them is wrong.
    case readersDisagree(String)

    /// Where the trouble is.
    public var position: JSONPosition {
        switch self {
        case .tooLarge, .readersDisagree: .start
        case .tooDeep(_, let position), .tooManyValues(_, let position), .invalidUTF8(let position),
            .unexpected(_, _, let position), .unexpectedEnd(_, let position), .controlCharacter(_, let position),
            .invalidEscape(_, let position), .loneSurrogate(_, let position), .nullCharacter(let position),
            .invalidNumber(_, let position), .numberTooLong(_, let position), .exponentTooLarge(_, let position),
            .duplicateMember(_, _, let position), .trailingText(_, let position):
            position
        }
    }

    /// One line in lower case, with the user's text in backticks.
    public var message: String {
        switch self {
        case .tooLarge(let bytes, let bytesMax): "the text has \(bytes) bytes, and at most \(bytesMax) are read"
        case .tooDeep(let depthMax, _): "nested too deeply: at most \(depthMax) arrays and objects inside each other"
        case .tooManyValues(let nodesMax, _): "too many values: at most \(nodesMax) are read"
        case .invalidUTF8: "the text is not UTF-8 here"
        case .unexpected(let found, let expected, _): "expected \(expected), found \(found)"
        case .unexpectedEnd(let expected, _): "expected \(expected), but the text ends"
        case .controlCharacter(let byte, _):
            "a string holds the control character \(UserText.hex(UInt32(byte))); write it as an escape"
        case .invalidEscape(let text, _): "\(UserText.quoted(text)) is no escape"
        case .loneSurrogate(let text, _): "\(UserText.quoted(text)) is half a surrogate pair"
        case .nullCharacter: "a string holds `\\u0000`, which is not accepted"
        case .invalidNumber(let text, _): "\(UserText.quoted(text)) is no number"
        case .numberTooLong(let text, _):
            "the number \(UserText.quoted(text)) is longer than \(NumberText.bytesMax) bytes"
        case .exponentTooLarge(let text, _):
            "the exponent of \(UserText.quoted(text)) is outside ±\(NumberText.exponentMax)"
        case .duplicateMember(let name, let first, _):
            "the member \(UserText.quoted(name)) is given twice; the first is at \(first.line):\(first.column)"
        case .trailingText(let found, _): "nothing may stand behind the value, found \(found)"
        case .readersDisagree(let text): "the text cannot be read: \(UserText.escaped(text))"
        }
    }
}
