internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    /// Reads `Condition`: operators, their keys, their values (spec §2.2, §4).
    mutating func conditions(_ statement: JSONNode, _ path: JSONPath) -> [Condition] {
        guard let node = statement["Condition"] else { return [] }
        let path = path.appending("Condition")
        guard let operators = node.members else {
            wrongType(node, "`Condition` must be an object", path)
            return []
        }
        return operators.flatMap { conditions(of: $0, path.appending($0.name)) }
    }

    private mutating func conditions(of member: JSONMember, _ path: JSONPath) -> [Condition] {
        let found = ConditionOperator(Text(member.name))
        if found == nil { unknownOperator(member, path) }
        guard let keys = member.value.members else {
            wrongType(member.value, "\(UserText.quoted(member.name)) must hold an object of condition keys", path)
            return []
        }
        checkSpellings(keys, of: member.name, path)
        guard let found else { return [] }
        return keys.compactMap { condition(found, $0, path.appending($0.name)) }
    }

    private mutating func unknownOperator(_ member: JSONMember, _ path: JSONPath) {
        let quoted = UserText.quoted(member.name)
        if DocumentReader.isFormOfNull(member.name) {
            error(
                .nullOperatorForm, "\(quoted) is no operator: `Null` takes no set prefix and no `IfExists`",
                at: member.namePosition, path)
            return
        }
        let hint =
            DocumentReader.operator(like: member.name).map { "; did you mean `\($0)`?" }
            ?? "; write one such as `StringEquals` or `NumericLessThan`"
        error(.unknownOperator, "\(quoted) is no condition operator\(hint)", at: member.namePosition, path)
    }

    private static func isFormOfNull(_ name: String) -> Bool {
        ["Null", "NullIfExists"].contains { base in
            (["", "ForAllValues:", "ForAnyValue:"]).contains { name == $0 + base }
        }
    }

    /// The operator that differs in case, or else in two letters at most; the first in the order of the manual.
    private static func `operator`(like name: String) -> String? {
        let folded = Text(name).foldedASCII
        var nearest: (name: Text, distance: Int)?
        for candidate in operatorNames {
            let most = (nearest?.distance ?? 3) - 1
            guard most >= 0, let distance = NameDistance.between(folded, candidate.foldedASCII, most: most) else {
                continue
            }
            nearest = (candidate, distance)
        }
        return nearest?.name.string
    }

    /// Every name that an operator can have.
    private static let operatorNames: [Text] = BaseOperator.allCases.flatMap { base in
        ([nil] + ConditionOperator.SetQuantifier.allCases.map(Optional.some)).flatMap { quantifier in
            [false, true].map {
                Text(ConditionOperator(quantifier: quantifier, base: base, ifExists: $0).description)
            }
        }
    }.filter { ConditionOperator($0) != nil }

    /// Keys are compared without ASCII case, so two spellings of one are a duplicate (spec §2.1).
    private mutating func checkSpellings(_ keys: [JSONMember], of name: String, _ path: JSONPath) {
        var seen: [Text: String] = [:]
        for key in keys {
            guard let other = seen.updateValue(key.name, forKey: Text(key.name).foldedASCII) else { continue }
            error(
                .duplicateConditionKey,
                "\(UserText.quoted(key.name)) and \(UserText.quoted(other)) are one key of \(UserText.quoted(name)); "
                    + "give it once", at: key.namePosition, path.appending(key.name))
        }
    }

    private mutating func condition(_ operator: ConditionOperator, _ key: JSONMember, _ path: JSONPath) -> Condition? {
        checkKey(`operator`, key, path)
        keyUses.note(`operator`, TextItem(text: Text(key.name), position: key.namePosition, path: path))
        guard let items = values(key.value, path) else { return nil }
        for item in items { checkValue(item, `operator`.base) }
        checkContradiction(items, `operator`.base, at: key.value.position, path)
        // `Null` is not about text: its values are kept in one spelling, so that nobody has to fold them again.
        let values = items.map { `operator`.base == .null ? $0.text.foldedASCII : $0.text }
        return Condition(operator: `operator`, key: Text(key.name), values: values)
    }

    private mutating func checkKey(_ operator: ConditionOperator, _ key: JSONMember, _ path: JSONPath) {
        let item = TextItem(text: Text(key.name), position: key.namePosition, path: path)
        if item.text.isEmpty {
            error(.invalidConditionKey, "a condition key is empty; name one", at: item.position, path)
        }
        if refuseVariables(item, in: "a condition key's name") { return }
        if !item.text.isEmpty { lintKey(item.text, item) }
        guard `operator`.quantifier == nil, `operator`.base != .null else { return }
        guard rules.declaration(ofFolded: item.text.foldedASCII)?.isMultiValued == true else { return }
        error(
            .setOperatorRequired,
            "\(item.quoted) holds a list, and `\(`operator`)` never matches one; "
                + "write `ForAnyValue:\(`operator`)` or `ForAllValues:\(`operator`)`", at: item.position, path)
    }

    /// A scalar, or a list of scalars; numbers and booleans as their text (spec §2.1).
    private mutating func values(_ node: JSONNode, _ path: JSONPath) -> [TextItem]? {
        guard let elements = elements(node, "the condition key", path) else {
            return value(node, path).map { [$0] }
        }
        return elements.enumerated().compactMap { value($0.element, path, index: $0.offset) }
    }

    private mutating func value(_ node: JSONNode, _ path: JSONPath, index: Int? = nil) -> TextItem? {
        let text: String
        switch node.value {
        case .string(let string): text = string
        case .number(let number): text = number
        case .bool(let bool): text = bool ? "true" : "false"
        case .null, .array, .object:
            wrongType(
                node, "a condition value must be a string, number or boolean", index.map(path.appending) ?? path)
            return nil
        }
        return TextItem(text: Text(text), position: node.position, path: path, index: index)
    }
}
