internal import JSONDocument
internal import PosternClient

/// An explanation for people: what every kind of policy came to, where that is written, and what is missing.
struct ExplanationReport {
    let style: Style

    /// How many values of a list are shown, and how much of each.
    private static let valuesMax = 6
    private static let valueScalarsMax = 80

    func lines(_ explanation: Explanation) -> [String] {
        var lines = [
            "  why        \(UserLine.of(explanation.summary))", "  reason     \(UserLine.of(explanation.reason))",
        ]
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
        return ["    \(mark(layer.outcome)) \(layer.layer)\(level): \(layer.outcome)"]
            + layer.statements.flatMap(self.statement)
    }

    private func mark(_ outcome: String) -> String {
        switch outcome {
        case "allowed": style.paint("✓", .green)
        case "denied": style.paint("✗", .red)
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
        return lines
            + statement.failedConditions.map {
                "          \(UserLine.of("\($0.operator) \($0.key)")): \(wanted($0.wanted, actual: $0.actual))"
            }
    }

    // MARK: The nearest allow

    private func advice(_ nearest: Explanation.NearestAllow) -> [String] {
        var lines = ["  nearest allow (advice, not part of the decision)", "    \(UserLine.of(nearest.advice))"]
        if let place = place(nearest.statement) { lines.append("      " + style.paint(place, .dim)) }
        return lines
            + nearest.missing.map { missing in
                let test = [missing.operator, missing.key].compactMap { $0 }.joined(separator: " ")
                let what = UserLine.of(test.isEmpty ? missing.element : "\(missing.element) \(test)")
                // Another layer is nothing that a request could have.
                guard missing.element != "layer" else {
                    return "      \(what): \(values(missing.wanted)) would have to allow it, too"
                }
                return "      \(what): \(wanted(missing.wanted, actual: missing.actual))"
            }
    }

    // MARK: Parts

    private func name(_ statement: MatchedStatement) -> String {
        let which = statement.sid.map { "`\($0)`" } ?? "statement \(statement.index)"
        return UserLine.of("\(which) of \(statement.policy)")
    }

    private func place(_ statement: MatchedStatement) -> String? {
        statement.file.isEmpty ? nil : UserLine.of("\(statement.file):\(statement.line):\(statement.column)")
    }

    private func wanted(_ wanted: [String], actual: [String]?) -> String {
        let has = actual.map { "has \(values($0))" } ?? "not in the request"
        return wanted.isEmpty ? has : "wanted \(values(wanted)), \(has)"
    }

    /// Quoted as JSON does it, so that nothing in a value can command a terminal.
    private func values(_ values: [String]) -> String {
        guard !values.isEmpty else { return "nothing" }
        var shown = values.prefix(ExplanationReport.valuesMax).map(quoted)
        if values.count > shown.count { shown.append("and \(Count.grouped(values.count - shown.count)) more") }
        return shown.joined(separator: ", ")
    }

    private func quoted(_ value: String) -> String {
        let scalars = value.unicodeScalars
        guard scalars.count > ExplanationReport.valueScalarsMax else { return UserLine.json(.string(value)) }
        let start = String(String.UnicodeScalarView(scalars.prefix(ExplanationReport.valueScalarsMax)))
        return UserLine.json(.string(start + "…"))
    }
}
