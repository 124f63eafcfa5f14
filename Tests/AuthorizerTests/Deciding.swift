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
        view.fill(question.session, user: question.caller.kind == .federatedUser ? question.caller.userARN : nil)
        view.session.hasPolicies = question.sessionPolicies != nil
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

    /// Puts what is known of the credentials into the view.
    mutating func fill(_ known: ReferenceSession?, user: Text?) {
        session.isGiven = known != nil
        // A federated user's ARN does not say whose session it is.
        if let user { session.user = keep(user) }
        guard let known else { return }
        for tag in known.tags {
            let key = keep(tag.key)
            sessionTags.append(TagView(key: key, value: keep(tag.value)))
        }
        session.tags = 0..<sessionTags.count
        for key in known.transitiveTagKeys { sessionTexts.append(keep(key)) }
        session.transitiveTagKeys = 0..<sessionTexts.count
        if let text = known.sourceIdentity { session.sourceIdentity = keep(text) }
        if let text = known.federatedProvider { session.federatedProvider = keep(text) }
        if let text = known.issued { session.issued = keep(text) }
        session.isMFAPresent = known.mfaPresent
        if let seconds = known.mfaAgeSeconds { session.mfaAge = keep(Text(String(seconds))) }
    }

    /// Copies text into the arena.
    mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
