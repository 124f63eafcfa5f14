internal import Directory
internal import PolicyModel
internal import WireProtocol

extension WireExplanation {
    /// The same facts, as replies carry them.
    init(_ explanation: Explanation) {
        self.init(
            reason: explanation.reason.rawValue, summary: explanation.summary, deniedBy: explanation.deniedBy,
            resourceAccount: explanation.resourceAccount,
            matchedStatement: explanation.matchedStatement.map { Statement($0) },
            layers: explanation.layers.map { Layer($0) },
            nearestAllow: explanation.nearestAllow.map { NearestAllow($0) })
        hints = explanation.hints
    }

    /// The reason alone.
    init(abridged reason: Reason) {
        self.init(reason: reason.rawValue, summary: "")
        isAbridged = true
    }
}

extension WireExplanation.Layer {
    fileprivate init(_ layer: Explanation.Layer) {
        self.init(
            layer: layer.layer, level: layer.level, outcome: layer.outcome,
            statements: layer.statements.map { WireExplanation.LayerStatement($0) })
        statementsLeftOut = layer.statementsLeftOut
        isIncomplete = !layer.isComplete
    }
}

extension WireExplanation.Statement {
    fileprivate init(_ statement: Explanation.Statement) {
        self.init(
            layer: statement.layer, policy: statement.policy, sid: statement.sid, statementIndex: statement.index,
            file: statement.file, line: statement.line, column: statement.column)
    }
}

extension WireExplanation.LayerStatement {
    fileprivate init(_ statement: Explanation.Statement) {
        self.init(
            statement: WireExplanation.Statement(statement), effect: statement.effect, outcome: statement.outcome,
            grade: statement.grades.isEmpty ? nil : statement.grades,
            failedConditions: statement.failedConditions.map { WireExplanation.Condition($0) })
        failedConditionsLeftOut = statement.failedConditionsLeftOut
    }
}

extension WireExplanation.Condition {
    fileprivate init(_ condition: Explanation.FailedCondition) {
        self.init(
            operator: condition.operator, key: condition.key, wanted: condition.comparison.wanted,
            actual: condition.comparison.actual)
        details = WireExplanation.Details(condition.comparison)
    }
}

extension WireExplanation.Details {
    fileprivate init(_ comparison: Explanation.Comparison) {
        self.init(
            resolved: comparison.resolved, wantedLeftOut: comparison.wantedLeftOut,
            actualLeftOut: comparison.actualLeftOut)
    }
}

extension WireExplanation.NearestAllow {
    fileprivate init(_ nearest: Explanation.NearestStatement) {
        self.init(
            advice: nearest.advice, statement: WireExplanation.Statement(nearest.statement),
            missing: nearest.missing.map { WireExplanation.Missing($0) })
        missingLeftOut = nearest.missingLeftOut
    }
}

extension WireExplanation.Missing {
    fileprivate init(_ missing: Explanation.Missing) {
        self.init(
            element: missing.element, wanted: missing.comparison.wanted, actual: missing.comparison.actual,
            operator: missing.operator, key: missing.key)
        isNot = missing.isNot
        details = WireExplanation.Details(missing.comparison)
    }
}
