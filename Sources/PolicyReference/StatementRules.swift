public import PolicyModel

/// Whether one statement matches one request (spec §3, §6.1).
public enum StatementRules {
    /// "A statement applies iff principal element matches (or the kind has none) ∧ action element ∧ resource element ∧
    /// condition" (spec §6.1): all but the principal element, which `PrincipalRules` reads.
    public static func matches(
        _ statement: Statement, of document: Document, kind: PolicyKind, action: Text, resource: Text,
        in context: ReferenceContext
    ) -> Bool {
        let expands = document.version == .v2012
        return actionMatches(statement.action, action)
            && resourceMatches(statement.resource, resource, kind: kind, expands: expands, in: context)
            && ConditionRules.holds(statement.conditions, expands: expands, in: context)
    }

    /// "`NotAction` matches iff **no** entry matches" (spec §3.1).
    public static func actionMatches(_ element: ActionElement, _ action: Text) -> Bool {
        switch element {
        case .action(let patterns): patterns.contains { actionMatches($0, action) }
        case .notAction(let patterns): !patterns.contains { actionMatches($0, action) }
        }
    }

    /// One action pattern.
    ///
    /// "Glob over the whole string, ASCII case-insensitive: `*` = any run (also empty, also across `:`), `?` = exactly
    /// one char. Everything else is literal" (spec §3.1).
    public static func actionMatches(_ pattern: Text, _ action: Text) -> Bool {
        Glob(pattern.foldedASCII).matches(scalars(action.foldedASCII))
    }

    /// The whole resource element.
    ///
    /// "`NotResource` matches iff no entry matches. An entry with an unresolvable variable matches nothing (so
    /// `NotResource` of it alone matches *everything*)" (spec §3.2).
    ///
    /// "optional in resource policies (absent ⇒ the resource it is attached to); forbidden in trust policies"
    /// (spec §2.4): absent elsewhere, it matches nothing.
    public static func resourceMatches(
        _ element: ResourceElement?, _ resource: Text, kind: PolicyKind, expands: Bool, in context: ReferenceContext
    ) -> Bool {
        func one(_ pattern: Text) -> Bool {
            resourceMatches(pattern, resource, kind: kind, expands: expands, in: context)
        }
        return switch element {
        case .resource(let patterns): patterns.contains(where: one)
        case .notResource(let patterns): !patterns.contains(where: one)
        case nil: kind == .resource || kind == .trust
        }
    }

    /// The steps 1 to 3 of spec §3.2.
    public static func resourceMatches(
        _ pattern: Text, _ resource: Text, kind: PolicyKind, expands: Bool, in context: ReferenceContext
    ) -> Bool {
        // 1. "`P` made only of `*` matches everything, including the pseudo-resource `*`."
        if !pattern.isEmpty, scalars(pattern).allSatisfy({ $0 == "*" }) { return true }
        guard let symbols = VariableRules.substitute(pattern, expands: expands, in: context) else { return false }
        // 2. "Split `P` at its first five colons into fields 1–6. Fewer than six fields (identity/PB/SCP) → complete
        //    with `*` fields."
        var parts = fields(symbols) { $0 == .written(":") }
        if completesShortARNs(kind) {
            while parts.count < 6 { parts.append([.written("*")]) }
        }
        guard parts.count == 6 else { return false }
        // 3. "One glob over the whole string, case-sensitive."
        let pieces = parts.enumerated().map { index, field in fieldPieces(field, number: index + 1) }
        return Glob(Array(pieces.joined(separator: [.scalar(":")]))).matches(scalars(resource))
    }

    /// "Short ARN: completed" in the table of spec §2.5.
    private static func completesShortARNs(_ kind: PolicyKind) -> Bool {
        switch kind {
        case .identity, .managed, .boundary, .scp: true
        case .session, .resource, .trust, .rcp: false
        }
    }

    /// What each symbol of a field takes, where fields count from 1.
    ///
    /// "`?` in fields 1–5 = one char other than `:`; in field 6 any one char. `*` in field 6 = any run. `*` that is the
    /// **last char of its field** 2–5 = any run **including `:`**. Any other `*` in fields 1–5 stops at `:`."
    private static func fieldPieces(_ field: [Symbol], number: Int) -> [Glob.Piece] {
        field.enumerated().map { index, symbol in
            let isLast = index == field.count - 1
            switch symbol {
            case .written("?") where number < 6: return .oneScalarButColon
            case .written("*") where number < 6 && !(isLast && number > 1): return .anyRunWithoutColon
            default: return symbol.wildcardPiece
            }
        }
    }
}
