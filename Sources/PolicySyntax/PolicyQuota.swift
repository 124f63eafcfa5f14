internal import JSONDocument
public import PolicyModel

/// IAM's quotas of document sizes, which are warnings here (spec §2.7).
public enum PolicyQuota {
    /// The most characters of a document of a kind.
    ///
    /// For `identity` this is a role's 10,240, the largest of the three: the sums for users (2,048), groups (5,120) and
    /// roles are over all inline policies of an entity, which only the store knows.
    public static func charactersMax(of kind: PolicyKind) -> Int {
        switch kind {
        case .identity: 10_240
        case .managed, .boundary: 6_144
        case .trust, .session: 2_048
        case .scp, .rcp: 5_120
        case .resource: 20_480
        }
    }

    /// How many characters of a text count for a kind.
    ///
    /// IAM ignores blanks outside strings; session policies and organization policies count as stored, and resource
    /// policies count bytes.
    public static func characters(of text: [UInt8], kind: PolicyKind) -> Int {
        switch kind {
        case .resource: text.count
        case .session, .scp, .rcp: text.count { $0 & 0xC0 != 0x80 }
        case .identity, .managed, .boundary, .trust: charactersWithoutBlanks(text)
        }
    }

    private static func charactersWithoutBlanks(_ text: [UInt8]) -> Int {
        var count = 0
        var isInString = false
        var isEscaped = false
        for byte in text where byte & 0xC0 != 0x80 {
            let isBlank = byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
            if isInString || !isBlank { count += 1 }
            if isInString, isEscaped {
                isEscaped = false
            } else if isInString, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            }
        }
        return count
    }
}

extension DocumentReader {
    /// Warns of a document that IAM would not store.
    mutating func checkQuota(_ text: [UInt8], at place: JSONPosition) {
        let most = PolicyQuota.charactersMax(of: kind)
        let count = PolicyQuota.characters(of: text, kind: kind)
        guard count > most else { return }
        warning(
            .quotaExceeded,
            "the document has \(count) characters, and AWS takes \(most) of kind `\(kind.rawValue)`", at: place)
    }
}
