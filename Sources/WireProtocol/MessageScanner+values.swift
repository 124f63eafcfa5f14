internal import DecisionTree
internal import PolicyModel

// Values of parameters: a wrong type is `invalidParameter`, a wrong value `badRequest`; both name the field.
extension MessageScanner {
    /// A string of at least one and at most so many bytes.
    func text(_ token: Int?, _ field: String, _ bytesMax: Int) throws(WireError) -> ByteView {
        let text = try string(token, field)
        guard !text.isEmpty else { throw .badRequest("`\(field)` is empty") }
        guard text.count <= bytesMax else { throw .badRequest("`\(field)` is longer than \(bytesMax) bytes") }
        return text
    }

    /// A string.
    func string(_ token: Int?, _ field: String) throws(WireError) -> ByteView {
        guard let token, tape.tokens[token].kind == .string else { throw .invalidParameter(field) }
        return tape.tokens[token].text
    }

    /// A name of `[\w+=,.@-]`.
    func name(
        _ token: Int?, _ field: String, _ lengths: ClosedRange<Int> = SessionRules.nameCharacters,
        allowsColonAndSlash: Bool = false
    ) throws(WireError) -> ByteView {
        let name = try string(token, field)
        guard lengths.contains(name.count), SessionRules.isName(name, allowsColonAndSlash: allowsColonAndSlash) else {
            throw .badRequest(
                "`\(field)` must be \(lengths.lowerBound) to \(lengths.upperBound) letters, digits and "
                    + (allowsColonAndSlash ? "`_+=,.@-:/`" : "`_+=,.@-`"))
        }
        return name
    }

    /// A boolean.
    func boolean(_ token: Int, _ field: String) throws(WireError) -> Bool {
        switch tape.tokens[token].kind {
        case .true: return true
        case .false: return false
        default: throw .invalidParameter(field)
        }
    }

    /// A whole number within bounds, with its text.
    func wholeNumber(
        _ token: Int, _ field: String, _ bounds: ClosedRange<Int>
    ) throws(WireError) -> (number: Int, text: ByteView) {
        let value = tape.tokens[token]
        guard value.kind == .number, MessageScanner.isWhole(value.text) else { throw .invalidParameter(field) }
        guard let number = Int(value.text.text.string), bounds.contains(number) else {
            throw .badRequest("`\(field)` must be at least \(bounds.lowerBound) and at most \(bounds.upperBound)")
        }
        return (number, value.text)
    }

    private static func isWhole(_ text: ByteView) -> Bool {
        for index in 0..<text.count where !ASCII.isDigit(text[index]) {
            guard index == 0, text[0] == UInt8(ascii: "-") else { return false }
        }
        return true
    }

    /// Appends tags to `view`, and gives their range.
    mutating func scanTags(_ object: Int, _ field: String) throws(WireError) -> Range<Int> {
        let container = tape.tokens[object]
        guard container.kind == .object else { throw .invalidParameter(field) }
        guard container.count <= SessionRules.tagsMax else {
            throw .badRequest("`\(field)` has more than \(SessionRules.tagsMax) tags")
        }
        if let name = tape.names.repeatedName(of: object, in: tape.tokens, foldsCase: true) {
            throw .badRequest("`\(field)` has the key \(UserText.quoted(tape.tokens[name].text)) in two spellings")
        }
        let first = view.sessionTags.count
        var name = object + 1
        while name < Int(container.next) {
            view.sessionTags.append(try tag(name, field))
            name = Int(tape.tokens[name + 1].next)
        }
        return first..<view.sessionTags.count
    }

    private func tag(_ name: Int, _ field: String) throws(WireError) -> TagView {
        let (key, value) = (tape.tokens[name].text, tape.tokens[name + 1])
        guard value.kind == .string else { throw .invalidParameter(field) }
        // Only a fault is put into words.
        var quoted: String { UserText.quoted(key) }
        guard (1...SessionRules.tagKeyCharactersMax).contains(SessionRules.scalarCount(key)) else {
            throw .badRequest(
                "`\(field)`: the key \(quoted) must have 1 to \(SessionRules.tagKeyCharactersMax) characters")
        }
        guard SessionRules.scalarCount(value.text) <= SessionRules.tagValueCharactersMax else {
            throw .badRequest(
                "`\(field)`: the value of \(quoted) has more than \(SessionRules.tagValueCharactersMax) characters")
        }
        guard !key.hasFoldedPrefix("aws:") else {
            throw .badRequest("`\(field)`: the key \(quoted) begins with `aws:`, which is reserved")
        }
        guard SessionRules.isTagText(key), SessionRules.isTagText(value.text) else {
            throw .badRequest(
                "`\(field)`: the tag \(quoted) holds a character other than letters, digits, spaces and `_.:/=+-@`")
        }
        return TagView(key: key, value: value.text)
    }

    /// Appends the keys of transitive tags to `view`, and gives their range; each must be one of the tags.
    mutating func scanTransitiveKeys(
        _ array: Int, among tags: Range<Int>, _ field: String
    ) throws(WireError) -> Range<Int> {
        let keys = try scanStrings(array, field, countMax: SessionRules.tagsMax, called: "keys")
        for index in keys {
            let key = view.sessionTexts[index]
            guard isKey(key, among: tags) else {
                throw .badRequest("`\(field)`: there is no tag \(UserText.quoted(key))")
            }
            guard !isText(key, among: keys.lowerBound..<index) else {
                throw .badRequest("`\(field)`: \(UserText.quoted(key)) is given twice")
            }
        }
        return keys
    }

    private func isKey(_ key: ByteView, among tags: Range<Int>) -> Bool {
        for index in tags where view.sessionTags[index].key.equalsFolded(key) { return true }
        return false
    }

    private func isText(_ text: ByteView, among texts: Range<Int>) -> Bool {
        for index in texts where view.sessionTexts[index].equalsFolded(text) { return true }
        return false
    }

    /// Appends ARNs of managed session policies to `view`, and gives their range.
    mutating func scanPolicyARNs(_ array: Int, _ field: String) throws(WireError) -> Range<Int> {
        let arns = try scanStrings(array, field, countMax: SessionRules.policyARNsMax, called: "ARNs")
        for index in arns {
            let arn = view.sessionTexts[index]
            guard arn.hasPrefix("arn:"), arn.count <= WireBounds.resourceBytesMax else {
                throw .badRequest("`\(field)`: \(UserText.quoted(arn)) is not the ARN of a policy")
            }
        }
        return arns
    }

    private mutating func scanStrings(
        _ array: Int, _ field: String, countMax: Int, called noun: String
    ) throws(WireError) -> Range<Int> {
        let elements = try elements(array, .string, field, countMax: countMax, called: noun)
        let first = view.sessionTexts.count
        var element = elements.lowerBound
        while element < elements.upperBound {
            view.sessionTexts.append(tape.tokens[element].text)
            element += 1
        }
        return first..<view.sessionTexts.count
    }

    /// Appends policies as they stand in the message to `view`, and gives their range.
    mutating func scanPolicies(_ array: Int, _ field: String) throws(WireError) -> Range<Int> {
        let elements = try elements(
            array, .object, field, countMax: SessionRules.policiesMax, called: "policies")
        let first = view.sessionPolicies.count
        var element = elements.lowerBound
        while element < elements.upperBound {
            view.sessionPolicies.append(tape.tokens[element].text)
            element = Int(tape.tokens[element].next)
        }
        return first..<view.sessionPolicies.count
    }

    /// The tokens of an array with a bounded number of elements, all of one kind.
    private func elements(
        _ array: Int, _ kind: JSONKind, _ field: String, countMax: Int, called noun: String
    ) throws(WireError) -> Range<Int> {
        let container = tape.tokens[array]
        guard container.kind == .array else { throw .invalidParameter(field) }
        guard container.count <= countMax else { throw .badRequest("`\(field)` has more than \(countMax) \(noun)") }
        var element = array + 1
        while element < Int(container.next) {
            guard tape.tokens[element].kind == kind else { throw .invalidParameter(field) }
            element = Int(tape.tokens[element].next)
        }
        return array + 1..<Int(container.next)
    }
}
