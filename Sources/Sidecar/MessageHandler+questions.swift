internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import WireProtocol

// Questions.
extension MessageHandler {
    mutating func answerAuthorize(explain: Bool) throws(WireError) {
        let verdict: Verdict
        do throws(RequestFault) {
            verdict = try decide(scanner.contextRange, inForce.tables)
        } catch {
            throw .badRequest(error.message)
        }
        let explanation = explain ? self.explanation(of: verdict, by: inForce.snapshot) : nil
        replies.appendAuthorizeReply(verdict.decision, revision: inForce.revision, explanation: explanation)
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
                answerQuestion(context, tables, explainedBy: explain ? snapshot : nil, isFirst: isFirst)
            }
            budget.questions -= 1
        }
        return .partly(Connection.Progress(cursor: scanner.cursor, snapshot: snapshot))
    }

    private mutating func answerQuestion(
        _ context: Range<Int>, _ tables: DecisionTables, explainedBy snapshot: Snapshot?, isFirst: Bool
    ) {
        do throws(RequestFault) {
            let verdict = try decide(context, tables)
            let explanation = snapshot.map { self.explanation(of: verdict, by: $0) }
            replies.appendAnswer(verdict.decision, explanation: explanation, isFirst: isFirst)
        } catch {
            replies.appendAnswer(fault: "BadRequest: \(error.message)", isFirst: isFirst)
        }
    }

    /// Decides the question in the scanner's view, with one reading of the clock.
    private mutating func decide(
        _ context: Range<Int>, _ tables: DecisionTables
    ) throws(RequestFault) -> Verdict {
        let now = shared.clock.now()
        var verdict = try Authorizer.decide(
            &scanner.view, context: context, tables: tables, scratch: &scratch, now: now)
        // After deciding, so that a question that nobody may ask is still refused as such.
        // What is said of the credentials is not weighed yet, so nothing may be allowed by leaving it out.
        if scanner.view.session.isGiven { verdict = Verdict(.implicitDeny, .sessionRequired) }
        if now.seconds > inForce.trustedUntil { verdict = Verdict(.implicitDeny, .stalePolicies) }
        tally.count(verdict.decision)
        return verdict
    }

    /// Off the hot path: only when asked for.
    private func explanation(of verdict: Verdict, by snapshot: Snapshot) -> WireExplanation {
        WireExplanation(
            snapshot.explanation(
                of: verdict, principal: scanner.view.principal.text, action: scanner.view.action.text,
                resource: scanner.view.resource.text))
    }
}

extension WireExplanation {
    /// The same facts, as replies carry them.
    init(_ explanation: Explanation) {
        self.init(
            reason: explanation.reason.rawValue, summary: explanation.summary,
            matchedStatement: explanation.matchedStatement.map { statement in
                Statement(
                    layer: statement.layer, policy: statement.policy, sid: statement.sid,
                    statementIndex: statement.index, file: statement.file, line: statement.line,
                    column: statement.column)
            })
    }
}
