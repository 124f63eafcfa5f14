public import DecisionTree
public import PolicyModel

/// What kind of question is decided: one that is enforced, or one that a person makes up (design §3.4).
public enum AuthorizerMode: Sendable, Hashable {
    /// The engine's keys are the engine's, and shapes are checked.
    case enforce
    /// Any context key may be given and wins over what the engine computes; a role's ARN as principal is any session of
    /// the role; who owns the resource is what the registry says, whatever its ARN has.
    case simulate
}

/// Decides questions: combines the trees of all kinds of policy into one decision (spec §6).
///
/// A plain function of the tables and the question. It takes no lock, writes no log and, once its buffers have seen their
/// largest question, allocates nothing.
public enum Authorizer {
    /// Decides the question in `view`.
    ///
    /// - Parameter view: principal, action, resource and session are set, and the caller's keys are the entries of
    ///   `context`. What the authorizer adds is taken away again, so that the same entries may serve for many questions.
    /// - Parameter context: the range of the caller's entries.
    /// - Parameter sessionPolicies: the inline session policies, compiled by themselves; `nil` when there are none.
    /// - Parameter now: the one reading of the clock for this question.
    /// - Throws: `RequestFault` when the question is one that nobody may ask; it is then not decided at all.
    public static func decide(
        _ view: inout RequestView, context: Range<Int>, tables: DecisionTables, sessionPolicies: DecisionTables? = nil,
        mode: AuthorizerMode = .enforce, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Verdict {
        // What is read through a view lives as long as its tables.
        defer {
            extendLifetime(tables)
            extendLifetime(sessionPolicies)
        }
        return try decideQuestion(&view, context, tables.view, sessionPolicies?.view, mode, &scratch, now)
    }

    /// The same with tables by their address, for a loop: it holds the tables, and counts no reference for a question.
    public static func decide(
        _ view: inout RequestView, context: Range<Int>, tables: TablesView, sessionPolicies: TablesView? = nil,
        scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Verdict {
        try decideQuestion(&view, context, tables, sessionPolicies, .enforce, &scratch, now)
    }

    @inline(__always)
    private static func decideQuestion(
        _ view: inout RequestView, _ context: Range<Int>, _ tables: TablesView, _ sessionPolicies: TablesView?,
        _ mode: AuthorizerMode, _ scratch: inout Scratch, _ now: Instant
    ) throws(RequestFault) -> Verdict {
        var question = Question(tables, sessionPolicies, mode)
        return try run(&question, &view, context, &scratch, now)
    }

    /// Whether a question about a role is decided by the role's trust policy: `sts:AssumeRole` and what goes with it
    /// (spec §8).
    public static func readsTrustPolicy(_ action: Text) -> Bool {
        action.foldedASCII.withByteView { Question.readsTrustPolicy($0) }
    }

    /// Decides a prepared question and leaves the view as it was.
    @inline(__always)
    static func run(
        _ question: inout Question, _ view: inout RequestView, _ context: Range<Int>, _ scratch: inout Scratch,
        _ now: Instant
    ) throws(RequestFault) -> Verdict {
        let marks = view.marks
        scratch.begin(conditionCount: question.tables.conditionCount, now: now)
        defer { view.reset(to: marks) }
        return try question.decide(&view, context: context, &scratch)
    }
}

extension RequestView {
    /// How full the buffers are.
    struct Marks {
        var entries: Int
        var values: Int
        var arena: Int
    }

    var marks: Marks { Marks(entries: entries.count, values: values.count, arena: arena.count) }

    mutating func reset(to marks: Marks) {
        entries.truncate(to: marks.entries)
        values.truncate(to: marks.values)
        arena.reset(to: marks.arena)
    }
}
