internal import DecisionTree
internal import PolicyModel

/// What the texts of a session and of an assumption may hold (spec §8).
enum SessionRules {
    /// Tags of a session or of an assumption.
    static let tagsMax = 50
    /// Characters of a tag's key; there is at least one.
    static let tagKeyCharactersMax = 128
    /// Characters of a tag's value; there may be none.
    static let tagValueCharactersMax = 256
    /// Managed session policies.
    static let policyARNsMax = 10
    /// Session policies in the message itself; AWS takes one, and the message's own bound keeps their size small.
    static let policiesMax = 10
    /// Lengths of a session's name and of a source identity.
    static let nameCharacters = 2...64
    /// Lengths of an external id.
    static let externalIDCharacters = 2...1_224
    /// What a role may allow at the most; a role's own maximum and chaining are the authorizer's business.
    static let durationSeconds: ClosedRange<Int> = 900...43_200

    /// Whether a text is made of `[\w+=,.@-]`, and of `:` and `/` where those are allowed.
    static func isName(_ view: ByteView, allowsColonAndSlash: Bool = false) -> Bool {
        for index in 0..<view.count {
            switch view[index] {
            case 0x2B, 0x3D, 0x2C, 0x2E, 0x40, 0x2D, 0x5F: continue
            case ASCII.colon, ASCII.slash: if !allowsColonAndSlash { return false }
            case let byte: if !ASCII.isAlphanumeric(byte) { return false }
            }
        }
        return true
    }

    /// How many Unicode scalars a text has.
    static func scalarCount(_ view: ByteView) -> Int {
        var count = 0
        for index in 0..<view.count where view[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// Whether a text is made of `\p{L}\p{Z}\p{N}_.:/=+-@`.
    static func isTagText(_ view: ByteView) -> Bool {
        for index in 0..<view.count {
            let byte = view[index]
            guard byte < 0x80 else { return view.text.string.unicodeScalars.allSatisfy(isTagScalar) }
            guard isTagByte(byte) else { return false }
        }
        return true
    }

    private static func isTagByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x5F, 0x2E, 0x3A, 0x2F, 0x3D, 0x2B, 0x2D, 0x40: true
        default: ASCII.isAlphanumeric(byte)
        }
    }

    private static func isTagScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isTagByte(UInt8(scalar.value)) }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: true
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }
}
