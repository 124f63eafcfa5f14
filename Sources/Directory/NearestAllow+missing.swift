internal import Authorizer
internal import DecisionTree
internal import PolicyModel
internal import PolicySyntax

// What each candidate lacks, and which lacks least.
extension NearestAllow {
    /// What a candidate lacks, and what that costs.
    private struct Lack {
        var candidate: Candidate
        /// Which parts do not match.
        var parts: [Part]
        /// Which of its conditions do not hold.
        var conditions: [Int]
        /// The layers that would have to allow it too.
        var others: [Verdict.Layer]
        var cost: Int
    }

    /// The candidate that lacks least, by a probe of the documents.
    func nearest(by probe: Probe, _ held: HeldKeys, _ bounds: ExplanationBounds) -> Explanation.NearestStatement? {
        var records: [Int: Trace.StatementRecord] = [:]
        for record in probe.statements {
            if case .inlineSession(let number) = record.place { records[number] = record }
        }
        // Of the last ones it may not be known what they lack.
        let known = candidates.prefix(probe.documentCount / Part.allCases.count)
        let lacks = known.enumerated().compactMap { number, candidate in
            lack(candidate, records: Part.allCases.map { records[number * Part.allCases.count + $0.rawValue] })
        }
        return lacks.min { $0.cost < $1.cost }.map { written($0, held, bounds) }
    }

    /// What a candidate lacks; `nil` where that would be no advice.
    private func lack(_ candidate: Candidate, records: [Trace.StatementRecord?]) -> Lack? {
        let parts = Part.allCases.filter { $0 != .conditions && !(records[$0.rawValue]?.applies ?? false) }
        let conditions = (records[Part.conditions.rawValue]?.failedConditions ?? [])
            .filter { candidate.statement.conditions.indices.contains($0) }
        guard !parts.isEmpty || !conditions.isEmpty else { return nil }
        let isForeign = parts.contains(.action) && !isOfService(candidate.statement)
        // Of another service than the assumption of a role: no change of it would be advice.
        guard !isForeign || !trace.action.foldedASCII.hasPrefix("sts:") else { return nil }
        let named = records[Part.principal.rawValue]?.grades ?? []
        let grades: Grades =
            candidate.layer == .resourcePolicy ? (named.isEmpty ? trace.closestGrade : named) : .attached
        let others = trace.layersLacking(besides: candidate.layer, level: candidate.level, grades: grades)
        let cost = parts.reduce(2 * conditions.count + 6 * others.count) { cost, part in
            cost + (part == .action ? (isForeign ? 12 : 6) : 5)
        }
        return Lack(candidate: candidate, parts: parts, conditions: conditions, others: others, cost: cost)
    }

    private func isOfService(_ statement: Statement) -> Bool {
        let service = Text((trace.action.foldedASCII.split(at: ASCII.colon).first?.string ?? "") + ":")
        return statement.action.patterns.contains { $0.foldedASCII.hasPrefix(service) }
    }

    // MARK: In words

    private func written(
        _ lack: Lack, _ held: HeldKeys, _ bounds: ExplanationBounds
    ) -> Explanation.NearestStatement {
        var allowance = ByteAllowance(bounds.statementBytesMax, bounds)
        let candidate = lack.candidate
        let statement = Explanation.Statement(
            candidate.located, index: candidate.index, layer: candidate.layer, &allowance)
        var missing = lack.parts.map { self.missing($0, candidate, held, &allowance) }
        let document = candidate.located.document
        for number in lack.conditions.prefix(bounds.conditionsMax) where allowance.bytesLeft > 0 {
            let failed = Explanation.FailedCondition(
                candidate.statement.conditions[number], of: document, held, &allowance)
            missing.append(
                Explanation.Missing(
                    element: "condition", operator: failed.operator, key: failed.key, comparison: failed.comparison))
        }
        let leftOut = lack.parts.count + lack.conditions.count - missing.count
        if !lack.others.isEmpty {
            missing.append(
                Explanation.Missing(
                    element: "layer", comparison: Explanation.Comparison(wanted: lack.others.map { "\($0)" })))
        }
        return Explanation.NearestStatement(
            advice: NearestAllow.advice(statement, missing), statement: statement, missing: missing,
            missingLeftOut: leftOut)
    }

    private func missing(
        _ part: Part, _ candidate: Candidate, _ held: HeldKeys, _ allowance: inout ByteAllowance
    ) -> Explanation.Missing {
        let statement = candidate.statement
        switch part {
        case .action:
            let isNot = if case .notAction = statement.action { true } else { false }
            return Explanation.Missing(
                element: "action", isNot: isNot,
                comparison: held.comparison(
                    wanted: statement.action.patterns, expandsVariables: false, actual: [trace.action], &allowance))
        case .resource:
            let isNot = if case .notResource = statement.resource { true } else { false }
            return Explanation.Missing(
                element: "resource", isNot: isNot,
                comparison: held.comparison(
                    wanted: statement.resource?.patterns ?? [],
                    expandsVariables: candidate.located.document.expandsVariables, actual: [asked.resource],
                    &allowance))
        case .principal, .conditions:
            let patterns = statement.principal?.patterns ?? []
            return Explanation.Missing(
                element: "principal",
                comparison: held.comparison(
                    wanted: patterns.map(\.written.value), expandsVariables: false,
                    actual: whoAsks(for: patterns, isTrust: candidate.isTrust), &allowance))
        }
    }

    /// What principals are compared with: of a bearer the provider whose token it presents; of a session the provider
    /// too, where nothing else is named.
    private func whoAsks(for patterns: [PrincipalPattern], isTrust: Bool) -> [Text]? {
        if trace.caller.kind == .bearer { return [asked.provider] }
        let isOfProviders = patterns.allSatisfy { if case .federated = $0 { true } else { false } }
        guard isOfProviders, !patterns.isEmpty, !isTrust else { return [asked.principal] }
        return asked.provider.isEmpty ? nil : [asked.provider]
    }

    private static func advice(_ statement: Explanation.Statement, _ missing: [Explanation.Missing]) -> String {
        let name = statement.sid.map { "statement `\($0)`" } ?? "statement \(statement.index)"
        let parts = missing.map { part in
            switch part.element {
            case "condition": "`\(part.operator ?? "")` on `\(part.key ?? "")` does not hold"
            case "layer": "\(part.comparison.wanted.joined(separator: " and ")) would have to allow it too"
            case "action" where part.isNot: "its `NotAction` names the action"
            case "resource" where part.isNot: "its `NotResource` names the resource"
            default: "its \(part.element) does not match"
            }
        }
        return "\(name) of `\(statement.policy)` comes closest: \(parts.joined(separator: "; "))"
    }
}
