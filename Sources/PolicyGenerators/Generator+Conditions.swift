import PolicyModel

extension Generator {
    /// None for half of the statements; never one operator twice with the same key (spec §2.1).
    mutating func conditions(expands: Bool) -> [Condition] {
        guard random.chance(45) else { return [] }
        var conditions: [Condition] = []
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let condition = condition(expands: expands)
            let isRepeated = conditions.contains {
                $0.operator == condition.operator && $0.key.foldedASCII == condition.key.foldedASCII
            }
            if !isRepeated { conditions.append(condition) }
        }
        return conditions
    }

    /// One test of a key of the vocabulary.
    mutating func condition(expands: Bool) -> Condition {
        let key = random.pick(VocabularyKey.all)
        let base = operation(for: key)
        // A declared multi-valued key needs a set operator (spec §13-8).
        let isList = key.isList && key.isDeclared
        let quantifier: ConditionOperator.SetQuantifier? =
            base != .null && (isList || random.chance(key.isList ? 80 : 10))
            ? random.pick([.forAllValues, .forAnyValue]) : nil
        let operation = ConditionOperator(
            quantifier: quantifier, base: base, ifExists: base != .null && random.chance(25))
        return Condition(
            operator: operation, key: respelled(key.name), values: policyValues(base, key: key, expands: expands))
    }

    private mutating func operation(for key: VocabularyKey) -> BaseOperator {
        if random.chance(8) { return .null }
        let families: [BaseOperator.Family]
        switch key.type {
        case .string: families = [.string]
        case .numeric: families = [.numeric]
        case .date: families = key.name == "aws:EpochTime" ? [.date, .numeric] : [.date]
        case .bool: families = [.bool]
        case .ip: families = [.ip]
        case .arn: families = [.arn, .arn, .string]
        case .binary: families = [.binary]
        }
        let family = random.chance(95) ? random.pick(families) : .string
        return random.pick(BaseOperator.allCases.filter { $0.family == family })
    }

    private mutating func policyValues(_ base: BaseOperator, key: VocabularyKey, expands: Bool) -> [Text] {
        // `Bool` takes one value, for two would always hold (spec §12).
        if base == .bool || base == .null { return [random.pick(["true", "false"])] }
        var values: [Text] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let value = policyValue(base, key: key, expands: expands)
            if !values.contains(value) { values.append(value) }
        }
        return values
    }

    private mutating func policyValue(_ base: BaseOperator, key: VocabularyKey, expands: Bool) -> Text {
        switch base.family {
        case .numeric: random.pick(Vocabulary.numbers)
        case .date: random.pick(Vocabulary.dates)
        case .bool, .null: random.pick(["true", "false"])
        case .binary: random.pick(Vocabulary.binaries)
        case .ip: random.pick(Vocabulary.blocks)
        case .arn: random.chance(50) ? random.pick(Vocabulary.arns) : arnPattern()
        case .string: stringPattern(key: key, expands: expands)
        }
    }

    private mutating func arnPattern() -> Text {
        random.chance(50) ? random.pick(Vocabulary.arnPatterns) : Text("arn:\(blurred("aws")):sns:*:1:\(blurred("t"))")
    }

    /// Text that often equals what the target holds.
    private mutating func stringPattern(key: VocabularyKey, expands: Bool) -> Text {
        if let values = Vocabulary.engineValues[key.name.foldedASCII], random.chance(60) { return random.pick(values) }
        let held = target.context.first { $0.key.foldedASCII == key.name.foldedASCII }?.value.values ?? []
        switch Int.random(in: 0..<10, using: &random) {
        case 0...3 where !held.isEmpty: return escaped(writable(random.pick(held)), expands: expands)
        case 4...5: return escaped(writable(random.pick(["a", "b", "bob", "team-a"])), expands: expands)
        case 6: return random.pick(Vocabulary.variables)
        case 7: return Text("\(random.pick(["a", "b*", ""] as [Text]))\(random.pick(Vocabulary.variables))*")
        case 8: return blurred(random.pick(["a", "bob", "team-a", "aXb"]))
        default: return escaped(random.pick(Vocabulary.strings), expands: expands)
        }
    }

    /// A `$` of a value written so that it stays one where variables are expanded.
    private func escaped(_ text: Text, expands: Bool) -> Text {
        guard expands else { return text }
        return Text(text.string.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "${$}"))
    }
}
