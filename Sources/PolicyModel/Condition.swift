/// One test of a `Condition` block: an operator, one key, and its values (spec §4).
public struct Condition: Sendable, Hashable {
    /// The operator with its prefix and suffix.
    public var `operator`: ConditionOperator
    /// The key as written; compared without ASCII case.
    public var key: Text
    /// The values as written, ORed (NORed for negated operators); numbers and booleans as their source text.
    public var values: [Text]

    /// Makes a test from parts that have been checked.
    public init(`operator`: ConditionOperator, key: Text, values: [Text]) {
        self.operator = `operator`
        self.key = key
        self.values = values
    }
}

/// An operator as it is written: `["ForAllValues:"|"ForAnyValue:"] base ["IfExists"]` (spec §2.2).
public struct ConditionOperator: Sendable, Hashable, CustomStringConvertible {
    /// The set prefixes.
    public enum SetQuantifier: String, Sendable, Hashable, CaseIterable {
        /// Every request value must pass.
        case forAllValues = "ForAllValues:"
        /// Some request value must pass.
        case forAnyValue = "ForAnyValue:"
    }

    /// The prefix, if there is one.
    public var quantifier: SetQuantifier?
    /// The comparison.
    public var base: BaseOperator
    /// Whether a missing key passes.
    public var ifExists: Bool

    /// Makes an operator.
    public init(quantifier: SetQuantifier? = nil, base: BaseOperator, ifExists: Bool = false) {
        self.quantifier = quantifier
        self.base = base
        self.ifExists = ifExists
    }

    /// Reads an operator name; `nil` when there is no such operator.
    ///
    /// Case counts (spec §2.3).
    ///
    /// `NullIfExists` and a set prefix on `Null` are refused here, for every kind of policy (spec §12).
    public init?(_ name: Text) {
        var rest = name
        var quantifier: SetQuantifier?
        for candidate in SetQuantifier.allCases where rest.hasPrefix(Text(candidate.rawValue)) {
            quantifier = candidate
            rest = rest.dropFirst(candidate.rawValue.utf8.count)
            break
        }
        var ifExists = false
        if BaseOperator(rawValue: rest.string) == nil, rest.string.utf8.count > 8, rest.string.hasSuffix("IfExists") {
            ifExists = true
            rest = Text(String(decoding: rest.utf8.dropLast(8), as: UTF8.self))
        }
        guard let base = BaseOperator(rawValue: rest.string), base.rawValue.utf8.elementsEqual(rest.utf8) else {
            return nil
        }
        guard base != .null || (quantifier == nil && !ifExists) else { return nil }
        self.init(quantifier: quantifier, base: base, ifExists: ifExists)
    }

    /// The name as it is written in a policy.
    public var description: String {
        (quantifier?.rawValue ?? "") + base.rawValue + (ifExists ? "IfExists" : "")
    }
}

/// The comparisons of spec §5.
public enum BaseOperator: String, Sendable, Hashable, CaseIterable {
    case stringEquals = "StringEquals"
    case stringNotEquals = "StringNotEquals"
    case stringEqualsIgnoreCase = "StringEqualsIgnoreCase"
    case stringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase"
    case stringLike = "StringLike"
    case stringNotLike = "StringNotLike"
    case numericEquals = "NumericEquals"
    case numericNotEquals = "NumericNotEquals"
    case numericLessThan = "NumericLessThan"
    case numericLessThanEquals = "NumericLessThanEquals"
    case numericGreaterThan = "NumericGreaterThan"
    case numericGreaterThanEquals = "NumericGreaterThanEquals"
    case dateEquals = "DateEquals"
    case dateNotEquals = "DateNotEquals"
    case dateLessThan = "DateLessThan"
    case dateLessThanEquals = "DateLessThanEquals"
    case dateGreaterThan = "DateGreaterThan"
    case dateGreaterThanEquals = "DateGreaterThanEquals"
    case bool = "Bool"
    case binaryEquals = "BinaryEquals"
    case ipAddress = "IpAddress"
    case notIpAddress = "NotIpAddress"
    case arnEquals = "ArnEquals"
    case arnLike = "ArnLike"
    case arnNotEquals = "ArnNotEquals"
    case arnNotLike = "ArnNotLike"
    case null = "Null"

    /// What kind of value the operator compares.
    public enum Family: Sendable, Hashable {
        case string, numeric, date, bool, binary, ip, arn, null
    }

    /// What kind of value the operator compares.
    public var family: Family {
        switch self {
        case .stringEquals, .stringNotEquals, .stringEqualsIgnoreCase, .stringNotEqualsIgnoreCase, .stringLike,
            .stringNotLike:
            .string
        case .numericEquals, .numericNotEquals, .numericLessThan, .numericLessThanEquals, .numericGreaterThan,
            .numericGreaterThanEquals:
            .numeric
        case .dateEquals, .dateNotEquals, .dateLessThan, .dateLessThanEquals, .dateGreaterThan,
            .dateGreaterThanEquals:
            .date
        case .bool: .bool
        case .binaryEquals: .binary
        case .ipAddress, .notIpAddress: .ip
        case .arnEquals, .arnLike, .arnNotEquals, .arnNotLike: .arn
        case .null: .null
        }
    }

    /// Whether the operator is a negated one: `…Not…` and `NotIpAddress` (spec §5).
    public var isNegated: Bool {
        switch self {
        case .stringNotEquals, .stringNotEqualsIgnoreCase, .stringNotLike, .numericNotEquals, .dateNotEquals,
            .notIpAddress, .arnNotEquals, .arnNotLike:
            true
        default: false
        }
    }

    /// Whether `${…}` in a value is a variable: `String*` and `Arn*` (spec §3.4).
    public var takesVariables: Bool { family == .string || family == .arn }

    /// Whether `*` and `?` in a value are wildcards.
    public var takesWildcards: Bool { family == .arn || self == .stringLike || self == .stringNotLike }
}
