import DecisionTree
import Directory
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

@testable import Authorizer

/// A recording may come to its end before all statements; what it says of the decision must hold all the same.
@Suite("A recording that runs out of steps says what the decision says")
struct RecordingStepsTests {
    /// Every layer is cut short somewhere, or before its first statement, and the decision is explained as ever.
    @Test("of every layer", arguments: [0, 3, 17, 60], PropertySeeds.all([1, 2, 3]))
    func cutShort(layerSteps: Int, seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var incomplete = 0
        for number in 0..<150 {
            let question = ReferenceQuestion(generator.question())
            let expected = DecisionRules.decide(question)
            var steps = RecordingSteps()
            steps.layer = layerSteps
            guard let (trace, _) = try Self.trace(question, steps: { _ in steps }) else { continue }
            #expect(
                trace.recorded.decision == trace.verdict.decision && trace.recorded.reason == trace.verdict.reason,
                "seed \(seed) question \(number): recorded \(trace.recorded) but decided \(trace.verdict)")
            #expect(
                trace.deniedBy.map { "\($0)" } == expected.deniedBy.map(\.rawValue), "seed \(seed) question \(number)")
            let isSettled = trace.layers.allSatisfy(\.isSettled)
            #expect(isSettled)
            incomplete += trace.layers.count { !$0.isComplete }
        }
        #expect(incomplete > 50)
    }

    /// The layers have no more steps than the whole decision took: those that it did not look at may stay unknown.
    @Test("with no more steps than the decision took", arguments: PropertySeeds.all([4, 5, 6, 5002, 5008]))
    func asManyAsTheDecision(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var unsettled = 0
        for number in 0..<300 {
            let question = ReferenceQuestion(generator.question())
            let expected = DecisionRules.decide(question)
            guard
                let (trace, _) = try Self.trace(
                    question, steps: { RecordingSteps(layer: 0, settling: $0) })
            else { continue }
            #expect(
                trace.recorded.decision == trace.verdict.decision && trace.recorded.reason == trace.verdict.reason,
                "seed \(seed) question \(number): recorded \(trace.recorded) but decided \(trace.verdict)")
            let denied = Set(trace.deniedBy.map { "\($0)" })
            #expect(denied.isSubset(of: expected.deniedBy.map(\.rawValue)), "seed \(seed) question \(number)")
            // Of what denies, at least what the decision found is known.
            #expect(denied.isEmpty == expected.deniedBy.isEmpty, "seed \(seed) question \(number)")
            unsettled += trace.layers.count { !$0.isSettled }
        }
        #expect(unsettled > 10, "the bound is met")
    }

    @Test("statements that were recorded are true, as far as they go")
    func recordedStatements() throws {
        var generator = Generator(seed: 9)
        for _ in 0..<200 {
            let question = ReferenceQuestion(generator.question())
            var few = RecordingSteps()
            few.layer = 25
            guard let (cut, _) = try Self.trace(question, steps: { _ in few }),
                let (whole, _) = try Self.trace(question, steps: { _ in RecordingSteps() })
            else { continue }
            for (left, right) in zip(cut.layers, whole.layers) {
                #expect(left.layer == right.layer && left.level == right.level)
                #expect(Set(left.statements).isSubset(of: right.statements))
                #expect(left.denies == right.denies)
                if left.layer != .resourcePolicy { #expect(left.allows == right.allows) }
            }
        }
    }

    @Test("a layer's statements are recorded within its steps")
    func bounded() throws {
        var asking = try Asking()
        let stars = String(repeating: "*a", count: 12) + "*b"
        let statements = (0..<1_900).map {
            #"{"Effect":"Allow","Action":"docs:*","Resource":"arn:aws:docs::111111111111:\#(stars)\#($0)"}"#
        }
        let text = #"{"Version":"2012-10-17","Statement":[\#(Self.allow),\#(statements.joined(separator: ","))]}"#
        try asking.add(user: "alice", text)
        let snapshot = try SnapshotBuilder().build(asking.directory, revision: "test")
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        let resource = Text("arn:aws:docs::111111111111:" + String(repeating: "a", count: 1_900))
        view.fill(Text(Asking.alice), "docs:Read", resource, [], keys: snapshot.tables.keys)
        let trace = try Authorizer.trace(
            &view, context: 0..<0, tables: snapshot.tables, scratch: &scratch, now: Instant(seconds: 1))
        #expect(trace.verdict.decision == .allowed && trace.recorded.decision == .allowed)
        let layer = try #require(trace.layers.first)
        #expect(!layer.isComplete && layer.isSettled && !layer.allows.isEmpty)
        #expect(layer.statements.map(\.index) == [0])
    }

    private static let allow = #"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"#

    /// Records a question with steps that may depend on how many the decision took; `nil` for one that nobody may ask.
    private static func trace(
        _ question: ReferenceQuestion, steps: (Int) -> RecordingSteps
    ) throws -> (trace: Trace, steps: Int)? {
        let deciding = try Deciding(question)
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        do throws(RequestFault) {
            _ = try Deciding.decide(question, deciding.principal, deciding.snapshot, &view, &scratch)
            let taken = scratch.stepsTaken
            Deciding.fill(&view, question, deciding.principal, deciding.snapshot)
            let trace = try Authorizer.trace(
                deciding.snapshot.tables, Deciding.sessionPolicies(question, deciding.snapshot), .enforce, nil,
                steps(taken), &view, 0..<question.context.count, &scratch, question.now)
            return (trace, taken)
        } catch {
            return nil
        }
    }
}
