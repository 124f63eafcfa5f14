import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyModel
import PolicyReference

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
            &view, context: 0..<question.context.count, tables: snapshot.tables, scratch: &scratch, now: question.now)
    }

    /// Puts the question into the view, as a scanner does.
    static func fill(
        _ view: inout RequestView, _ question: ReferenceQuestion, _ principal: Text, _ snapshot: Snapshot
    ) {
        view.reset()
        view.principal = view.keep(principal)
        view.action = view.keep(question.action)
        view.resource = view.keep(question.resource)
        for entry in question.context {
            let key = view.keep(entry.key)
            let first = view.values.count
            for value in entry.value.values {
                let kept = view.keep(value)
                view.values.append(kept)
            }
            let isList = if case .multiple = entry.value { true } else { false }
            view.entries.append(
                RequestView.Entry(
                    key: key, keyID: snapshot.tables.keys.id(of: key), firstValue: first,
                    valueCount: view.values.count - first, isList: isList))
        }
    }
}

extension RequestView {
    /// Copies text into the arena.
    mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
