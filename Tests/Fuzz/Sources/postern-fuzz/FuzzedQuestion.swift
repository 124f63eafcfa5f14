import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyModel
import PolicyReference
import PolicySyntax

/// A reference question asked of the real thing: its entities become a directory, the directory a snapshot.
///
/// INVARIANT: libFuzzer calls from one thread; the buffers are kept, as a loop keeps them, so that nothing of one question
/// may show in the next.
struct FuzzedQuestion {
    private nonisolated(unsafe) static var view = RequestView(messageBytesMax: 1 << 16)
    private nonisolated(unsafe) static var scratch = Scratch()

    let question: ReferenceQuestion
    private let snapshot: Snapshot
    private let sessionPolicies: DecisionTables?

    init(_ question: ReferenceQuestion) throws {
        self.question = question
        snapshot = try SnapshotBuilder().build(Directory(asking: question), revision: "fuzz")
        sessionPolicies = try FuzzedQuestion.compiled(question, snapshot)
    }

    /// The inline session policies, compiled by themselves.
    static func compiled(_ question: ReferenceQuestion, _ snapshot: Snapshot) throws -> DecisionTables? {
        let documents = question.sessionPolicies ?? []
        let sources = documents.map { PolicySource(document: $0, text: [], file: "session", statementPositions: []) }
        return sources.isEmpty ? nil : try snapshot.compileSessionPolicies(sources)
    }

    /// Decides with the tree.
    func verdict() throws(RequestFault) -> Verdict {
        unsafe fill(&FuzzedQuestion.view)
        return unsafe try Authorizer.decide(
            &FuzzedQuestion.view, context: 0..<question.context.count, tables: snapshot.tables,
            sessionPolicies: sessionPolicies,
            scratch: &FuzzedQuestion.scratch, now: question.now)
    }

    /// Records everything.
    func trace() throws(RequestFault) -> Trace {
        unsafe fill(&FuzzedQuestion.view)
        return unsafe try Authorizer.trace(
            &FuzzedQuestion.view, context: 0..<question.context.count, tables: snapshot.tables,
            sessionPolicies: sessionPolicies,
            scratch: &FuzzedQuestion.scratch, now: question.now)
    }

    /// The question in a view, as a scanner puts it there.
    private func fill(_ view: inout RequestView) {
        view.fill(
            question.caller.arn, question.action, question.resource, question.context, keys: snapshot.tables.keys)
        view.fill(sessionOf: question, policyARNs: question.managedSessionPolicyARNs)
    }
}

/// A call of AssumeRole asked of the real thing; see `FuzzedQuestion`.
struct FuzzedAssumption {
    private nonisolated(unsafe) static var view = RequestView(messageBytesMax: 1 << 16)
    private nonisolated(unsafe) static var scratch = Scratch()

    private let call: ReferenceAssumption
    private let snapshot: Snapshot
    private let sessionPolicies: DecisionTables?

    init(_ call: ReferenceAssumption) throws {
        self.call = call
        snapshot = try SnapshotBuilder().build(Directory(asking: call), revision: "fuzz")
        sessionPolicies = try FuzzedQuestion.compiled(call.question, snapshot)
    }

    /// Decides with the tree.
    func outcome() throws(RequestFault) -> Assumption {
        let asked = unsafe FuzzedAssumption.view.fill(call, keys: snapshot.tables.keys)
        return unsafe try Authorizer.assumeRole(
            &FuzzedAssumption.view, assumption: asked, context: 0..<call.question.context.count,
            tables: snapshot.tables, sessionPolicies: sessionPolicies, scratch: &FuzzedAssumption.scratch,
            now: call.question.now)
    }

    /// Records everything about the action that decides.
    func trace() throws(RequestFault) -> Trace {
        let asked = unsafe FuzzedAssumption.view.fill(call, keys: snapshot.tables.keys)
        let traces = unsafe try Authorizer.traceAssumeRole(
            &FuzzedAssumption.view, assumption: asked, context: 0..<call.question.context.count,
            tables: snapshot.tables, sessionPolicies: sessionPolicies, scratch: &FuzzedAssumption.scratch,
            now: call.question.now)
        return traces.first { $0.verdict.decision == .explicitDeny }
            ?? traces.first { $0.verdict.decision != .allowed } ?? traces[0]
    }
}
