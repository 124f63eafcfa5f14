public import PolicyModel

/// How the tests of a `Condition` block are combined (spec §4).
public enum ConditionRules {
    /// The whole block.
    ///
    /// "`Condition` = AND over operators, AND over keys in an operator, OR over the values of a key; for negated
    /// operators NOR over values."
    public static func holds(_ conditions: [Condition], expands: Bool, in context: ReferenceContext) -> Bool {
        conditions.allSatisfy { holds($0, expands: expands, in: context) }
    }

    /// One test: `test(op, key, V)` of spec §4, line by line.
    public static func holds(_ condition: Condition, expands: Bool, in context: ReferenceContext) -> Bool {
        let operation = condition.operator
        let values = context.values(of: condition.key)
        if operation.base == .null { return null(operation, condition.values, values) }
        guard let values, !isAbsent(values, under: operation) else { return passesWhenAbsent(operation) }
        // "positive AND negated, even if it happens to hold one element".
        if operation.quantifier == nil, context.isMultiValued(condition.key) { return false }
        func one(_ value: Text) -> Bool {
            let isEqual = condition.values.contains {
                OperatorRules.compares(operation.base, value, with: $0, expands: expands, in: context)
            }
            return isNegated(operation.base) ? !isEqual : isEqual
        }
        switch operation.quantifier {
        case .forAllValues: return values.allSatisfy(one)
        case .forAnyValue: return values.contains(where: one)
        case nil: return values.first.map(one) ?? false
        }
    }

    /// "if v is absent, [] — with a set prefix also [""] ("null data set")"; a single `""` under a set prefix is
    /// `[""]`, because "a single-valued key under a set prefix is a one-element set".
    static func isAbsent(_ values: [Text], under operation: ConditionOperator) -> Bool {
        values.isEmpty || (operation.quantifier != nil && values == [""])
    }

    /// "if IfExists -> true (also together with a set prefix); if ForAllValues -> true; if ForAnyValue -> false;
    /// return negated".
    static func passesWhenAbsent(_ operation: ConditionOperator) -> Bool {
        if operation.ifExists { return true }
        switch operation.quantifier {
        case .forAllValues: return true
        case .forAnyValue: return false
        case nil: return isNegated(operation.base)
        }
    }

    /// "if op is Null: return V.contains{ $0=="true" ? absent(v) : !absent(v) }".
    ///
    /// With a set prefix: "reject on write; if loaded, the constants" true for ForAllValues, false for ForAnyValue
    /// (spec §13-10). `[]` is absent here too; `""` is a value (spec C10).
    static func null(_ operation: ConditionOperator, _ expected: [Text], _ values: [Text]?) -> Bool {
        if let quantifier = operation.quantifier { return quantifier == .forAllValues }
        let isAbsent = values?.isEmpty ?? true
        return expected.contains { boolean($0) == isAbsent }
    }

    /// "Negated operators are `…Not…` and `NotIpAddress`" (spec §5).
    static func isNegated(_ base: BaseOperator) -> Bool {
        base.rawValue.contains("Not")
    }
}
