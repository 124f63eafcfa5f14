internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import WireProtocol

// Questions.
extension MessageHandler {
    mutating func answerAuthorize(explain: Bool) throws(WireError) {
        let (verdict, explanation) = try decide(scanner.contextRange, inForce.snapshot, explain: explain)
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
        while budget.questions > 0, !isStopped {
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
            let isExplained = explain && explained.isLeft
            let start = replies.count
            let (verdict, explanation) = try decide(context, snapshot, explain: isExplained)
            let shown = explain ? explanation ?? WireExplanation(abridged: verdict.reason) : nil
            replies.appendAnswer(verdict.decision, explanation: shown, isFirst: isFirst)
            if isExplained { explained.take(bytes: replies.count - start) }
        } catch {
            replies.appendAnswer(fault: error.questionFault, isFirst: isFirst)
        }
    }

    /// Decides the question in the scanner's view, with one reading of the clock.
    private mutating func decide(
        _ context: Range<Int>, _ snapshot: Snapshot, explain: Bool
    ) throws(WireError) -> (Verdict, WireExplanation?) {
        let now = shared.clock.now()
        let session = try sessionPolicies.policies(
            in: scanner.view.session.policies, of: scanner.view, snapshot, field: "session.policies")
        var verdict: Verdict
        var explanation: Explanation?
        do throws(RequestFault) {
            if explain {
                let (trace, told) = try snapshot.explain(
                    &scanner.view, context: context, sessionPolicies: session.map { ($0.tables, $0.sources) },
                    options: explanationOptions, scratch: &scratch, now: now)
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
        return (verdict, explanation.map { WireExplanation($0) })
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
        hints = []
    }
}
