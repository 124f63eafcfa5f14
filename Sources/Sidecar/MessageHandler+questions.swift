internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import WireProtocol

// Questions.
extension MessageHandler {
    mutating func answerAuthorize(explain: Bool) throws(WireError) {
        guard explain else {
            let verdict = try decide(scanner.contextRange, inForce.view)
            return replies.append(inForce.replies[verdict.decision])
        }
        let (verdict, explanation) = try decideAndExplain(scanner.contextRange, inForce.snapshot)
        replies.appendAuthorizeReply(verdict.decision, revision: inForce.revision, explanation: explanation)
    }

    /// Goes on with an `AuthorizeMany`, by the snapshot with which it began.
    mutating func goOn(
        _ message: ByteView, _ progress: Connection.Progress, _ budget: inout TurnBudget
    ) throws(WireError) -> MessageOutcome {
        if !explains, !scanner.holds(message, at: progress.cursor) {
            budget.questions = SidecarLimits.rereadQuestionsMax
        }
        let incoming = try scanner.resume(message, at: progress.cursor, keys: progress.snapshot.tables.keys)
        guard case .authorizeMany(_, let explain) = incoming else { return .answered }
        answeringRevision = progress.recordedRevision
        return answerQuestions(explain: explain, of: progress.snapshot, &budget)
    }

    /// Answers the questions that are left, or as many as the turn's budget allows.
    mutating func answerQuestions(
        explain: Bool, of snapshot: Snapshot, _ budget: inout TurnBudget
    ) -> MessageOutcome {
        defer { extendLifetime(snapshot) }
        let tables = snapshot.tables.view
        var lookahead = CallerLookahead()
        let first = scanner.cursor.questionsDone
        for index in first..<first + CallerLookahead.distance {
            lookahead.begin(index, principal: scanner.principalAhead(index), in: tables)
        }
        // A call whose last question was the budget's last one ends in this turn.
        while !scanner.isHalfway || (budget.hasRoom && !isStopped) {
            let index = scanner.cursor.questionsDone
            let farthest = index + CallerLookahead.distance
            lookahead.begin(farthest, principal: scanner.principalAhead(farthest), in: tables)
            lookahead.advance(index, in: tables)
            let next = scanner.nextQuestion(keys: tables.keys)
            let isFirst = index == 0
            if lookahead.entry(index) != 0 { scratch.userGuess = lookahead.entry(index) }
            switch next {
            case .finished:
                replies.endAnswers(revision: snapshot.revision)
                return .answered
            case .fault(let fault): replies.appendAnswer(fault: fault, isFirst: isFirst)
            case .question(let context):
                answerQuestion(context, snapshot, tables, explain: explain, isFirst: isFirst)
            }
            budget.questions -= 1
            charge(&budget)
        }
        return .partly(
            Connection.Progress(
                cursor: scanner.cursor, snapshot: snapshot, recordedRevision: answeringRevision))
    }

    private mutating func answerQuestion(
        _ context: Range<Int>, _ snapshot: Snapshot, _ tables: TablesView, explain: Bool, isFirst: Bool
    ) {
        do throws(WireError) {
            guard explain else {
                let verdict = try decide(context, tables, of: snapshot)
                return replies.appendAnswer(verdict.decision, isFirst: isFirst)
            }
            guard explained.isLeft else {
                let verdict = try decide(context, tables, of: snapshot)
                let abridged = WireExplanation(abridged: verdict.reason)
                return replies.appendAnswer(verdict.decision, explanation: abridged, isFirst: isFirst)
            }
            let start = replies.count
            let (verdict, explanation) = try decideAndExplain(context, snapshot)
            replies.appendAnswer(verdict.decision, explanation: explanation, isFirst: isFirst)
            explained.take(bytes: replies.count - start)
        } catch {
            replies.appendAnswer(fault: error.questionFault, isFirst: isFirst)
        }
    }

    /// Decides the question in the scanner's view, by the turn's reading of the clock.
    ///
    /// - Parameter tables: those of the snapshot, which its holder keeps for as long as this runs.
    /// - Parameter snapshot: whose they are; `nil` for what is in force.
    private mutating func decide(
        _ context: Range<Int>, _ tables: TablesView, of snapshot: Snapshot? = nil
    ) throws(WireError) -> Verdict {
        guard scanner.view.session.policies.isEmpty else {
            return try decideInSession(context, snapshot ?? inForce.snapshot)
        }
        let now = time()
        let verdict: Verdict
        do throws(RequestFault) {
            verdict = try Authorizer.decide(
                &scanner.view, context: context, tables: tables, scratch: &scratch, now: now)
        } catch {
            throw .badRequest(error.message)
        }
        return settled(verdict, now)
    }

    /// Decides a question that brings session policies of its own.
    private mutating func decideInSession(_ context: Range<Int>, _ snapshot: Snapshot) throws(WireError) -> Verdict {
        let now = time()
        let session = try sessionPolicies.policies(
            in: scanner.view.session.policies, of: scanner.view, snapshot, field: "session.policies")
        let verdict: Verdict
        do throws(RequestFault) {
            verdict = try Authorizer.decide(
                &scanner.view, context: context, tables: snapshot.tables, sessionPolicies: session?.tables,
                scratch: &scratch, now: now)
        } catch {
            throw .badRequest(error.message)
        }
        return settled(verdict, now)
    }

    /// Decides the question in the scanner's view, and says why.
    private mutating func decideAndExplain(
        _ context: Range<Int>, _ snapshot: Snapshot
    ) throws(WireError) -> (Verdict, WireExplanation) {
        let now = time()
        let session = try sessionPolicies.policies(
            in: scanner.view.session.policies, of: scanner.view, snapshot, field: "session.policies")
        let trace: Trace
        var explanation: Explanation
        do throws(RequestFault) {
            (trace, explanation) = try snapshot.explain(
                &scanner.view, context: context, sessionPolicies: session.map { ($0.tables, $0.sources) },
                options: explanationOptions, scratch: &scratch, now: now)
        } catch {
            throw .badRequest(error.message)
        }
        if now.seconds > inForce.trustedUntil { explanation.becomeStale() }
        return (settled(trace.verdict, now), WireExplanation(explanation))
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
