import PolicyModel

extension Generator {
    static func account(_ text: Text) -> AccountID {
        guard let account = AccountID(text) else { preconditionFailure("expected twelve digits in the vocabulary") }
        return account
    }

    static func other(_ account: Text) -> Text {
        account == Vocabulary.home ? Vocabulary.abroad : Vocabulary.home
    }

    static func tags(_ random: inout SeededRandom) -> [GeneratedTag] {
        guard random.chance(60) else { return [] }
        return [GeneratedTag(key: random.pick(["team", "Team"]), value: random.pick(["team-a", "a", "*", "", "é"]))]
    }

    /// A resource; when it may be odd, now and then one that is no ARN.
    mutating func resource(account: Text, mayBeOdd: Bool) -> Text {
        let service = random.pick(Vocabulary.services)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return "*"
        case 1: return Text("arn:aws:\(service):eu:9:\(random.pick(Vocabulary.resources))")
        case 2 where mayBeOdd: return Text("arn:aws:\(service)")
        case 3 where mayBeOdd: return "notanarn"
        default:
            let field = random.chance(50) ? account : ""
            let region = random.pick(Vocabulary.regions)
            return Text("arn:aws:\(service):\(region):\(field):\(random.pick(Vocabulary.resources))")
        }
    }

    /// Some of the keys, in some order, in some spelling.
    mutating func context(withEngineKeys: Bool) -> [Request.ContextEntry] {
        var entries: [Request.ContextEntry] = []
        for key in VocabularyKey.all.shuffled(using: &random) where withEngineKeys || !key.isEngineOwned {
            guard random.chance(60) else { continue }
            entries.append(Request.ContextEntry(key: respelled(key.name), value: contextValue(of: key)))
        }
        return entries
    }

    private mutating func contextValue(of key: VocabularyKey) -> ContextValue {
        guard key.isList else { return .single(requestValue(of: key)) }
        if random.chance(10) { return .multiple([""]) }
        var values: [Text] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) { values.append(requestValue(of: key)) }
        // A key that is declared multi-valued may arrive as one value, too.
        return key.isDeclared && values.count == 1 && random.chance(30) ? .single(values[0]) : .multiple(values)
    }

    private mutating func requestValue(of key: VocabularyKey) -> Text {
        if !key.isDeclared, key.type != .string, random.chance(10) { return random.pick(["abc", "", "1 "]) }
        switch key.type {
        case .string: return stringValue(of: key)
        case .numeric: return random.pick(Vocabulary.numbers)
        case .date: return random.pick(Vocabulary.dates)
        case .bool: return random.pick(Vocabulary.booleans)
        case .ip: return random.pick(Vocabulary.addresses)
        case .arn: return random.pick(random.chance(85) || key.isDeclared ? Vocabulary.arns : Vocabulary.notARNs)
        case .binary: return random.pick(Vocabulary.binaries)
        }
    }

    private mutating func stringValue(of key: VocabularyKey) -> Text {
        if key.name == "aws:username", random.chance(80) { return "bob" }
        if random.chance(60) { return random.pick(["a", "b", "bob", "team-a"]) }
        return random.pick(Vocabulary.strings + Vocabulary.foreignStrings)
    }

    /// The same key in another ASCII case, now and then.
    mutating func respelled(_ key: Text) -> Text {
        guard random.chance(20) else { return key }
        return random.chance(50) ? key.foldedASCII : Text(key.string.uppercased())
    }
}
