internal import DecisionTree
internal import PolicyModel

/// Fills a trace: walks every document of every layer with recording switched on.
///
/// A recording never stops early, so it takes more steps than the decision. Each layer has steps of its own; one that
/// uses them up lists what it has come to, and what it says as a whole is then found out as the decision does it.
struct Recorder: ~Copyable {
    var question: Question
    var trace: Trace
    let steps: RecordingSteps

    init(question: consuming Question, verdict: Verdict, steps: RecordingSteps) {
        self.question = question
        trace = Trace(verdict: verdict, recorded: verdict)
        self.steps = steps
    }

    mutating func record(
        _ view: inout RequestView, _ context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) {
        trace.action = view.action.text
        let early = try question.prepare(&view, context, &scratch)
        trace.resourceAccount = question.resourceAccount.text
        trace.caller = caller(scratch)
        guard early == nil else { return }
        let lacksFacts = question.lacksSessionFacts(view, scratch)
        if let documents = question.sessionDocuments {
            scratch.goOn(recording: false, steps: steps.settling)
            try question.readInlineSession(&view, context, &scratch)
            keepContext(documents, view)
            recordInlineSession(documents, view, &scratch)
            try question.bind(to: question.tables, &view, context, &scratch)
        }
        keepContext(question.tables, view)
        recordLayers(view, &scratch)
        guard trace.verdict.reason != .tooCostly, !lacksFacts else { return }
        let combination = Combination(trace)
        (trace.recorded.decision, trace.recorded.reason) = combination.outcome
        trace.deniedBy = combination.deniedBy
    }

    private func caller(_ scratch: borrowing Scratch) -> Trace.CallerRecord {
        Trace.CallerRecord(
            kind: scratch.caller.kind,
            isSameAccount: !question.resourceAccount.isEmpty
                && scratch.caller.account.equals(question.resourceAccount),
            isPolicyRequired: question.isPolicyRequired, isTrustPolicy: question.targetRole != 0)
    }

    // MARK: Context

    /// Keeps what the bound keys hold.
    private mutating func keepContext(_ names: TablesView, _ view: borrowing RequestView) {
        var held: [Text: Trace.ContextRecord] = [:]
        for record in trace.context { held[record.key] = record }
        for key in 0..<UInt32(names.keyCount) {
            guard let index = view.entry(of: key) else { continue }
            let entry = view.entries[index]
            let name = entry.key.isEmpty ? Text(GlobalConditionKey.allCases[Int(key)].rawValue) : entry.key.text
            let folded = name.foldedASCII
            held[folded] = Trace.ContextRecord(
                key: folded, values: (0..<entry.valueCount).map { view.values[entry.firstValue + $0].text },
                isMultiValued: entry.isList || names.keyFlags[Int(key)] & Format.KeyFlag.isMultiValued != 0)
        }
        trace.context = held.values.sorted { $0.key < $1.key }
    }
}

/// How many steps a recording may take: a layer's are its own, so that none takes them from another.
struct RecordingSteps {
    /// For the statements of a layer: five decisions' worth, which is all that people could look through.
    var layer = 5 * Scratch.decisionStepsMax
    /// For what a layer says as a whole, once for its denies and once for its allows.
    ///
    /// INVARIANT: as many as the decision had. What the decision found out of a layer is then found out again, and what
    /// is not found out had no part in the decision.
    var settling = Scratch.decisionStepsMax
}
