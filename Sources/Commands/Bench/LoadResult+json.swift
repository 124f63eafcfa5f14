internal import JSONDocument

// The result for programs.
extension LoadResult {
    var json: String {
        var members: [(String, JSONOutput)] = [
            ("socket", .string(socketPath)), ("revision", .string(revision)),
            ("loop", plan.requestsPerSecond == nil ? "closed" : "open"), ("connections", .int(plan.connections)),
            ("threads", .int(plan.threads)),
        ]
        if let rate = plan.requestsPerSecond {
            members.append(("requestsPerSecondAsked", LoadResult.number(rate)))
        } else {
            members.append(("pipeline", .int(plan.pipeline)))
        }
        if let batch = plan.batch { members.append(("batch", .int(batch))) }
        members += [
            ("warmupSeconds", LoadResult.number(plan.warmupSeconds)), ("measuredSeconds", LoadResult.number(seconds)),
            ("requests", .int(requests)), ("requestsPerSecond", LoadResult.number(requestsPerSecond)),
            ("questions", .int(questions)),
            (
                "questionsPerSecond",
                LoadResult.number(requestsPerSecond * Double(plan.questionsEach))
            ),
            ("allowed", .int(answered.allowed)), ("explicitDeny", .int(answered.explicitDeny)),
            ("implicitDeny", .int(answered.implicitDeny)), ("errors", .array(answered.faults.map(\.json))),
            ("connectionsLost", .int(tally.connectionsLost)),
        ]
        members += [("latencyNanoseconds", .object(latencies.map { ($0.name, LoadResult.number($0.nanoseconds)) }))]
        if let verdict { members += openLoopMembers(verdict) }
        members += [
            ("distribution", .array(distribution(steps: LoadResult.steps).map(LoadResult.step))),
            ("warnings", .array(warnings.map { .string($0) })),
        ]
        return JSONOutput.object(members).serialized()
    }

    /// Steps of the distribution for each halving of what is left.
    private static let steps = 5

    private func openLoopMembers(_ verdict: LoadVerdict) -> [(String, JSONOutput)] {
        let sentLate = tally.delays.map { ($0.name, LoadResult.number($0.nanoseconds)) }
        return [
            ("keptUp", .bool(verdict == .keptUp)), ("due", .int(due ?? 0)),
            ("backlog", .object([("waiting", .int(tally.backlog.waiting)), ("unsent", .int(tally.backlog.unsent))])),
            ("sentLateNanoseconds", .object(sentLate)),
        ]
    }

    private static func step(_ percentile: Double, _ nanoseconds: Double) -> JSONOutput {
        // Enough digits for the last of ten million.
        .array([.number(FixedText.of(percentile, decimals: 6)), number(nanoseconds)])
    }

    /// Whole where it is, else with three decimals.
    private static func number(_ value: Double) -> JSONOutput {
        .number(FixedText.of(value, decimals: value == value.rounded() ? 0 : 3))
    }
}

extension LoadFault {
    fileprivate var json: JSONOutput {
        .object([("name", .string(name)), ("count", .int(count)), ("example", .string(example))])
    }
}
