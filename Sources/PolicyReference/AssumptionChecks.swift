import PolicyModel

/// The rules of spec §8 for what an `AssumeRole` call may say at all.
enum AssumptionChecks {
    /// What the texts of the call may say, whoever calls.
    static func checkTexts(_ assumption: ReferenceAssumption) throws(AssumptionFault) {
        guard isName(assumption.sessionName) else { throw .sessionName }
        if let id = assumption.externalID, !isExternalID(id) { throw .externalID }
        if let identity = assumption.sourceIdentity, !isSourceIdentity(identity) { throw .sourceIdentity }
        guard areTags(assumption.tags) else { throw .tags }
        let passed = Set(assumption.tags.map(\.key.foldedASCII))
        guard passed.isSuperset(of: assumption.transitiveTagKeys.map(\.foldedASCII)) else { throw .transitiveTagKeys }
        // "900 … role's MaxSessionDuration (3600–43200)".
        if let seconds = assumption.durationSeconds, !(900...43_200).contains(seconds) { throw .duration }
    }

    /// What the call may ask of the role, and beside what the caller's session hands on.
    static func checkRole(_ assumption: ReferenceAssumption) throws(AssumptionFault) {
        let passed = Set(assumption.tags.map(\.key.foldedASCII))
        let inherited = AssumptionRules.inheritedTags(assumption).map(\.key.foldedASCII)
        guard passed.isDisjoint(with: inherited) else { throw .inheritedTag }
        // "Session tags: ≤50": those of the session to be, which are the passed and the inherited ones.
        guard passed.count + inherited.count <= 50 else { throw .tags }
        if let fault = durationFault(assumption) { throw fault }
    }

    /// "2–64 of `[\w+=,.@-]`", where "`\w` here is ASCII" (spec §10).
    private static func isName(_ text: Text) -> Bool {
        (2...64).contains(text.utf8.count) && text.utf8.allSatisfy { isWord($0) || isOne($0, of: "+=,.@-") }
    }

    private static func isExternalID(_ text: Text) -> Bool {
        (2...1_224).contains(text.utf8.count) && text.utf8.allSatisfy { isWord($0) || isOne($0, of: "+=,.@:/-") }
    }

    private static func isSourceIdentity(_ text: Text) -> Bool {
        isName(text) && !text.hasPrefix("aws:")
    }

    private static func isWord(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "_") }

    private static func isOne(_ byte: UInt8, of characters: StaticString) -> Bool {
        "\(characters)".utf8.contains(byte)
    }

    private static func areTags(_ tags: [ReferenceCaller.Tag]) -> Bool {
        Set(tags.map(\.key.foldedASCII)).count == tags.count && tags.count <= 50 && tags.allSatisfy(isTag)
    }

    private static func isTag(_ tag: ReferenceCaller.Tag) -> Bool {
        let (key, value) = (scalars(tag.key), scalars(tag.value))
        return (1...128).contains(key.count) && value.count <= 256 && (key + value).allSatisfy(isTagScalar)
            && !tag.key.foldedASCII.hasPrefix("aws:")
    }

    /// `\p{L}\p{Z}\p{N}_.:/=+-@`.
    private static func isTagScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: true
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: "_.:/=+-@".unicodeScalars.contains(scalar)
        }
    }

    /// "900 … role's MaxSessionDuration (3600–43200), default 3600; **chained** ≤3600: asking more is an error".
    private static func durationFault(_ assumption: ReferenceAssumption) -> AssumptionFault? {
        guard let seconds = assumption.durationSeconds else { return nil }
        if seconds > assumption.maxSessionDurationSeconds { return .duration }
        return assumption.question.caller.kind == .roleSession && seconds > 3_600 ? .chainedDuration : nil
    }
}
