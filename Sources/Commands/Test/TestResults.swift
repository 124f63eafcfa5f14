internal import Directory
internal import JSONDocument

/// What came of one case.
struct TestResult {
    var name: String
    /// The file of the case, and its line there.
    var file: String
    var line: Int
    var outcome: Outcome

    enum Outcome {
        case passed
        case failed(TestFailure)
        /// The question cannot be asked.
        case error(String)
    }

    var isPassed: Bool {
        if case .passed = outcome { true } else { false }
    }
}

/// How an answer differs from what it should be, and why it came out so.
struct TestFailure {
    /// Such as `decision: expected allowed, got implicitDeny`.
    var differences: [String]
    var reason: String
    var summary: String
    var deniedBy: [String]
    /// The statement that decided.
    var deciding: Place?
    /// Statements that would have applied but for their conditions.
    var conditions: [String]

    /// A statement and where it is written.
    struct Place {
        var policy: String
        var sid: String?
        var index: Int
        var effect: String
        var file: String
        var line: Int

        /// For people.
        var description: String {
            let name = sid.map { "`\($0)`" } ?? "statement \(index)"
            return "\(effect) \(name) of `\(policy)`" + (file.isEmpty ? "" : " at \(file):\(line)")
        }
    }

    /// Everything, a line each.
    var lines: [String] {
        var lines = differences
        // What is refused has no reason, only words.
        if !reason.isEmpty { lines.append("reason: \(reason)") }
        if !summary.isEmpty { lines.append(summary) }
        if !deniedBy.isEmpty { lines.append("denied by: \(deniedBy.joined(separator: ", "))") }
        if let deciding { lines.append("decided by: \(deciding.description)") }
        return lines + conditions
    }
}

/// Everything that a run found.
struct TestResults {
    var results: [TestResult] = []
    var coverage: Coverage?

    var failureCount: Int { results.filter { !$0.isPassed }.count }

    /// For programs.
    var json: String {
        var members: [(String, JSONOutput)] = [
            ("cases", .int(results.count)), ("passed", .int(results.count - failureCount)),
            ("failed", .int(failureCount)), ("results", .array(results.map(\.json))),
        ]
        if let coverage { members.append(("coverage", coverage.json)) }
        return JSONOutput.object(members).serialized()
    }
}

extension TestResult {
    fileprivate var json: JSONOutput {
        var members: [(String, JSONOutput)] = [
            ("name", .string(name)), ("file", .string(file)), ("line", .int(line)),
        ]
        switch outcome {
        case .passed: members.append(("outcome", "passed"))
        case .error(let message): members += [("outcome", "error"), ("message", .string(message))]
        case .failed(let failure): members += [("outcome", "failed")] + failure.members
        }
        return .object(members)
    }
}

extension TestFailure {
    fileprivate var members: [(String, JSONOutput)] {
        func texts(_ texts: [String]) -> JSONOutput { .array(texts.map { .string($0) }) }
        var members: [(String, JSONOutput)] = [
            ("differences", texts(differences)), ("reason", .string(reason)), ("summary", .string(summary)),
            ("deniedBy", texts(deniedBy)), ("failedConditions", texts(conditions)),
        ]
        if let deciding {
            members.append(
                (
                    "statement",
                    .object([
                        ("policy", .string(deciding.policy)), ("sid", deciding.sid.map { .string($0) } ?? .null),
                        ("index", .int(deciding.index)), ("effect", .string(deciding.effect)),
                        ("file", .string(deciding.file)), ("line", .int(deciding.line)),
                    ])
                ))
        }
        return members
    }
}
