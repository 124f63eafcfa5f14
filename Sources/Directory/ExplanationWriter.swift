internal import Authorizer
internal import DecisionTree
internal import PolicyModel
internal import PolicySyntax

/// Writes what a trace says for people, within bounds.
struct ExplanationWriter {
    let trace: Trace
    let locator: PolicyLocator
    let asked: AskedQuestion
    let bounds: ExplanationBounds
    let held: HeldKeys

    init(_ trace: Trace, _ locator: PolicyLocator, _ asked: AskedQuestion, _ bounds: ExplanationBounds) {
        self.trace = trace
        self.locator = locator
        self.asked = asked
        self.bounds = bounds
        held = HeldKeys(trace)
    }

    /// Everything but the advice.
    func explanation() -> Explanation {
        let deciding = deciding
        let layers = layers(deciding)
        return Explanation(
            reason: trace.verdict.reason, summary: summary, deniedBy: trace.deniedBy.map { "\($0)" },
            resourceAccount: trace.resourceAccount.isEmpty ? nil : trace.resourceAccount.string,
            matchedStatement: deciding.flatMap { statement($0.record, in: trace.verdict.layer, level: $0.level) },
            layers: layers)
    }

    /// One sentence, in AWS's words where AWS has some.
    private var summary: String {
        let isAllowed = trace.verdict.decision == .allowed
        let who = asked.principal.hasPrefix("arn:") ? "User: \(asked.principal)" : "\(asked.principal)"
        let why =
            isAllowed && trace.action.foldedASCII == "sts:getcalleridentity"
            ? "because it is always allowed to a principal that is known, whatever its policies say"
            : trace.verdict.reason.clause(for: trace.action)
        return "\(who) \(isAllowed ? "is" : "is not") authorized to perform: \(trace.action) on resource: "
            + "\(asked.resource) \(why)"
    }

    // MARK: Statements

    /// The statement that the verdict names, and the level it hangs on.
    private var deciding: (record: Trace.StatementRecord, level: Int?)? {
        let verdict = trace.verdict
        guard verdict.slot != Format.none else { return nil }
        let place: Trace.Place =
            verdict.isInlineSession
            ? .inlineSession(Int(verdict.slot))
            : verdict.registryRank != Format.none
                ? .registry(slot: verdict.slot, rank: verdict.registryRank) : .slot(verdict.slot)
        let level = verdict.level == Format.none ? nil : Int(verdict.level)
        let index = Int(verdict.statementIndex)
        let recorded = trace.layers.lazy.filter { $0.layer == verdict.layer && (level == nil || $0.level == level) }
            .flatMap(\.statements).first { $0.place == place && $0.index == index }
        // A recording that came to its end early may lack it.
        let unrecorded = Trace.StatementRecord(
            place: place, index: index, effect: verdict.decision == .allowed ? .allow : .deny, grades: .attached,
            failedConditions: [])
        return (recorded ?? unrecorded, level)
    }

    private func layers(_ deciding: (record: Trace.StatementRecord, level: Int?)?) -> [Explanation.Layer] {
        let choice = StatementChoice(trace, deciding: deciding?.record, bounds)
        var allowance = ByteAllowance(bounds.bytesMax, bounds)
        var shown: [[(order: Int, statement: Explanation.Statement)]] = trace.layers.map { _ in [] }
        for pick in choice.picks {
            let layer = trace.layers[pick.layer]
            guard let statement = statement(pick.record, in: layer.layer, level: layer.level) else { continue }
            guard allowance.take(statement.weight) else { break }
            shown[pick.layer].append((pick.order, statement))
        }
        return trace.layers.indices.map { number in
            let statements = shown[number].sorted { $0.order < $1.order }.map(\.statement)
            return layer(trace.layers[number], statements, of: choice.counts[number])
        }
    }

    private func layer(
        _ record: Trace.LayerRecord, _ statements: [Explanation.Statement], of count: Int
    ) -> Explanation.Layer {
        let outcome =
            record.denies
            ? "denied" : !record.isSettled ? "unknown" : record.allows.isEmpty ? "silent" : "allowed"
        var layer = Explanation.Layer(
            layer: "\(record.layer)", level: locator.layer(record.layer, level: record.level)?.levelName,
            outcome: outcome, statements: statements)
        layer.statementsLeftOut = count - statements.count
        layer.isComplete = record.isComplete
        return layer
    }

    private func statement(
        _ record: Trace.StatementRecord, in layer: Verdict.Layer, level: Int?
    ) -> Explanation.Statement? {
        guard let located = locator.layer(layer, level: level)?.document(at: record.place) else { return nil }
        var allowance = ByteAllowance(bounds.statementBytesMax, bounds)
        var statement = Explanation.Statement(located, index: record.index, layer: layer, &allowance)
        statement.effect = record.effect.rawValue
        statement.outcome =
            record.grades.isEmpty
            ? "principalMismatch" : record.failedConditions.isEmpty ? "applied" : "conditionFailed"
        statement.grades = record.grades.names
        let document = located.document
        guard document.statements.indices.contains(record.index) else { return statement }
        let conditions = document.statements[record.index].conditions
        let failed = record.failedConditions.filter { conditions.indices.contains($0) }
        for number in failed.prefix(bounds.conditionsMax) where allowance.bytesLeft > 0 {
            statement.failedConditions.append(
                Explanation.FailedCondition(conditions[number], of: document, held, &allowance))
        }
        statement.failedConditionsLeftOut = failed.count - statement.failedConditions.count
        return statement
    }
}

extension Explanation.Statement {
    init(
        _ located: PolicyLocator.Located, index: Int, layer: Verdict.Layer, _ allowance: inout ByteAllowance
    ) {
        self.layer = "\(layer)"
        self.index = index
        policy = allowance.name(Text(located.policy))
        let statements = located.document.statements
        sid = statements.indices.contains(index) ? statements[index].sid.map { allowance.name($0) } : nil
        effect = Effect.allow.rawValue
        outcome = "applied"
        grades = []
        file = located.source.file
        (line, column) = located.source.place(ofStatement: index)
        failedConditions = []
    }

    /// About how many bytes it is as JSON.
    var weight: Int {
        // The names of the members, numbers and codes.
        let members = 200 + 40 * failedConditions.count
        let texts = [policy, sid ?? "", file] + failedConditions.flatMap { [$0.operator, $0.key] }
        return texts.reduce(members) { $0 + ByteAllowance.weight($1) }
            + failedConditions.reduce(0) { $0 + $1.comparison.weight }
    }
}

extension Explanation.Comparison {
    /// About how many bytes it is as JSON.
    var weight: Int {
        let texts = wanted + (actual ?? []) + (resolved ?? []).map { $0 ?? "null" }
        return texts.reduce(60) { $0 + ByteAllowance.weight($1) }
    }
}

extension Explanation.FailedCondition {
    init(
        _ condition: Condition, of document: Document, _ held: HeldKeys, _ allowance: inout ByteAllowance
    ) {
        `operator` = condition.operator.description
        key = allowance.name(condition.key)
        comparison = held.comparison(
            wanted: condition.values,
            expandsVariables: document.expandsVariables && condition.operator.base.takesVariables,
            actual: held.values(of: condition.key), &allowance)
    }
}

extension Grades {
    /// The grades by the names of spec §6.4; none where a statement has no principal element.
    var names: [String] {
        let all: [(Grades, String)] = [
            (.everyone, "everyone"), (.account, "account"), (.user, "user"), (.role, "role"), (.session, "session"),
            (.federatedUser, "federatedUser"), (.service, "service"), (.federated, "federated"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
