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
        view.fill(principal, question.action, question.resource, question.context, keys: snapshot.tables.keys)
        return try Authorizer.decide(
            &view, context: 0..<question.context.count, tables: snapshot.tables, scratch: &scratch, now: question.now)
    }
}

extension RequestView {
    /// Puts a question into the view, as a scanner does.
    mutating func fill(
        _ principal: Text, _ action: Text, _ resource: Text, _ context: [Request.ContextEntry], keys: SymbolTable
    ) {
        reset()
        self.principal = keep(principal)
        self.action = keep(action)
        self.resource = keep(resource)
        for entry in context {
            let key = keep(entry.key)
            let first = values.count
            for value in entry.value.values { values.append(keep(value)) }
            let isList = if case .multiple = entry.value { true } else { false }
            entries.append(
                Entry(
                    key: key, keyID: keys.id(of: key), firstValue: first, valueCount: values.count - first,
                    isList: isList))
        }
    }

    /// Copies text into the arena.
    mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
