internal import JSONDocument
internal import PosternClient

/// An explanation for people: what every kind of policy came to, where that is written, and what is missing.
struct ExplanationReport {
    let style: Style

    /// How many values of a list are shown, and how much of each.
    private static let valuesMax = 6
    private static let valueScalarsMax = 80

    func lines(_ explanation: Explanation) -> [String] {
        var lines = ["  reason     \(UserLine.of(explanation.reason))"]
        if !explanation.isAbridged { lines.insert("  why        \(UserLine.of(explanation.summary))", at: 0) }
        lines += explanation.hints.map { "  hint       \(UserLine.of($0))" }
        if let statement = explanation.matchedStatement {
            lines.append("  statement  \(name(statement))")
            if let place = place(statement) { lines.append("  written    \(place)") }
        }
        if !explanation.layers.isEmpty {
            lines.append("  policies")
            lines += explanation.layers.flatMap(self.layer)
        }
        if let nearest = explanation.nearestAllow { lines += advice(nearest) }
        return lines
    }

    // MARK: Layers

    private func layer(_ layer: Explanation.Layer) -> [String] {
        let level = layer.level.map { " at \(UserLine.of($0))" } ?? ""
        var lines = ["    \(mark(layer.outcome)) \(layer.layer)\(level): \(layer.outcome)"]
        lines += layer.statements.flatMap(self.statement)
        if layer.statementsLeftOut > 0 {
            lines.append("        and \(Count.grouped(layer.statementsLeftOut)) more that are about it")
        }
        if layer.isIncomplete { lines.append("        looking at all of them took too many steps: there may be more") }
        return lines
    }

    private func mark(_ outcome: String) -> String {
        switch outcome {
        case "allowed": style.paint("✓", .green)
        case "denied": style.paint("✗", .red)
        case "unknown": style.paint("?", .dim)
        default: style.paint("–", .dim)
        }
    }

    private func statement(_ statement: Explanation.Statement) -> [String] {
        let outcome =
            switch statement.outcome {
            case "applied": "applied"
            case "conditionFailed": "condition failed"
            case "principalMismatch": "names other principals"
            default: statement.outcome
            }
        var line = "        \(statement.effect) \(name(statement.statement)): \(outcome)"
        if !statement.grades.isEmpty { line += " (by \(statement.grades.joined(separator: ", ")))" }
        var lines = [line]
        if let place = place(statement.statement) { lines.append("          " + style.paint(place, .dim)) }
        lines += statement.failedConditions.map {
            let test = UserLine.of("\($0.operator) \($0.key)")
            return "          \(test): \(wanted($0.wanted, isNot($0.operator), actual: $0.actual, $0.details))"
        }
        if statement.failedConditionsLeftOut > 0 {
            lines.append("          and \(Count.grouped(statement.failedConditionsLeftOut)) more conditions")
        }
        return lines
    }

    // MARK: The nearest allow

    private func advice(_ nearest: Explanation.NearestAllow) -> [String] {
        var lines = ["  nearest allow (advice, not part of the decision)", "    \(UserLine.of(nearest.advice))"]
        if let place = place(nearest.statement) { lines.append("      " + style.paint(place, .dim)) }
        lines += nearest.missing.map(self.missing)
        if nearest.missingLeftOut > 0 {
            lines.append("      and \(Count.grouped(nearest.missingLeftOut)) more that do not match")
        }
        return lines
    }

    private func missing(_ missing: Explanation.Missing) -> String {
        let test = [missing.operator, missing.key].compactMap { $0 }.joined(separator: " ")
        let what = UserLine.of(test.isEmpty ? missing.element : "\(missing.element) \(test)")
        // Another layer is nothing that a request could have.
        guard missing.element != "layer" else {
            return "      \(what): \(values(missing.wanted)) would have to allow it, too"
        }
        let isNot = missing.isNot || self.isNot(missing.operator ?? "")
        return "      \(what): \(wanted(missing.wanted, isNot, actual: missing.actual, missing.details))"
    }

    /// Whether an operator holds where its values do not stand: `StringNotEquals` and the like (spec §5).
    private func isNot(_ name: String) -> Bool { name.contains("Not") }

    // MARK: Parts

    private func name(_ statement: MatchedStatement) -> String {
        let which = statement.sid.map { "`\($0)`" } ?? "statement \(statement.index)"
        return UserLine.of("\(which) of \(statement.policy)")
    }

    private func place(_ statement: MatchedStatement) -> String? {
        statement.file.isEmpty ? nil : UserLine.of("\(statement.file):\(statement.line):\(statement.column)")
    }

    private func wanted(
        _ wanted: [String], _ isNot: Bool, actual: [String]?, _ details: Explanation.Details
    ) -> String {
        let has = actual.map { "has \(values($0, leftOut: details.actualLeftOut))" } ?? "not in the request"
        guard !wanted.isEmpty || details.wantedLeftOut > 0 else { return has }
        let shown = values(wanted, details.resolved, leftOut: details.wantedLeftOut)
        return "wanted \(isNot ? "anything but " : "")\(shown), \(has)"
    }

    /// Quoted as JSON does it, so that nothing in a value can command a terminal.
    private func values(_ values: [String], _ resolved: [String?]? = nil, leftOut: Int = 0) -> String {
        guard !values.isEmpty || leftOut > 0 else { return "nothing" }
        var shown = values.prefix(ExplanationReport.valuesMax).enumerated().map { index, value in
            guard let resolved, resolved.indices.contains(index), resolved[index] != value else { return quoted(value) }
            return quoted(value) + (resolved[index].map { " (= \(quoted($0)))" } ?? " (no value)")
        }
        let more = values.count - shown.count + leftOut
        if more > 0, shown.isEmpty { return "\(Count.grouped(more)) values" }
        if more > 0 { shown.append("and \(Count.grouped(more)) more") }
        return shown.joined(separator: ", ")
    }

    private func quoted(_ value: String) -> String {
        let scalars = value.unicodeScalars
        guard scalars.count > ExplanationReport.valueScalarsMax else { return JSONOutput.string(value).serialized() }
        let start = String(String.UnicodeScalarView(scalars.prefix(ExplanationReport.valueScalarsMax)))
        return JSONOutput.string(start + "…").serialized()
    }
}
