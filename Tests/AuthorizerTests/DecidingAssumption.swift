import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyModel
import PolicyReference

/// A reference assumption asked of the real thing.
struct DecidingAssumption {
    let snapshot: Snapshot
    let assumption: ReferenceAssumption

    init(_ assumption: ReferenceAssumption) throws {
        self.assumption = assumption
        snapshot = try SnapshotBuilder().build(Directory(asking: assumption), revision: "test")
    }

    /// Decides with the tree.
    func outcome() throws(RequestFault) -> Assumption {
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        let question = assumption.question
        let asked = view.fill(assumption, keys: snapshot.tables.keys)
        return try Authorizer.assumeRole(
            &view, assumption: asked, context: 0..<question.context.count, tables: snapshot.tables,
            sessionPolicies: Deciding.sessionPolicies(question, snapshot), scratch: &scratch, now: question.now)
    }

    /// Records everything about the action that decides.
    func trace() throws(RequestFault) -> Trace {
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        let question = assumption.question
        let asked = view.fill(assumption, keys: snapshot.tables.keys)
        let traces = try Authorizer.traceAssumeRole(
            &view, assumption: asked, context: 0..<question.context.count, tables: snapshot.tables,
            sessionPolicies: Deciding.sessionPolicies(question, snapshot), scratch: &scratch, now: question.now)
        return traces.first { $0.verdict.decision == .explicitDeny }
            ?? traces.first { $0.verdict.decision != .allowed } ?? traces[0]
    }
}
