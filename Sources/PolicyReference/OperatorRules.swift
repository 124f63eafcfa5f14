public import PolicyModel

/// What each operator compares (spec §5): always the *positive* comparison; `ConditionRules` negates.
public enum OperatorRules {
    /// Whether request value `value` compares with policy value `pattern`.
    ///
    /// A value of either side that does not parse compares with nothing: "positive → F and negated → T".
    public static func compares(
        _ base: BaseOperator, _ value: Text, with pattern: Text, expands: Bool, in context: ReferenceContext
    ) -> Bool {
        switch base.family {
        case .numeric: numeric(base, value, pattern)
        case .date: date(base, value, pattern)
        case .bool: boolean(value) != nil && boolean(value) == boolean(pattern)
        case .binary: decodedBase64(value) != nil && decodedBase64(value) == decodedBase64(pattern)
        case .ip: address(value, isIn: pattern)
        case .null: false
        case .string, .arn:
            // "An unresolvable entry in a positive operator matches nothing; in a negated operator that entry cannot
            // exclude" (spec §3.4).
            VariableRules.substitute(pattern, expands: expands, in: context)
                .map { text(base, value, $0) } ?? false
        }
    }

    private static func text(_ base: BaseOperator, _ value: Text, _ pattern: [Symbol]) -> Bool {
        switch base {
        case .stringEquals, .stringNotEquals:
            // "identical Unicode scalar sequences; `*`/`?` literal".
            scalars(value) == pattern.map(\.scalar)
        case .stringEqualsIgnoreCase, .stringNotEqualsIgnoreCase:
            // "locale-independent lower-casing, then scalars".
            lowercased(scalars(value)) == lowercased(pattern.map(\.scalar))
        case .stringLike, .stringNotLike:
            // "case-sensitive glob over whole value, `*` any run incl. empty and newline, `?` one scalar".
            Glob(pattern.map(\.wildcardPiece)).matches(scalars(value))
        default:
            arn(value, pattern)
        }
    }

    private static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
    }

    /// "Both sides are split at the first five colons and **each of six fields is globbed on its own** […] Either side
    /// with fewer than six fields, or not starting with `arn`: no match" (spec §3.3).
    ///
    /// A `:` that came from a variable does not split.
    static func arn(_ value: Text, _ pattern: [Symbol]) -> Bool {
        let values = fields(scalars(value)) { $0 == ":" }
        let patterns = fields(pattern) { $0 == .written(":") }
        guard values.count == 6, patterns.count == 6, scalars(value).starts(with: ["a", "r", "n"]),
            pattern.starts(with: [.written("a"), .written("r"), .written("n")])
        else { return false }
        return zip(values, patterns).allSatisfy { value, pattern in
            Glob(pattern.map(\.wildcardPiece)).matches(value)
        }
    }

    /// "`x op p`; […] exact decimal arithmetic (no Double)".
    private static func numeric(_ base: BaseOperator, _ value: Text, _ pattern: Text) -> Bool {
        guard let value = SlowDecimal(value), let pattern = SlowDecimal(pattern) else { return false }
        return switch base {
        case .numericEquals, .numericNotEquals: value == pattern
        case .numericLessThan: value < pattern
        case .numericLessThanEquals: value < pattern || value == pattern
        case .numericGreaterThan: pattern < value
        case .numericGreaterThanEquals: pattern < value || value == pattern
        default: false
        }
    }

    /// "`x op p` as instants".
    private static func date(_ base: BaseOperator, _ value: Text, _ pattern: Text) -> Bool {
        guard let value = SlowDate(value), let pattern = SlowDate(pattern) else { return false }
        return switch base {
        case .dateEquals, .dateNotEquals: value == pattern
        case .dateLessThan: value < pattern
        case .dateLessThanEquals: value <= pattern
        case .dateGreaterThan: value > pattern
        case .dateGreaterThanEquals: value >= pattern
        default: false
        }
    }

    /// "`x` in CIDR `p`"; "IPv4-mapped `::ffff:a.b.c.d` on the request side is normalized to IPv4 before anything".
    private static func address(_ value: Text, isIn pattern: Text) -> Bool {
        guard let address = SlowAddress(value), let block = SlowAddressBlock(pattern) else { return false }
        return block.contains(address.unmapped)
    }
}

/// Cuts a list at its first five separators, keeping empty fields.
func fields<Element>(_ list: [Element], isSeparator: (Element) -> Bool) -> [[Element]] {
    list.split(maxSplits: 5, omittingEmptySubsequences: false, whereSeparator: isSeparator).map(Array.init)
}
