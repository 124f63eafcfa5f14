internal import JSONDocument

/// A run's result for people.
struct LoadReport {
    let style: Style

    func text(_ result: LoadResult) -> String {
        var lines = [
            "\(LoadReport.call(result.plan)), \(LoadReport.setting(result.plan))",
            "  " + LoadReport.circumstances(result), "",
        ]
        lines += counts(result)
        lines += faults(result.answered.faults)
        lines += [""] + LoadReport.table(result.latencies)
        if result.plan.requestsPerSecond != nil { lines.append(LoadReport.delays(result.tally)) }
        let warnings = result.warnings.map { style.paint("warning:", .yellow) + " " + UserLine.of($0) }
        if !warnings.isEmpty { lines += [""] + warnings }
        return lines.joined(separator: "\n")
    }

    /// What was called: `AuthorizeMany of 100 questions`.
    static func call(_ plan: LoadPlan) -> String {
        plan.batch.map { "AuthorizeMany of \(Count.of($0, "question"))" } ?? "Authorize"
    }

    /// How the load was put on: `closed loop: 4 connections, 16 requests under way on each`.
    static func setting(_ plan: LoadPlan) -> String {
        let connections = Count.of(plan.connections, "connection")
        if let rate = plan.requestsPerSecond {
            return "open loop: \(number(rate)) requests a second over \(connections)"
        }
        let underWay = Count.of(plan.pipeline, "request") + " under way" + (plan.connections > 1 ? " on each" : "")
        return "closed loop: \(connections), \(underWay)"
    }

    private static func circumstances(_ result: LoadResult) -> String {
        let seconds = FixedText.of(result.seconds, decimals: 1)
        let warmup = FixedText.of(result.plan.warmupSeconds, decimals: 1)
        return UserLine.of(
            "\(result.socketPath), revision \(result.revision), \(seconds) s after \(warmup) s of warm-up")
    }

    private func counts(_ result: LoadResult) -> [String] {
        let perSecond = "\(LoadReport.number(result.requestsPerSecond)) a second"
        var rows = [("requests", result.requests, perSecond)]
        if result.plan.batch != nil {
            let rate = result.requestsPerSecond * Double(result.plan.questionsEach)
            rows.append(("questions", result.questions, "\(LoadReport.number(rate)) a second"))
        }
        let answered = result.answered
        rows.append(("allowed", answered.allowed, LoadReport.share(answered.allowed, of: result.questions)))
        let kinds = [("implicitDeny", answered.implicitDeny), ("explicitDeny", answered.explicitDeny)]
            .filter { $0.1 > 0 }.map { "\($0.0) \(Count.grouped($0.1))" }.joined(separator: ", ")
        let share = LoadReport.share(result.denied, of: result.questions)
        rows.append(("denied", result.denied, [share, kinds].filter { !$0.isEmpty }.joined(separator: "   ")))
        rows.append(("errors", result.errors, LoadReport.share(result.errors, of: result.questions)))
        let width = rows.map { Count.grouped($0.1).count }.max() ?? 0
        return rows.map { name, count, rest in
            let row = "  " + Column.left(name, 12) + Column.right(Count.grouped(count), width) + "   " + rest
            return name == "errors" && count > 0 ? style.paint(row, .red) : row.trimmingSuffix(" ")
        }
    }

    private func faults(_ faults: [LoadFault]) -> [String] {
        faults.sorted { ($0.count, $1.name) > ($1.count, $0.name) }.map {
            "    \(UserLine.of($0.name)): \(Count.grouped($0.count)), such as: \(UserLine.of($0.example))"
        }
    }

    private static func table(_ latencies: [(name: String, nanoseconds: Double)]) -> [String] {
        [
            "  " + Column.left("latency", 8) + latencies.map { Column.right($0.name, 9) }.joined(),
            "  " + Column.left("", 8) + latencies.map { Column.right(LatencyText.of($0.nanoseconds), 9) }.joined(),
        ]
    }

    /// What of the latencies is this client's own doing.
    private static func delays(_ tally: LoadTally) -> String {
        let texts = tally.delays.map { "\($0.name) \(LatencyText.of($0.nanoseconds))" }
        guard !texts.isEmpty else {
            return "  none of these became due in this time: it went by on what was due before"
        }
        return "  of which this client sent late: " + texts.joined(separator: ", ")
    }

    private static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0, part > 0 else { return "" }
        return FixedText.of(Double(part) * 100 / Double(whole), decimals: 1) + " %"
    }

    /// A rate: whole where it is large.
    static func number(_ rate: Double) -> String {
        rate >= 100 || rate == rate.rounded() ? Count.grouped(Int(rate.rounded())) : FixedText.of(rate, decimals: 1)
    }
}

/// Text in columns.
private enum Column {
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
