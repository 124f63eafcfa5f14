public import DecisionTree
public import PolicyModel

/// Everything that a question's policies said: what an explanation is made of (issue "explain", design §3.3).
///
/// The walk is that of `Authorizer.decide` with recording switched on, so that it never stops early.
public struct Trace: Sendable {
    /// What `decide` answers.
    public var verdict: Verdict
    /// What the recorded layers come to by themselves; always the same decision and reason.
    public var recorded: Verdict
    /// The layers that denied, or whose silence mattered (design §3.4); identity first.
    public var deniedBy: [Verdict.Layer] = []
    /// The layers in play.
    public var layers: [LayerRecord] = []
    /// The keys that anything tests, with what they held; sorted.
    public var context: [ContextRecord] = []
    /// The account that owns the resource, as far as it was found.
    public var resourceAccount = Text("")
    /// What the caller is, its account included.
    public var caller = CallerRecord()
    /// The action that was asked, where the question is one of several (`AssumeRole`).
    public var action = Text("")

    /// Who asked, as far as the formulas need it.
    public struct CallerRecord: Sendable, Hashable {
        /// What kind of caller it is.
        public var kind = CallerFacts.Kind.unknown
        /// Whether its account owns the resource.
        public var isSameAccount = false
        /// Whether the resource can only be reached through its policy.
        public var isPolicyRequired = false
        /// Whether that policy is a role's trust policy.
        public var isTrustPolicy = false
    }

    /// What a key held.
    public struct ContextRecord: Sendable, Hashable {
        /// The key without ASCII upper case.
        public var key: Text
        /// Its values.
        public var values: [Text]
        /// Whether it holds a list, so that no variable can stand for it (spec §3.4).
        public var isMultiValued: Bool
    }

    /// A layer in play with the statements that its walks came to.
    public struct LayerRecord: Sendable {
        /// Which layer.
        public var layer: Verdict.Layer
        /// The level of the organization, root first; for control policies only.
        public var level: Int?
        /// The documents in play, whether anything in them matches or not.
        public var documents: [Place] = []
        /// Statements whose action and resource match, in the order of the walk.
        public var statements: [StatementRecord] = []
        /// The grades of all that allow; not empty says that the layer allows.
        public var allows: Grades = []
        /// Whether a Deny applies.
        public var denies = false
        /// Whether a Deny of a role's trust policy applies.
        public var isDeniedByTrust = false
        /// Whether every statement was looked at; else they took too many steps, and `statements` are the first of them.
        public var isComplete = true
        /// Whether `allows` and `denies` say all there is; where they do not, the layer had no part in the decision.
        public var isSettled = true
    }

    /// A statement whose action and resource match.
    public struct StatementRecord: Sendable, Hashable {
        /// Where its document is.
        public var place: Place
        /// Its index in the document.
        public var index: Int
        /// What it says when it applies.
        public var effect: Effect
        /// How it names the caller; empty when it names somebody else.
        public var grades: Grades
        /// Indexes, in the statement, of the conditions that failed.
        public var failedConditions: [Int]

        /// Makes a record.
        public init(
            place: Place, index: Int, effect: Effect, grades: Grades, failedConditions: [Int]
        ) {
            self.place = place
            self.index = index
            self.effect = effect
            self.grades = grades
            self.failedConditions = failedConditions
        }

        /// Whether it applies.
        public var applies: Bool { !grades.isEmpty && failedConditions.isEmpty }
    }

    /// Where a document is found.
    public enum Place: Sendable, Hashable {
        /// A slot of the tables.
        case slot(UInt32)
        /// A slot of the tables, as the policy of the registry entry with a rank.
        case registry(slot: UInt32, rank: UInt32)
        /// The number of an inline session policy.
        case inlineSession(Int)
    }
}

extension Grades: Hashable {}

extension Authorizer {
    /// Decides as `decide` does, and records what every layer said.
    ///
    /// Slow and allocating; for explanations and simulations. The arguments are those of `decide`.
    public static func trace(
        _ view: inout RequestView, context: Range<Int>, tables: DecisionTables, sessionPolicies: DecisionTables? = nil,
        mode: AuthorizerMode = .enforce, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Trace {
        try trace(tables, sessionPolicies, mode, nil, RecordingSteps(), &view, context, &scratch, now)
    }

    /// Decides as `assumeRole` does; a trace for each action that is asked, up to the first that is final.
    ///
    /// - Parameter isStopped: asked after each trace; once it says yes, nobody wants the others.
    public static func traceAssumeRole(
        _ view: inout RequestView, assumption: AssumptionView, context: Range<Int>, tables: DecisionTables,
        sessionPolicies: DecisionTables? = nil, scratch: inout Scratch, now: Instant,
        isStopped: () -> Bool = { false }
    ) throws(RequestFault) -> [Trace] {
        var traces: [Trace] = []
        let actions = AssumptionActions(assumption, view)
        for index in 0..<actions.count {
            view.action = ByteView(actions[index])
            let trace = try trace(
                tables, sessionPolicies, .enforce, assumption, RecordingSteps(), &view, context, &scratch, now)
            traces.append(trace)
            if trace.verdict.decision == .explicitDeny || !trace.verdict.reason.isOfPolicies || isStopped() { break }
        }
        return traces
    }

    static func trace(
        _ tables: DecisionTables, _ sessionPolicies: DecisionTables?, _ mode: AuthorizerMode,
        _ assumption: AssumptionView?, _ steps: RecordingSteps, _ view: inout RequestView, _ context: Range<Int>,
        _ scratch: inout Scratch, _ now: Instant
    ) throws(RequestFault) -> Trace {
        defer {
            extendLifetime(tables)
            extendLifetime(sessionPolicies)
        }
        var deciding = Question(tables.view, sessionPolicies?.view, mode, assumption)
        let verdict = try run(&deciding, &view, context, &scratch, now)
        let marks = view.marks
        scratch.begin(conditionCount: tables.conditionCount, now: now)
        defer {
            view.reset(to: marks)
            scratch.isRecording = false
        }
        var recorder = Recorder(
            question: Question(tables.view, sessionPolicies?.view, mode, assumption), verdict: verdict, steps: steps)
        try recorder.record(&view, context, &scratch)
        return recorder.trace
    }
}
