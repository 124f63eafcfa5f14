import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyModel
import PolicyReference
import PolicySyntax

/// A reference question asked of the real thing: its entities become a directory, the directory a snapshot.
struct Deciding {
    let snapshot: Snapshot
    let principal: Text
    let question: ReferenceQuestion

    init(_ question: ReferenceQuestion) throws {
        self.question = question
        principal = question.caller.arn
        snapshot = try SnapshotBuilder().build(Directory(asking: question), revision: "test")
    }

    /// Decides with the tree.
    func verdict() throws(RequestFault) -> Verdict {
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        return try Deciding.decide(question, principal, snapshot, &view, &scratch)
    }

    static func decide(
        _ question: ReferenceQuestion, _ principal: Text, _ snapshot: Snapshot, _ view: inout RequestView,
        _ scratch: inout Scratch
    ) throws(RequestFault) -> Verdict {
        fill(&view, question, principal, snapshot)
        return try Authorizer.decide(
            &view, context: 0..<question.context.count, tables: snapshot.tables,
            sessionPolicies: sessionPolicies(question, snapshot), scratch: &scratch, now: question.now)
    }

    /// Records everything.
    func trace() throws(RequestFault) -> Trace {
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        Deciding.fill(&view, question, principal, snapshot)
        return try Authorizer.trace(
            &view, context: 0..<question.context.count, tables: snapshot.tables,
            sessionPolicies: Deciding.sessionPolicies(question, snapshot), scratch: &scratch, now: question.now)
    }

    static func fill(
        _ view: inout RequestView, _ question: ReferenceQuestion, _ principal: Text, _ snapshot: Snapshot
    ) {
        view.fill(principal, question.action, question.resource, question.context, keys: snapshot.tables.keys)
        view.fill(sessionOf: question, policyARNs: question.managedSessionPolicyARNs)
    }

    static func sessionPolicies(_ question: ReferenceQuestion, _ snapshot: Snapshot) -> DecisionTables? {
        guard let documents = question.sessionPolicies, !documents.isEmpty else { return nil }
        let sources = documents.map {
            PolicySource(document: $0, text: [], file: "session", statementPositions: [])
        }
        do {
            return try snapshot.compileSessionPolicies(sources)
        } catch {
            preconditionFailure("expected session policies that compile: \(error.message)")
        }
    }
}

extension ReferenceAnswer {
    /// A trace in the reference's words.
    init(_ trace: Trace) {
        self.init(
            trace.verdict.decision, trace.verdict.reason,
            deniedBy: trace.deniedBy.compactMap { ReferenceLayer(rawValue: "\($0)") })
    }
}
