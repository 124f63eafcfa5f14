internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    /// Holds a policy value against what its operator compares (spec §5 "Type mismatch").
    mutating func checkValue(_ item: TextItem, _ base: BaseOperator) {
        guard !base.takesVariables else {
            checkText(item, base)
            return
        }
        guard !refuseVariables(item, in: "`\(base.rawValue)`") else { return }
        let text = item.text.string.utf8.span
        switch base.family {
        case .numeric:
            expect(ExactDecimal(text) != nil, .invalidNumber, item, "is no number; write one such as `10` or `-1.5`")
        case .date:
            expect(
                Instant(text) != nil, .invalidDate, item, "is no date; write one such as `2026-01-31T12:00:00Z`")
        case .bool, .null:
            expect(
                BooleanText.parse(text) != nil, .invalidBoolean, item,
                "is neither `true` nor `false`; write one of them")
        case .binary:
            expect(Base64.decode(text) != nil, .invalidBinary, item, "is no base64; write one such as `aGVsbG8=`")
        case .ip: checkAddress(item)
        case .string, .arn: break
        }
    }

    private mutating func expect(_ holds: Bool, _ code: DiagnosticCode, _ item: TextItem, _ fault: String) {
        if !holds { error(code, "\(item.quoted) \(fault)", at: item.position, item.path) }
    }

    private mutating func checkAddress(_ item: TextItem) {
        guard let block = IPAddressBlock(item.text.string.utf8.span) else {
            error(
                .invalidAddress, "\(item.quoted) is no IP address or range; write one such as `10.0.0.0/8`",
                at: item.position, item.path)
            return
        }
        if block.hadHostBits {
            warning(
                .addressHostBits,
                "\(item.quoted) has bits behind its prefix of \(block.prefixLength), which are ignored",
                at: item.position, item.path)
        }
    }

    /// `String…` and `Arn…`: variables, and lints about wildcards.
    private mutating func checkText(_ item: TextItem, _ base: BaseOperator) {
        checkVariables(item)
        lintLiteralVariable(item)
        if base.family == .arn {
            checkARNPattern(item, base)
        } else if !base.takesWildcards, holdsPlainWildcard(item.text) {
            warning(
                .literalWildcard,
                "`\(base.rawValue)` takes the wildcard in \(item.quoted) as text; "
                    + "write `\(base.isNegated ? "StringNotLike" : "StringLike")` to match with it", at: item.position,
                item.path)
        }
    }

    /// Whether `*` or `?` stands outside of variables.
    private func holdsPlainWildcard(_ text: Text) -> Bool {
        let parts = expandsVariables ? try? VariableText(expanding: text).parts : VariableText(plain: text).parts
        return (parts ?? []).contains { part in
            guard case .text(let plain) = part else { return false }
            return plain.utf8.contains { $0 == ASCII.star || $0 == ASCII.questionMark }
        }
    }

    /// Six fields are compared one by one, so a pattern with fewer matches nothing, `*` included (spec §3.3).
    private mutating func checkARNPattern(_ item: TextItem, _ base: BaseOperator) {
        guard ARN(item.text) == nil, !(expandsVariables && item.holdsVariableMark) else { return }
        let hint = item.text == "*" ? "write `arn:*:*:*:*:*` for every ARN" : "an ARN has six fields"
        warning(
            .arnNeverMatches, "no ARN matches \(item.quoted) under `\(base.rawValue)`; \(hint)", at: item.position,
            item.path)
    }

    /// Both truths at once always hold, which nobody means (spec §12, O19).
    mutating func checkContradiction(
        _ items: [TextItem], _ base: BaseOperator, at place: JSONPosition, _ path: JSONPath
    ) {
        guard base == .bool || base == .null else { return }
        let truths = Set(items.compactMap { BooleanText.parse($0.text.string.utf8.span) })
        guard truths.count == 2 else { return }
        error(
            .contradictoryValues, "`\(base.rawValue)` is given both `true` and `false`; keep one", at: place, path)
    }
}
