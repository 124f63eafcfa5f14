import Authorizer
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

/// Whether the cases, and what lies around them, would show a policy that is read wrongly: the tree of a changed policy
/// must come to another answer than the reference of the unchanged one.
@Suite("A mutated policy is noticed")
struct MutatedCaseTests {
    /// How many mutants may go unnoticed.
    ///
    /// They are seen and known: most are no mistake, because the statement cannot show
    /// (everything denied beside it, a user that is gone, `IfExists` on a key that is always there), the others would
    /// need another caller *and* another key at once.
    private static let unnoticed: [PolicyMutant.Change: Int] = [
        .flippedEffect: 9, .droppedCondition: 18, .widenedAction: 9, .widenedResource: 2, .widenedPrincipal: 7,
        .lostAction: 2, .toggledIfExists: 41, .swappedQuantifier: 2, .droppedStatement: 10,
    ]

    private struct Key: Hashable {
        var layer: String
        var original: Document
        var mutant: PolicyMutant
    }

    @Test("by some case that holds it, or by a neighbour of one")
    func cases() throws {
        var noticed: [Key: Bool] = [:]
        for row in CaseFile.cases(.decision) where !row.isRefused {
            let question = try ReferenceQuestion(row)
            let neighbours = question.neighbourhood
            for mutated in question.mutated {
                let key = Key(layer: mutated.layer, original: mutated.original, mutant: mutated.mutant)
                guard noticed[key] != true else { continue }
                noticed[key] = neighbours.contains { isNoticed(mutated, asking: $0) }
            }
        }
        let survivors = noticed.filter { !$0.value }.map(\.key)
        let counts = Dictionary(grouping: survivors, by: \.mutant.change).mapValues(\.count)
        print("mutants: \(noticed.count), noticed: \(noticed.count - survivors.count), of them unnoticed: \(counts)")
        #expect(noticed.count > 1_000)
        for change in PolicyMutant.Change.allCases {
            #expect(
                counts[change, default: 0] <= MutatedCaseTests.unnoticed[change, default: 0],
                "\(change): \(survivors.filter { $0.mutant.change == change }.map(describe).sorted())")
        }
    }

    private func isNoticed(_ mutated: MutatedQuestion, asking question: ReferenceQuestion) -> Bool {
        var changed = question
        mutated.put(&changed)
        guard let trace = try? Deciding(changed).trace() else { return false }
        let expected = DecisionRules.decide(question)
        let differs =
            trace.verdict.decision != expected.decision || trace.verdict.reason != expected.reason
            || trace.deniedBy.map { "\($0)" } != expected.deniedBy.map(\.rawValue)
        // What is refused as it is asked shows nothing.
        return differs && (try? Deciding(question).verdict()) != nil
    }

    private func describe(_ key: Key) -> String {
        "\(key.layer), statement \(key.mutant.statement): \(PolicyPrinter.print(key.original, pretty: false))"
    }
}
