internal import PolicyModel
internal import WireProtocol

// The wire's values as the client's: what is answered.
extension Answer {
    init(_ answer: WireAnswer, revision: String, source: WireValue) {
        self.init(
            isAllowed: answer.allowed, decision: Decision(answer.decision), revision: revision, error: answer.error,
            explanation: Explanation(answer, source: source))
    }
}

extension AssumedRole {
    init(_ role: WireAssumedRole, source: WireValue) {
        self.init(
            isAllowed: role.answer.allowed, decision: Decision(role.answer.decision),
            principal: role.answer.allowed ? role.principal : nil,
            session: role.answer.allowed ? role.session.map { Session($0) } : nil,
            sessionJSON: role.answer.allowed ? source["session"]?.json : nil, revision: role.revision,
            explanation: Explanation(role.answer, source: source))
    }
}

extension Decision {
    fileprivate init(_ decision: PolicyModel.Decision) {
        switch decision {
        case .allowed: self = .allowed
        case .explicitDeny: self = .explicitDeny
        case .implicitDeny: self = .implicitDeny
        }
    }
}

extension Session {
    fileprivate init(_ session: WireSession) {
        self.init()
        policies = session.policies
        policyARNs = session.policyARNs
        tags = session.tags.map { $0.map { SessionTag($0.key, $0.value) } }
        transitiveTagKeys = session.transitiveTagKeys
        sourceIdentity = session.sourceIdentity
        federatedProvider = session.federatedProvider
        issued = session.issued
        mfaPresent = session.mfaPresent
        mfaAgeSeconds = session.mfaAgeSeconds
        user = session.user
    }
}

extension Explanation {
    fileprivate init?(_ answer: WireAnswer, source: WireValue) {
        guard let explanation = answer.explanation else { return nil }
        self.init(
            reason: explanation.reason, summary: explanation.summary, deniedBy: explanation.deniedBy,
            resourceAccount: explanation.resourceAccount,
            matchedStatement: explanation.matchedStatement.map { MatchedStatement($0) },
            layers: explanation.layers.map { Layer($0) },
            nearestAllow: explanation.nearestAllow.map { NearestAllow($0) }, hints: explanation.hints,
            isAbridged: explanation.isAbridged,
            json: source["explanation"]?.json ?? "{}")
    }
}

extension MatchedStatement {
    fileprivate init(_ statement: WireExplanation.Statement) {
        self.init(
            layer: statement.layer, policy: statement.policy, sid: statement.sid, index: statement.statementIndex,
            file: statement.file ?? "", line: statement.line ?? 0, column: statement.column ?? 0)
    }
}

extension Explanation.Layer {
    fileprivate init(_ layer: WireExplanation.Layer) {
        self.init(
            layer: layer.layer, level: layer.level, outcome: layer.outcome,
            statements: layer.statements.map { statement in
                Explanation.Statement(
                    statement: MatchedStatement(statement.statement), effect: statement.effect,
                    outcome: statement.outcome, grades: statement.grade ?? [],
                    failedConditions: statement.failedConditions.map {
                        Explanation.FailedCondition(
                            operator: $0.operator, key: $0.key, wanted: $0.wanted, actual: $0.actual,
                            details: Explanation.Details($0.details))
                    }, failedConditionsLeftOut: statement.failedConditionsLeftOut)
            }, statementsLeftOut: layer.statementsLeftOut, isIncomplete: layer.isIncomplete)
    }
}

extension Explanation.Details {
    fileprivate init(_ details: WireExplanation.Details) {
        self.init(
            resolved: details.resolved, wantedLeftOut: details.wantedLeftOut, actualLeftOut: details.actualLeftOut)
    }
}

extension Explanation.NearestAllow {
    fileprivate init(_ nearest: WireExplanation.NearestAllow) {
        self.init(
            advice: nearest.advice, statement: MatchedStatement(nearest.statement),
            missing: nearest.missing.map {
                Explanation.Missing(
                    element: $0.element, isNot: $0.isNot, operator: $0.operator, key: $0.key, wanted: $0.wanted,
                    actual: $0.actual, details: Explanation.Details($0.details))
            }, missingLeftOut: nearest.missingLeftOut)
    }
}
