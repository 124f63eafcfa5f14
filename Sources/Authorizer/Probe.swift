public import DecisionTree
public import PolicyModel

/// What documents that are not in force would say of a question; for advice, never for a decision.
public struct Probe: Sendable {
    /// The Allow statements whose action and resource match, by the number of their document.
    public var statements: [Trace.StatementRecord] = []
    /// How many documents were walked; fewer than all when the steps were used up.
    public var documentCount = 0

    /// Steps that a probe may take over all its documents.
    public static let stepsMax = 20 * Scratch.decisionStepsMax
}

extension Authorizer {
    /// Walks documents as if they were session policies of the question, recording what their Allows come to.
    ///
    /// - Parameter documents: compiled by themselves, as session policies are.
    /// - Parameter assumption: what an `AssumeRole` call asks for, with which of its actions.
    /// - Parameter isTrust: whether the documents are parts of a role's trust policy.
    /// - Parameter stepsMax: when to stop.
    /// - Throws: `RequestFault` as `decide` does.
    public static func probe(
        _ documents: DecisionTables, _ view: inout RequestView,
        assumption: (call: AssumptionView, action: Text)? = nil, isTrust: Bool = false, context: Range<Int>,
        tables: DecisionTables, mode: AuthorizerMode = .enforce, stepsMax: Int = Probe.stepsMax,
        scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Probe {
        if let assumption {
            let actions = AssumptionActions(assumption.call, view)
            for index in 0..<actions.count where ByteView(actions[index]).text == assumption.action {
                view.action = ByteView(actions[index])
            }
        }
        defer {
            extendLifetime(tables)
            extendLifetime(documents)
        }
        let trees = documents.view
        var question = Question(tables.view, trees, mode, assumption?.call)
        let marks = view.marks
        scratch.begin(conditionCount: tables.conditionCount, now: now)
        defer {
            view.reset(to: marks)
            scratch.isRecording = false
            scratch.caller.seeksTrust = false
        }
        var probe = Probe()
        // Who is refused whatever policies say needs none.
        guard try question.prepare(&view, context, &scratch) == nil else { return probe }
        try question.bind(to: trees, &view, context, &scratch)
        scratch.caller.seeksTrust = isTrust
        scratch.goOn(recording: true, steps: stepsMax)
        for slot in 0..<trees.documents.count {
            scratch.forgetEvents()
            _ = question.document(
                UInt32(slot), of: trees, .allow, enough: Grades(rawValue: .max), view, &scratch)
            guard !scratch.isExhausted else { break }
            Recorder.appendEvents(.allow, .inlineSession(slot), to: &probe.statements, scratch)
            probe.documentCount = slot + 1
        }
        return probe
    }
}

extension Trace {
    /// The layers that would still have to allow the question if a statement of a layer did.
    ///
    /// - Parameter grades: how the statement names the caller, where its layer names callers.
    public func layersLacking(besides layer: Verdict.Layer, level: Int?, grades: Grades) -> [Verdict.Layer] {
        var mended = layers
        if let index = mended.firstIndex(where: { $0.layer == layer && $0.level == level }) {
            mended[index].allows.formUnion(grades)
        }
        return Combination(caller: caller, layers: mended).deniedBy
    }

    /// The grade by which a statement would name the caller that names it as closely as a policy can.
    public var closestGrade: Grades {
        switch caller.kind {
        case .user: .user
        case .session: .session
        case .federatedUser: .federatedUser
        case .service: .service
        case .bearer: .federated
        case .root: .account
        case .anonymous, .unknown: .everyone
        }
    }
}
