internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import WireProtocol

// Questions.
extension MessageHandler {
    mutating func answerAuthorize(explain: Bool) throws(WireError) {
        let (decision, explanation) = try decide(scanner.contextRange, inForce.snapshot, explain: explain)
        replies.appendAuthorizeReply(decision, revision: inForce.revision, explanation: explanation)
    }

    /// Goes on with an `AuthorizeMany`, by the snapshot with which it began.
    mutating func goOn(
        _ message: ByteView, _ progress: Connection.Progress, _ budget: inout TurnBudget
    ) throws(WireError) -> MessageOutcome {
        let incoming = try scanner.resume(message, at: progress.cursor, keys: progress.snapshot.tables.keys)
        guard case .authorizeMany(_, let explain) = incoming else { return .answered }
        return answerQuestions(explain: explain, of: progress.snapshot, &budget)
    }

    /// Answers the questions that are left, or as many as the turn's budget allows.
    mutating func answerQuestions(
        explain: Bool, of snapshot: Snapshot, _ budget: inout TurnBudget
    ) -> MessageOutcome {
        let tables = snapshot.tables
        while budget.questions > 0 {
            let next = scanner.nextQuestion(keys: tables.keys)
            let isFirst = scanner.cursor.questionsDone == 1
            switch next {
            case .finished:
                replies.endAnswers(revision: snapshot.revision)
                return .answered
            case .fault(let fault): replies.appendAnswer(fault: fault, isFirst: isFirst)
            case .question(let context):
                answerQuestion(context, snapshot, explain: explain, isFirst: isFirst)
            }
            budget.questions -= 1
        }
        return .partly(Connection.Progress(cursor: scanner.cursor, snapshot: snapshot))
    }

    private mutating func answerQuestion(
        _ context: Range<Int>, _ snapshot: Snapshot, explain: Bool, isFirst: Bool
    ) {
        do throws(WireError) {
            let (decision, explanation) = try decide(context, snapshot, explain: explain)
            replies.appendAnswer(decision, explanation: explanation, isFirst: isFirst)
        } catch {
            replies.appendAnswer(fault: error.questionFault, isFirst: isFirst)
        }
    }

    /// Decides the question in the scanner's view, with one reading of the clock.
    private mutating func decide(
        _ context: Range<Int>, _ snapshot: Snapshot, explain: Bool
    ) throws(WireError) -> (Decision, WireExplanation?) {
        let now = shared.clock.now()
        let session = try sessionPolicies.policies(
            in: scanner.view.session.policies, of: scanner.view, snapshot, field: "session.policies")
        var verdict: Verdict
        var explanation: Explanation?
        do throws(RequestFault) {
            if explain {
                let (trace, told) = try snapshot.explain(
                    &scanner.view, context: context, sessionPolicies: session.map { ($0.tables, $0.sources) },
                    scratch: &scratch, now: now)
                (verdict, explanation) = (trace.verdict, told)
            } else {
                verdict = try Authorizer.decide(
                    &scanner.view, context: context, tables: snapshot.tables, sessionPolicies: session?.tables,
                    scratch: &scratch, now: now)
            }
        } catch {
            throw .badRequest(error.message)
        }
        // After deciding, so that a question that nobody may ask is still refused as such.
        if now.seconds > inForce.trustedUntil {
            verdict = Verdict(.implicitDeny, .stalePolicies)
            explanation?.becomeStale()
        }
        tally.count(verdict.decision)
        return (verdict.decision, explanation.map { WireExplanation($0) })
    }
}

extension Explanation {
    /// Says that the policies are older than the operator allows, whatever they say.
    mutating func becomeStale() {
        reason = .stalePolicies
        summary = "denied because \(Reason.stalePolicies.sentence)"
        deniedBy = []
        matchedStatement = nil
        nearestAllow = nil
    }
}

extension WireExplanation {
    /// The same facts, as replies carry them.
    init(_ explanation: Explanation) {
        self.init(
            reason: explanation.reason.rawValue, summary: explanation.summary, deniedBy: explanation.deniedBy,
            resourceAccount: explanation.resourceAccount,
            matchedStatement: explanation.matchedStatement.map { Statement($0) },
            layers: explanation.layers.map { layer in
                Layer(
                    layer: layer.layer, level: layer.level, outcome: layer.outcome,
                    statements: layer.statements.map { LayerStatement($0) })
            },
            nearestAllow: explanation.nearestAllow.map { nearest in
                NearestAllow(
                    advice: nearest.advice, statement: Statement(nearest.statement),
                    missing: nearest.missing.map {
                        Missing(
                            element: $0.element, wanted: $0.wanted, actual: $0.actual, operator: $0.operator,
                            key: $0.key)
                    })
            })
    }
}

extension WireExplanation.Statement {
    init(_ statement: Explanation.Statement) {
        self.init(
            layer: statement.layer, policy: statement.policy, sid: statement.sid, statementIndex: statement.index,
            file: statement.file, line: statement.line, column: statement.column)
    }
}

extension WireExplanation.LayerStatement {
    init(_ statement: Explanation.Statement) {
        self.init(
            statement: WireExplanation.Statement(statement), effect: statement.effect, outcome: statement.outcome,
            grade: statement.grades.isEmpty ? nil : statement.grades,
            failedConditions: statement.failedConditions.map {
                WireExplanation.Condition(
                    operator: $0.operator, key: $0.key, wanted: $0.wanted, actual: $0.actual)
            })
    }
}
