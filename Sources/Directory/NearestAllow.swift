internal import Authorizer
internal import DecisionTree
internal import PolicyModel
internal import PolicySyntax

/// The Allow that came closest to letting a question through: a bounded search, and no more than advice.
///
/// Each candidate is taken apart into documents that test one element alone; the walker itself then says which of them
/// apply, as if they were session policies, so that no third meaning of the language is written here.
struct NearestAllow {
    /// Statements that are looked at, the first of the layer.
    static let candidatesMax = 100

    private let layer: Verdict.Layer
    private let trace: Trace
    private let candidates: [(located: PolicyLocator.Located, index: Int, statement: Statement)]

    init(layer: Verdict.Layer, trace: Trace, locator: PolicyLocator) {
        self.layer = layer
        self.trace = trace
        // A level that is silent is the one to change.
        let level = trace.layers.first { $0.layer == layer && $0.allows.isEmpty }?.level
        let ranks = Set(trace.layers.filter { $0.layer == layer }.flatMap(\.statements).map(\.place))
        let documents = locator.documents(of: layer, level: level)
            .filter { located in
                // Registry entries that do not match the resource are no candidates.
                guard case .registry = located.place, let place = located.place else { return true }
                return ranks.contains(place)
            }
        candidates = Array(
            documents.flatMap { located in
                located.source.document.statements.enumerated()
                    .filter { $0.element.effect == .allow }.map { (located, $0.offset, $0.element) }
            }.prefix(NearestAllow.candidatesMax))
    }

    /// The parts of all candidates as documents, four of each; `nil` when there is no candidate.
    func documents() -> [Document]? {
        guard !candidates.isEmpty else { return nil }
        return candidates.flatMap { candidate in
            parts(of: candidate.statement).map {
                Document(version: candidate.located.source.document.version, statements: [$0])
            }
        }
    }

    /// A statement that tests the action alone, the resource alone, the principal alone, and the conditions alone.
    private func parts(of statement: Statement) -> [Statement] {
        let any = ActionElement.action(["*"])
        let everywhere = ResourceElement.resource(["*"])
        return [
            Statement(effect: .allow, action: statement.action, resource: everywhere),
            Statement(effect: .allow, action: any, resource: statement.resource ?? everywhere),
            Statement(effect: .allow, principal: statement.principal, action: any, resource: everywhere),
            Statement(effect: .allow, action: any, resource: everywhere, conditions: statement.conditions),
        ]
    }

    /// The candidate that lacks least, from a trace that took the parts for session policies.
    func nearest(
        by probe: Trace, action: Text, resource: Text, principal: Text
    ) -> Explanation.NearestStatement? {
        let records = probe.layers.filter { $0.layer == .sessionPolicy }.flatMap(\.statements)
        var parts: [Int: Trace.StatementRecord] = [:]
        for record in records {
            if case .inlineSession(let number) = record.place { parts[number] = record }
        }
        let asked = Asked(action: action, resource: resource, principal: principal)
        let scored = candidates.indices.map { number in
            (number, missing(number, parts, asked, probe))
        }.filter { !$0.1.isEmpty && !isForeign($0.1, to: action) }
        guard let (number, missing) = scored.min(by: { cost($0.1) < cost($1.1) }) else { return nil }
        let candidate = candidates[number]
        let statement = Explanation.Statement(candidate.located, index: candidate.index, layer: layer)
        let others = trace.deniedBy.filter { $0 != layer }.map { "\($0)" }
        let all = missing + (others.isEmpty ? [] : [Explanation.Missing(element: "layer", wanted: others, actual: nil)])
        return Explanation.NearestStatement(
            advice: NearestAllow.advice(statement, all), statement: statement, missing: all)
    }

    private struct Asked {
        var action: Text
        var resource: Text
        var principal: Text
    }

    private func missing(
        _ number: Int, _ parts: [Int: Trace.StatementRecord], _ asked: Asked, _ probe: Trace
    ) -> [Explanation.Missing] {
        let statement = candidates[number].statement
        func applies(_ part: Int) -> Bool { parts[number * 4 + part]?.applies ?? false }
        var missing: [Explanation.Missing] = []
        if !applies(0) {
            let wanted = texts(statement.action.patterns)
            missing.append(.init(element: "action", wanted: wanted, actual: [asked.action.string]))
        }
        if !applies(1) {
            let wanted = texts(statement.resource?.patterns ?? [])
            missing.append(.init(element: "resource", wanted: wanted, actual: [asked.resource.string]))
        }
        if !applies(2) {
            let wanted = statement.principal?.patterns.map(\.written.value.string) ?? []
            missing.append(.init(element: "principal", wanted: wanted, actual: [asked.principal.string]))
        }
        let failed = parts[number * 4 + 3]?.failedConditions ?? []
        for condition in failed.map({ Explanation.FailedCondition(statement.conditions[$0], probe) }) {
            missing.append(
                .init(
                    element: "condition", operator: condition.operator, key: condition.key, wanted: condition.wanted,
                    actual: condition.actual))
        }
        return missing
    }

    private func texts(_ patterns: [Text]) -> [String] { patterns.map(\.string) }

    /// A condition is soonest mended; an action of another service is furthest off.
    private func cost(_ missing: [Explanation.Missing]) -> Int {
        missing.reduce(0) { cost, part in
            switch part.element {
            case "condition": cost + 2
            case "resource": cost + 5
            case "principal": cost + 5
            default: cost + (NearestAllow.isOfService(part) ? 6 : 12)
            }
        }
    }

    /// Whether a statement is about another service than the assumption of a role: no change of it would be advice.
    private func isForeign(_ missing: [Explanation.Missing], to action: Text) -> Bool {
        action.foldedASCII.hasPrefix("sts:")
            && missing.contains { $0.element == "action" && !NearestAllow.isOfService($0) }
    }

    private static func isOfService(_ part: Explanation.Missing) -> Bool {
        let service = part.actual?.first?.split(separator: ":").first.map { $0.lowercased() } ?? ""
        return part.wanted.contains { $0.lowercased().hasPrefix(service + ":") }
    }

    private static func advice(_ statement: Explanation.Statement, _ missing: [Explanation.Missing]) -> String {
        let name = statement.sid.map { "statement `\($0)`" } ?? "statement \(statement.index)"
        let parts = missing.map { part in
            switch part.element {
            case "condition": "`\(part.operator ?? "")` on `\(part.key ?? "")` does not hold"
            case "layer": "\(part.wanted.joined(separator: " and ")) would have to allow it too"
            default: "its \(part.element) does not match"
            }
        }
        return "\(name) of `\(statement.policy)` comes closest: \(parts.joined(separator: "; "))"
    }
}

extension Trace {
    /// Where an Allow would help most: in the layer that the reason of an implicit deny names.
    var layerToMend: Verdict.Layer? {
        guard verdict.decision == .implicitDeny else { return nil }
        let named: Verdict.Layer =
            switch verdict.reason {
            case .resourcePolicy, .trustPolicy: .resourcePolicy
            case .permissionsBoundary: .permissionsBoundary
            case .sessionPolicy: .sessionPolicy
            case .serviceControlPolicy: .serviceControlPolicy
            default: .identityPolicy
            }
        return deniedBy.contains(named) ? named : deniedBy.first
    }
}
