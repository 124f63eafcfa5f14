internal import Authorizer
internal import Directory
internal import PolicyModel
internal import PolicySyntax

/// Holds an answer against what a case expects.
struct TestJudge {
    let testCase: TestCase
    /// `nil` for a case with policies of its own.
    let store: String?

    func outcome(_ trace: Trace, _ explanation: Explanation) -> TestResult.Outcome {
        let deciding = explanation.matchedStatement.map(place)
        let differences = differences(trace.verdict, explanation, deciding)
        guard !differences.isEmpty else { return .passed }
        return .failed(
            TestFailure(
                differences: differences, reason: explanation.reason.rawValue, summary: explanation.summary,
                deniedBy: explanation.deniedBy, deciding: deciding,
                conditions: explanation.layers.flatMap(\.statements).flatMap(failedConditions)))
    }

    private func differences(
        _ verdict: Verdict, _ explanation: Explanation, _ deciding: TestFailure.Place?
    ) -> [String] {
        let wanted = testCase.expectation
        var lines: [String] = []
        if verdict.decision != wanted.decision {
            lines.append(
                "decision: expected \(wanted.decision.rawValue), got \(verdict.decision.rawValue)")
        }
        if let reason = wanted.reason, reason != explanation.reason.rawValue {
            lines.append("reason: expected \(reason), got \(explanation.reason.rawValue)")
        }
        if let layers = wanted.deniedBy, layers != explanation.deniedBy {
            lines.append("deniedBy: expected \(layers), got \(explanation.deniedBy)")
        }
        if let statement = wanted.statement, !(deciding.map { statement.matches($0) } ?? false) {
            lines.append(
                "statement: expected \(statement.description), got \(deciding?.description ?? "none")")
        }
        return lines
    }

    /// The statement with the names of the case, or in the file of the store.
    private func place(_ statement: Explanation.Statement) -> TestFailure.Place {
        var place = TestFailure.Place(
            policy: statement.policy, sid: statement.sid, index: statement.index, effect: statement.effect,
            file: statement.file, line: statement.line)
        if let store, statement.layer != "sessionPolicy" {
            if !place.file.isEmpty { place.file = "\(store)/\(place.file)" }
            return place
        }
        let policies = testCase.simulation.policies
        let named = AppliedStatement(statement, policies.boundaries.map { BoundaryUnion($0) }, testCase.simulation)
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
            return "condition failed: \(condition.operator) \(condition.key) wants \(comparison.wanted)\(resolved),"
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
