internal import JSONDocument
internal import PolicyModel

// What is accepted and cannot be meant: statements that never match, keys that are tested in two ways, text that looks
// like a variable. Where there is a doubt, nothing is said.
extension DocumentReader {
    /// What is about the meaning of the whole.
    static let lints: Set<DiagnosticCode> = [.neverMatches, .mixedSetOperators, .literalVariable, .unknownKey]

    /// Warns of a statement that no request can match.
    mutating func lint(_ statement: Statement, at place: JSONPosition, _ path: JSONPath) {
        if case .notAction(let patterns) = statement.action, patterns.contains(where: DocumentReader.isEverything) {
            neverMatches("`NotAction` leaves out every action", at: place, path)
        }
        if case .notResource(let patterns)? = statement.resource, patterns.contains("*") {
            neverMatches("`NotResource` leaves out every resource", at: place, path)
        }
        for condition in statement.conditions {
            if let reason = DocumentReader.impossibility(condition) { neverMatches(reason, at: place, path) }
        }
        let byKey = Dictionary(grouping: statement.conditions) { $0.key.foldedASCII }
        for (_, conditions) in byKey.sorted(by: { $0.key < $1.key }) {
            guard let reason = contradiction(conditions) else { continue }
            neverMatches(reason, at: place, path)
        }
    }

    private mutating func neverMatches(_ reason: String, at place: JSONPosition, _ path: JSONPath) {
        warning(.neverMatches, "the statement never matches: \(reason)", at: place, path)
    }

    private static func isEverything(_ action: Text) -> Bool { action == "*" || action == "*:*" }

    /// Why a condition holds of no request (spec §4.1, last column); `nil` where it may hold.
    private static func impossibility(_ condition: Condition) -> String? {
        let (test, key) = (condition.operator, UserText.quoted(condition.key.string))
        if test.base == .null {
            if condition.values.isEmpty { return "`Null` has no value for \(key); write `true` or `false`" }
            let isClock = [GlobalConditionKey.currentTime, .epochTime].contains {
                condition.key.foldedASCII == Text($0.rawValue)
            }
            return isClock && condition.values.allSatisfy { $0 == "true" } ? "\(key) is never absent" : nil
        }
        let needsMatch = !test.base.isNegated && !test.ifExists && test.quantifier != .forAllValues
        return condition.values.isEmpty && needsMatch ? "`\(test)` has no value for \(key) to match; write one" : nil
    }

    /// Why the conditions of one key cannot all hold; `nil` where they can, or where nobody knows.
    private func contradiction(_ conditions: [Condition]) -> String? {
        guard conditions.count > 1, let key = conditions.first?.key else { return nil }
        let quoted = UserText.quoted(key.string)
        let isAbsent = conditions.contains { $0.operator.base == .null && $0.values.allSatisfy { $0 == "true" } }
        let present = conditions.contains { condition in
            let test = condition.operator
            return test.base != .null && !test.ifExists && !test.base.isNegated && test.quantifier != .forAllValues
        }
        // What holds of one value; where that has to be there, `IfExists` makes no difference.
        let plain = conditions.filter {
            $0.operator.quantifier == nil && $0.operator.base != .null && (present || !$0.operator.ifExists)
        }
        if isAbsent, present { return "\(quoted) has to be absent, and to have a value" }
        if let reason = Equalities(plain, expandsVariables: expandsVariables).contradiction {
            return "\(quoted) \(reason)"
        }
        let families: [(BaseOperator.Family, (Text, Text) -> Int)] = [
            (.numeric, DocumentReader.compareNumbers), (.date, DocumentReader.compareDates),
        ]
        for (family, compare) in families
        where ComparisonRange(plain.filter { $0.operator.base.family == family }, by: compare).isEmpty {
            return "no value of \(quoted) is in the range"
        }
        return nil
    }

    private static func compareNumbers(_ lhs: Text, _ rhs: Text) -> Int {
        let (left, right) = (Array(lhs.utf8), Array(rhs.utf8))
        guard let one = ExactDecimal(left.span), let other = ExactDecimal(right.span) else { return 0 }
        return ExactDecimal.compare(one, left.span, other, right.span)
    }

    private static func compareDates(_ lhs: Text, _ rhs: Text) -> Int {
        let (left, right) = (Array(lhs.utf8), Array(rhs.utf8))
        guard let one = Instant(left.span), let other = Instant(right.span) else { return 0 }
        return one < other ? -1 : one == other ? 0 : 1
    }
}

/// What `StringEquals` and `StringNotEquals` of one key leave.
private struct Equalities {
    /// A list a condition, of which the value has to be one.
    private let equal: [[Text]]
    private let equalIgnoringCase: [[Text]]
    private let different: [Text]

    init(_ conditions: [Condition], expandsVariables: Bool) {
        func lists(_ base: BaseOperator) -> [[Text]] {
            conditions.filter { condition in
                // What a variable stands for is not known.
                condition.operator.base == base
                    && !(expandsVariables && condition.values.contains { $0.firstVariableMark != nil })
            }.map(\.values)
        }
        equal = lists(.stringEquals)
        equalIgnoringCase = lists(.stringEqualsIgnoreCase)
        different = lists(.stringNotEquals).flatMap { $0 }
    }

    var contradiction: String? {
        guard let first = equal.first, !first.isEmpty else { return nil }
        let left = first.filter { value in equal.allSatisfy { $0.contains(value) } }
        if left.isEmpty { return "has to equal two texts at once" }
        if left.allSatisfy({ different.contains($0) }) { return "has to equal what it may not equal" }
        // Only ASCII is folded here: other letters might still be equal.
        let isASCII = (left + equalIgnoringCase.flatMap { $0 }).allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
        let isLeft = left.contains { value in
            equalIgnoringCase.allSatisfy { $0.contains { $0.foldedASCII == value.foldedASCII } }
        }
        return isASCII && !isLeft ? "has to equal two texts at once" : nil
    }
}

/// The values that comparisons of one key leave; several values of one condition are alternatives.
private struct ComparisonRange {
    private let conditions: [Condition]
    private let compare: (Text, Text) -> Int

    init(_ conditions: [Condition], by compare: @escaping (Text, Text) -> Int) {
        self.conditions = conditions
        self.compare = compare
    }

    /// Whether no value is left: neither one that is asked for, nor one at or between the bounds.
    var isEmpty: Bool {
        guard conditions.count > 1 else { return false }
        let equals = conditions.filter { $0.operator.base == .numericEquals || $0.operator.base == .dateEquals }
        if let first = equals.first {
            return !first.values.contains { value in conditions.allSatisfy { holds(value, $0) } }
        }
        guard let lower = bound({ $0.isLower }, strictest: { $0 > 0 }),
            let upper = bound({ $0.isUpper }, strictest: { $0 < 0 })
        else { return false }
        let order = compare(lower.value, upper.value)
        return order > 0 || (order == 0 && !(lower.isClosed && upper.isClosed))
    }

    private func holds(_ value: Text, _ condition: Condition) -> Bool {
        condition.values.contains { condition.operator.base.admits(compare(value, $0)) }
            != condition.operator.base.isNegated
    }

    /// The strictest bound on one side; of a condition's alternatives the loosest counts.
    private func bound(
        _ side: (BaseOperator) -> Bool, strictest: (Int) -> Bool
    ) -> (value: Text, isClosed: Bool)? {
        var found: (value: Text, isClosed: Bool)?
        for condition in conditions where side(condition.operator.base) {
            guard let loosest = condition.values.min(by: { strictest(compare($1, $0)) }) else { continue }
            let candidate = (value: loosest, isClosed: condition.operator.base.isClosed)
            guard let other = found else {
                found = candidate
                continue
            }
            let order = compare(candidate.value, other.value)
            if strictest(order) || (order == 0 && !candidate.isClosed) { found = candidate }
        }
        return found
    }
}

extension BaseOperator {
    fileprivate var isLower: Bool {
        [.numericGreaterThan, .numericGreaterThanEquals, .dateGreaterThan, .dateGreaterThanEquals].contains(self)
    }

    fileprivate var isUpper: Bool {
        [.numericLessThan, .numericLessThanEquals, .dateLessThan, .dateLessThanEquals].contains(self)
    }

    fileprivate var isClosed: Bool {
        switch self {
        case .numericGreaterThanEquals, .numericLessThanEquals, .dateGreaterThanEquals, .dateLessThanEquals: true
        default: false
        }
    }

    /// Whether a comparison's outcome is what the operator asks for, negation aside.
    fileprivate func admits(_ order: Int) -> Bool {
        if isLower { return order > 0 || (isClosed && order == 0) }
        if isUpper { return order < 0 || (isClosed && order == 0) }
        return order == 0
    }
}

/// How the keys of a document are tested: by its folded name, the first plain and the first set operator.
struct KeyUses {
    private var plain: [Text: (operator: ConditionOperator, item: TextItem)] = [:]
    private var set: [Text: (operator: ConditionOperator, item: TextItem)] = [:]

    mutating func note(_ test: ConditionOperator, _ item: TextItem) {
        guard test.base != .null else { return }
        let key = item.text.foldedASCII
        if test.quantifier == nil {
            if plain[key] == nil { plain[key] = (test, item) }
        } else if set[key] == nil {
            set[key] = (test, item)
        }
    }

    /// The keys that are tested in both ways, in the order of their names.
    var mixed: [(plain: ConditionOperator, set: ConditionOperator, item: TextItem)] {
        plain.compactMap { key, use in set[key].map { (use.operator, $0.operator, use.item) } }
            .sorted { $0.item.text < $1.item.text }
    }
}

extension DocumentReader {
    /// Warns of keys that are tested with set operators and without: whatever a request sends, one of both is wrong.
    mutating func lintKeys() {
        for use in keyUses.mixed {
            warning(
                .mixedSetOperators,
                "\(use.item.quoted) is tested with `\(use.plain)` here and with `\(use.set)` elsewhere in the document; "
                    + "a list never matches the first: use one form", at: use.item.position, use.item.path)
        }
    }

    /// Warns of a key that no request has unless its caller makes it up: one in the language's own families that the
    /// language does not have (spec §7), or one without a family.
    mutating func lintKey(_ name: Text, _ item: TextItem) {
        let folded = name.foldedASCII
        guard rules.declaration(ofFolded: folded) == nil else { return }
        let quoted = UserText.quoted(name.string)
        let parts = folded.string.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            warning(
                .unknownKey, "\(quoted) is no key of a request; write `family:Name`, such as `app:Team`",
                at: item.position, item.path)
            return
        }
        guard parts[0] == "aws" || parts[0] == "sts" else { return }
        let hint = DocumentReader.key(like: folded).map { "; did you mean `\($0)`?" } ?? ", unless its caller gives it"
        warning(
            .unknownKey, "\(quoted) is no key of the language, and no request has it\(hint)", at: item.position,
            item.path)
    }

    /// The key of the language that differs in two letters at most; the first in the order of the manual.
    private static func key(like folded: Text) -> String? {
        var nearest: (name: String, distance: Int)?
        func consider(_ written: Text, _ candidate: String, spelling: String) {
            let most = (nearest?.distance ?? 3) - 1
            guard most >= 0, let distance = NameDistance.between(written, Text(candidate), most: most) else { return }
            nearest = (spelling, distance)
        }
        for key in GlobalConditionKey.allCases { consider(folded, key.rawValue, spelling: key.spelling) }
        if let slash = folded.string.firstIndex(of: "/") {
            let (family, tag) = (folded.string[...slash], folded.string[folded.string.index(after: slash)...])
            for prefix in TagKeyPrefix.allCases where !tag.isEmpty {
                consider(Text(String(family)), prefix.rawValue, spelling: prefix.spelling + tag)
            }
        }
        return nearest?.name
    }

    /// Warns of `${…}` where it is plain text (spec §3.4).
    mutating func lintLiteralVariable(_ item: TextItem) {
        guard !expandsVariables, item.holdsVariableMark else { return }
        warning(
            .literalVariable,
            "`${` in \(item.quoted) is plain text; write `\"Version\": \"2012-10-17\"` to make it a variable",
            at: item.position, item.path)
    }
}
