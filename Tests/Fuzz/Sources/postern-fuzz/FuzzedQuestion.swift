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
        view.reset()
        view.principal = view.keep(question.caller.arn)
        view.action = view.keep(question.action)
        view.resource = view.keep(question.resource)
        for entry in question.context { view.fill(entry, keys: snapshot.tables.keys) }
        view.fill(question.session, user: question.caller.kind == .federatedUser ? question.caller.userARN : nil)
        view.session.hasPolicies = question.sessionPolicies != nil
    }
}

extension RequestView {
    fileprivate mutating func fill(_ given: Request.ContextEntry, keys: SymbolTable) {
        let key = keep(given.key)
        let first = values.count
        for value in given.value.values { values.append(keep(value)) }
        let isList = if case .multiple = given.value { true } else { false }
        entries.append(
            Entry(
                key: key, keyID: keys.id(of: key), firstValue: first, valueCount: values.count - first, isList: isList))
    }

    /// What is known of the credentials; a federated user's ARN does not say whose session it is.
    fileprivate mutating func fill(_ known: ReferenceSession?, user: Text?) {
        session.isGiven = known != nil
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
    fileprivate mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
