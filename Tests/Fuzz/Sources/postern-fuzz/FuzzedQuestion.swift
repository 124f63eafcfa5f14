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
        let documents = question.sessionPolicies ?? []
        let sources = documents.map { PolicySource(document: $0, text: [], file: "session", statementPositions: []) }
        sessionPolicies = sources.isEmpty ? nil : try snapshot.compileSessionPolicies(sources)
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
