internal import JSONDocument
internal import PolicyModel

/// The characters of names, paths, ids and tags (spec §8, §10).
///
/// What would make a wrong ARN or an ambiguous comparison is an error; a length past IAM's quota is a warning.
enum NameRules {
    /// `[\w+=,.@-]+`, ASCII.
    static func isName(_ text: Text) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || nameMarks.contains($0) }
    }

    /// A path is `/` or `/[\x21-\x7E]+/`.
    static func isPath(_ text: Text) -> Bool {
        let bytes = Array(text.utf8)
        return bytes == [ASCII.slash]
            || (bytes.count >= 3 && bytes.first == ASCII.slash && bytes.last == ASCII.slash
                && bytes.allSatisfy { $0 >= 0x21 && $0 <= 0x7E })
    }

    /// The prefix and at least one more of `A`…`Z`, `0`…`9`.
    static func isID(_ text: Text, prefix: Text) -> Bool {
        text.hasPrefix(prefix) && text.utf8.count > prefix.utf8.count
            && text.utf8.allSatisfy { ASCII.isDigit($0) || ($0 >= 0x41 && $0 <= 0x5A) }
    }

    /// Tags hold `\p{L}\p{Z}\p{N}_.:/=+-@`.
    static func isTagText(_ text: Text) -> Bool {
        text.string.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII { return isTagASCII(UInt8(truncatingIfNeeded: scalar.value)) }
            return switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                .spaceSeparator, .lineSeparator, .paragraphSeparator, .decimalNumber, .letterNumber, .otherNumber:
                true
            default: false
            }
        }
    }

    private static let nameMarks: Set<UInt8> = Set("_+=,.@-".utf8)
    private static let tagMarks: Set<UInt8> = Set(" _.:/=+-@".utf8)

    private static func isTagASCII(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || tagMarks.contains(byte)
    }
}

extension MemberReader {
    /// Checks a name that becomes part of an ARN; `nil` after an error.
    mutating func name(_ text: Text, _ what: String, lengthMax: Int, at position: JSONPosition) -> Text? {
        guard NameRules.isName(text) else {
            error(
                "invalid-name", "\(what) \(UserText.quoted(text.string)) may only hold letters, digits and `_+=,.@-`",
                at: position)
            return nil
        }
        if text.utf8.count > lengthMax {
            warning(
                "quota", "\(what) `\(text)` has \(text.utf8.count) characters; IAM allows \(lengthMax)", at: position)
        }
        return text
    }

    /// The path of an entity; `/` when the file does not say.
    mutating func path(_ node: JSONNode?) -> Text {
        guard let node, let path = string(node, "`Path`") else { return "/" }
        guard NameRules.isPath(path) else {
            error(
                "invalid-path",
                "`Path` \(UserText.quoted(path.string)) must be `/`, or begin and end with `/` and hold printable ASCII",
                at: node.position)
            return "/"
        }
        if path.utf8.count > Quota.pathLengthMax {
            warning(
                "quota", "`Path` has \(path.utf8.count) bytes; IAM allows \(Quota.pathLengthMax)", at: node.position)
        }
        return path
    }

    /// A unique id with the prefix of its kind.
    mutating func id(_ node: JSONNode?, _ what: String, prefix: Text) -> Text? {
        guard let node, let id = string(node, what) else { return nil }
        if NameRules.isID(id, prefix: prefix) { return id }
        error(
            "invalid-id", "\(what) \(UserText.quoted(id.string)) must be `\(prefix)` and capital letters or digits",
            at: node.position)
        return nil
    }
}
