import Authorizer
import CMeasure
import DecisionTree
import Directory
import PolicyModel
import PolicyReference

/// What stops a benchmark.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
}

/// Asks the questions of a generated store in process, as a loop would after scanning.
struct Decider: ~Copyable {
    let store: GeneratedStore
    let snapshot: Snapshot
    private let tables: DecisionTables
    private var view = RequestView(messageBytesMax: 1 << 16)
    private var scratch = Scratch()
    /// Every text of every question, and what the view is filled with before each decision.
    private var arena: Arena
    private var asked: [Asked] = []
    private let now = Instant(seconds: 1_767_225_600)

    /// A question whose texts lie in the arena.
    private struct Asked {
        var principal = ByteView()
        var action = ByteView()
        var resource = ByteView()
        var context: [(key: ByteView, keyID: UInt32, value: ByteView)] = []
    }

    /// How many questions are held against the reference.
    private static let sampleMax = 300

    /// Generates, compiles and prepares a store of so many statements.
    static func ready(statements: Int) throws -> Decider {
        guard let store = GeneratedStore(statements: statements, seed: 20_260_101) else {
            throw BenchmarkFailure(description: "the generator's account is no account")
        }
        let revision = String(repeating: "0", count: 32)
        return Decider(store, try SnapshotBuilder().build(store.directory, revision: revision))
    }

    private init(_ store: GeneratedStore, _ snapshot: Snapshot) {
        self.store = store
        self.snapshot = snapshot
        tables = snapshot.tables
        arena = Arena(capacity: store.questions.count * 1_024)
        for question in store.questions { asked.append(place(question)) }
    }

    var questionCount: Int { asked.count }

    private mutating func place(_ question: BenchmarkQuestion) -> Asked {
        var asked = Asked(
            principal: keep(question.principal), action: keep(question.action), resource: keep(question.resource))
        for entry in question.context {
            let key = keep(entry.key)
            asked.context.append((key, tables.keys.id(of: key), keep(entry.value.values[0])))
        }
        return asked
    }

    private mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }

    /// One decision.
    mutating func decide(_ index: Int) throws(RequestFault) -> Verdict {
        view.reset()
        view.principal = asked[index].principal
        view.action = asked[index].action
        view.resource = asked[index].resource
        let count = asked[index].context.count
        for entry in 0..<count {
            let held = asked[index].context[entry]
            view.append(key: held.key, keyID: held.keyID, value: held.value)
        }
        return try Authorizer.decide(&view, context: 0..<count, tables: tables, scratch: &scratch, now: now)
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

    /// Holds a sample of the answers against the reference; gives how many of them came out as allowed.
    mutating func check() throws -> (sample: Int, allowed: Int) {
        let sample = min(asked.count, Self.sampleMax)
        var allowed = 0
        for number in 0..<sample {
            let index = number * asked.count / sample
            let verdict = try decide(index)
            let expected = try reference(store.questions[index])
            guard verdict.decision == expected.decision, verdict.reason == expected.reason else {
                throw BenchmarkFailure(
                    description: "question \(index): \(verdict) but the reference says \(expected)")
            }
            if verdict.decision == .allowed { allowed += 1 }
        }
        return (sample, allowed)
    }

    private func reference(_ question: BenchmarkQuestion) throws -> ReferenceAnswer {
        guard case .user(let account, let arn)? = Caller(question.principal) else {
            throw BenchmarkFailure(description: "`\(question.principal)` is no user")
        }
        let tags = store.directory.users.values.first { $0.arn == arn }?.tags ?? []
        let caller = ReferenceCaller.user(
            account, arn: arn, tags: tags.map { ReferenceCaller.Tag(key: $0.key, value: $0.value) })
        var asked = ReferenceQuestion(caller: caller, action: question.action, resource: question.resource)
        asked.identityPolicies = question.identityPolicies
        asked.permissionsBoundary = question.boundary
        asked.context = question.context
        asked.now = now
        return DecisionRules.decide(asked)
    }
}
