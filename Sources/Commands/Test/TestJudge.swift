internal import Authorizer
internal import Directory
internal import PolicyModel
internal import PolicySyntax

/// Holds an answer against what a case expects.
struct TestJudge {
    let testCase: TestCase
    /// `nil` for a case with policies of its own.
    let store: String?

    /// Holds an answer against what is expected.
    func outcome(_ answer: TestAnswer) -> TestResult.Outcome {
        guard !testCase.expectation.isRefused else {
            return .error("its policies or its question should be refused, and are accepted")
        }
        let explanation = answer.explanation
        let deciding = explanation?.matchedStatement.map(place)
        let differences = differences(answer, deciding)
        guard !differences.isEmpty else { return .passed }
        return .failed(
            TestFailure(
                differences: differences, reason: answer.verdict.reason.rawValue,
                summary: explanation?.summary ?? "", deniedBy: explanation?.deniedBy ?? [], deciding: deciding,
                conditions: (explanation?.layers ?? []).flatMap(\.statements).flatMap(failedConditions)))
    }

    /// Holds a refusal against what is expected.
    func outcome(_ refusal: TestRefusal) -> TestResult.Outcome {
        let wanted = testCase.expectation
        if wanted.isRefused { return .passed }
        guard let fault = wanted.fault else { return .error(refusal.text) }
        guard refusal.assumptionFault != fault else { return .passed }
        let found = refusal.assumptionFault?.rawValue ?? "another refusal"
        return .failed(
            TestFailure(
                differences: ["fault: expected \(fault.rawValue), got \(found)"], reason: "", summary: refusal.text,
                deniedBy: [], deciding: nil, conditions: []))
    }

    private func differences(_ answer: TestAnswer, _ deciding: TestFailure.Place?) -> [String] {
        let (wanted, got) = (testCase.expectation, answer.verdict.decision.rawValue)
        if let fault = wanted.fault { return ["fault: expected \(fault.rawValue), got the decision \(got)"] }
        var lines: [String] = []
        if let decision = wanted.decision, decision != answer.verdict.decision {
            lines.append("decision: expected \(decision.rawValue), got \(got)")
        }
        if let reason = wanted.reason, reason != answer.verdict.reason.rawValue {
            lines.append("reason: expected \(reason), got \(answer.verdict.reason.rawValue)")
        }
        if let layers = wanted.deniedBy, layers != answer.explanation?.deniedBy {
            lines.append("deniedBy: expected \(layers), got \(answer.explanation?.deniedBy ?? [])")
        }
        if let statement = wanted.statement, !(deciding.map { statement.matches($0) } ?? false) {
            lines.append(
                "statement: expected \(statement.description), got \(deciding?.description ?? "none")")
        }
        if let session = wanted.newSession {
            lines +=
                answer.session.map { session.differences(from: TestExpectation.Session($0)) }
                ?? ["newSession: expected \(session.principal), got none"]
        }
        return lines
    }

    /// The statement with the names of the case, or in the file of the store.
    private func place(_ statement: Explanation.Statement) -> TestFailure.Place {
        var place = TestFailure.Place(
            policy: statement.policy, sid: statement.sid, index: statement.index, effect: statement.effect,
            file: statement.file, line: statement.line)
        if statement.layer == "sessionPolicy" {
            place.policy = AppliedStatement.label(statement, testCase.sessionPolicies)
            return place
        }
        guard let simulation = testCase.world?.simulation else {
            if let store, !place.file.isEmpty { place.file = "\(store)/\(place.file)" }
            return place
        }
        let policies = simulation.policies
        let named = AppliedStatement(statement, policies.boundaries.map { BoundaryUnion($0) }, simulation)
        place.policy = named.policy
        // Boundaries are joined into one document, which is written nowhere.
        if statement.layer == "permissionsBoundary", let source = policies.boundaries?.first?.source {
            (place.file, place.line) = (source.file, source.place(ofStatement: named.index).line)
        }
        return place
    }

    private func failedConditions(_ statement: Explanation.Statement) -> [String] {
        let place = place(statement)
        return statement.failedConditions.map { condition in
            let comparison = condition.comparison
            let actual = comparison.actual.map { "\($0)" } ?? "nothing"
            let resolved = comparison.resolved.map { " (= \($0.map { $0 ?? "no value" }))" } ?? ""
            // `StringNotEquals` and the like hold where their values do not stand.
            let isNot = condition.operator.contains("Not")
            return
                "condition failed: \(condition.operator) \(condition.key) wants \(isNot ? "anything but " : "")\(comparison.wanted)\(resolved),"
                + " has \(actual): \(place.description)"
        }
    }
}

extension TestExpectation.Statement {
    fileprivate func matches(_ place: TestFailure.Place) -> Bool {
        if let index, index != place.index { return false }
        if let sid, sid != place.sid { return false }
        guard let policy else { return true }
        // A managed policy is known by its ARN, and called by its name.
        return Text(policy) == Text(place.policy)
            || (place.policy.hasPrefix("arn:aws:iam::")
                && Text(place.policy).split(at: ASCII.slash).last == Text(policy))
    }

    fileprivate var description: String {
        let parts = [
            policy.map { "policy `\($0)`" }, sid.map { "sid `\($0)`" }, index.map { "index \($0)" },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}
