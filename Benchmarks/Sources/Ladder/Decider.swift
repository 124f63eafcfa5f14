import Authorizer
import CMeasure
import DecisionTree
import Directory
import PolicyModel
import PolicyReference

/// Asks the questions of a generated store in process, as a loop would after scanning.
struct Decider: ~Copyable {
    let store: BenchmarkStore
    let snapshot: Snapshot
    private let tables: TablesView
    private var view = RequestView(messageBytesMax: 1 << 16)
    private var scratch = Scratch()
    /// Every text of every question.
    private var arena: Arena
    private var asked: [Asked] = []
    static let now = Instant(seconds: 1_767_225_600)

    /// A question whose texts lie in the arena, and its context in the view: as scanning a call leaves them.
    private struct Asked {
        var principal = ByteView()
        var action = ByteView()
        var resource = ByteView()
        var context = 0..<0
    }

    /// How many questions are held against the reference.
    private static let sampleMax = 300

    /// Compiles and prepares a store.
    static func ready(_ store: BenchmarkStore) throws -> Decider {
        let revision = String(repeating: "0", count: 32)
        return Decider(store, try SnapshotBuilder().build(store.directory, revision: revision))
    }

    /// Prepares to ask in a snapshot that others may use too.
    init(_ store: BenchmarkStore, _ snapshot: Snapshot) {
        self.store = store
        self.snapshot = snapshot
        // INVARIANT: the snapshot above keeps the tables.
        tables = snapshot.tables.view
        let bytes = store.questions.reduce(0) { sum, question in
            sum + question.principal.utf8.count + question.action.utf8.count + question.resource.utf8.count
                + question.context.reduce(0) { $0 + $1.key.utf8.count + $1.value.values[0].utf8.count }
        }
        arena = Arena(capacity: bytes)
        for question in store.questions { asked.append(place(question)) }
    }

    var questionCount: Int { asked.count }

    private mutating func place(_ question: BenchmarkQuestion) -> Asked {
        var asked = Asked(
            principal: keep(question.principal), action: keep(question.action), resource: keep(question.resource))
        let first = view.entries.count
        for entry in question.context {
            let key = keep(entry.key)
            view.append(key: key, keyID: snapshot.tables.keys.id(of: key), value: keep(entry.value.values[0]))
        }
        asked.context = first..<view.entries.count
        return asked
    }

    private mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }

    /// One decision.
    mutating func decide(_ index: Int) throws(RequestFault) -> Verdict {
        let question = asked[index]
        view.principal = question.principal
        view.action = question.action
        view.resource = question.resource
        return try Authorizer.decide(
            &view, context: question.context, tables: tables, scratch: &scratch, now: Self.now)
    }

    /// Decides `times` questions: one over and over, or all of them in turn from it on; gives how many were allowed.
    @inline(never)
    mutating func collectedLoop(_ times: Int, from first: Int = 0, inTurn: Bool) throws(RequestFault) -> Int {
        var (allowed, index) = (0, first)
        for _ in 0..<times {
            if try decide(index).decision == .allowed { allowed += 1 }
            guard inTurn else { continue }
            index += 1
            if index == asked.count { index = 0 }
        }
        return allowed
    }

    /// Decides questions in turn as a call of many does: callers are looked for before their questions come.
    @inline(never)
    mutating func collectedBatch(_ times: Int) throws(RequestFault) -> Int {
        var allowed = 0
        var lookahead = CallerLookahead()
        for index in 0..<CallerLookahead.distance {
            lookahead.begin(index, principal: asked[index % asked.count].principal, in: tables)
        }
        for index in 0..<times {
            let farthest = index + CallerLookahead.distance
            lookahead.begin(farthest, principal: asked[farthest % asked.count].principal, in: tables)
            lookahead.advance(index, in: tables)
            if lookahead.entry(index) != 0 { scratch.userGuess = lookahead.entry(index) }
            if try decide(index % asked.count).decision == .allowed { allowed += 1 }
        }
        return allowed
    }

    /// Holds a sample of the answers against the reference; gives how many of them came out as allowed.
    @discardableResult
    mutating func check() throws -> (sample: Int, allowed: Int) {
        let sample = min(asked.count, Self.sampleMax)
        let reference = ReferenceView(directory: store.directory, now: Self.now)
        var allowed = 0
        for number in 0..<sample {
            let index = number * asked.count / sample
            let verdict = try decide(index)
            let expected = try reference.answer(store.questions[index])
            guard verdict.decision == expected.decision, verdict.reason == expected.reason else {
                throw BenchmarkFailure(
                    description: "\(store.name), question \(index): \(verdict) but the reference says \(expected)")
            }
            if verdict.decision == .allowed { allowed += 1 }
        }
        return (sample, allowed)
    }
}
