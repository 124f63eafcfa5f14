import Authorizer
import JSONDocument
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
    @Test("by some case that holds it, or by a neighbour of one; the others are known by name")
    func decisions() throws {
        var mutants = try Mutants(of: "decisions")
        for row in CaseFile.cases(.decision) where !row.isRefused {
            let question = try ReferenceQuestion(row)
            let asked = Asked(question.neighbourhood, DecisionRules.decide)
            for mutated in question.mutated {
                mutants.look(at: mutated) { asked.notice { mutated.put(&$0) } }
            }
        }
        mutants.expectKnown(atLeast: 1_100)
    }

    @Test("in calls of AssumeRole likewise")
    func assumptions() throws {
        var mutants = try Mutants(of: "assumptions")
        for row in CaseFile.cases(.assumption) where row.node["fault"] == nil {
            let assumption = try ReferenceAssumption(row)
            let asked = Asked(assumption.neighbourhood) { try? AssumptionRules.decide($0).answer }
            for mutated in assumption.question.mutated {
                mutants.look(at: mutated) { asked.notice { mutated.put(&$0.question) } }
            }
        }
        mutants.expectKnown(atLeast: 400)
    }
}

/// What can be put to the reference and to the tree.
private protocol Askable: Hashable {
    /// What the tree says; `nil` for what is refused as it stands.
    func treeAnswer() -> ReferenceAnswer?
}

extension ReferenceQuestion: Askable {
    fileprivate func treeAnswer() -> ReferenceAnswer? {
        (try? Deciding(self).trace()).map { ReferenceAnswer($0) }
    }
}

extension ReferenceAssumption: Askable {
    fileprivate func treeAnswer() -> ReferenceAnswer? {
        (try? DecidingAssumption(self).trace()).map { ReferenceAnswer($0) }
    }
}

/// Questions with what the reference answers.
private final class Asked<Item: Askable> {
    private let items: [(item: Item, answer: ReferenceAnswer)]
    /// Whether the tree answers as the reference does while nothing is changed, by index.
    private var agrees: [Int: Bool] = [:]

    init(_ items: [Item], _ decide: (Item) -> ReferenceAnswer?) {
        self.items = Asked.distinct(items).compactMap { item in decide(item).map { (item, $0) } }
    }

    private static func distinct(_ items: [Item]) -> [Item] {
        var seen: Set<Item> = []
        return items.filter { seen.insert($0).inserted }
    }

    /// Whether one of them is answered otherwise after the change; only those say something that are answered alike before.
    func notice(_ change: (inout Item) -> Void) -> Bool {
        items.indices.contains { index in
            var changed = items[index].item
            change(&changed)
            guard let answer = changed.treeAnswer(), answer != items[index].answer else { return false }
            return agrees(index)
        }
    }

    private func agrees(_ index: Int) -> Bool {
        if let known = agrees[index] { return known }
        let isSame = items[index].item.treeAnswer() == items[index].answer
        agrees[index] = isSame
        return isSame
    }
}

/// Every mutant that was looked at, once, and whether anything noticed it.
private struct Mutants {
    private let part: String
    /// Those of which it is known why nothing can notice them; they are not tried again.
    private let known: [Survivor: String]
    private var isNoticed: [Survivor: Bool] = [:]

    init(of part: String) throws {
        self.part = part
        known = try Survivor.known(among: part)
    }

    mutating func look(at mutated: MutatedQuestion, _ notice: () -> Bool) {
        let mutant = Survivor(mutated)
        guard isNoticed[mutant] != true else { return }
        isNoticed[mutant] = known[mutant] == nil && notice()
    }

    /// Expects that those that nothing noticed are those that the list has, each with its reason.
    func expectKnown(atLeast count: Int) {
        #expect(isNoticed.count >= count)
        let survivors = Set(isNoticed.filter { !$0.value }.keys)
        print("\(part): \(isNoticed.count) mutants, \(isNoticed.count - survivors.count) noticed")
        for mutant in survivors.subtracting(known.keys).map(\.line).sorted() {
            Issue.record("\(part): nothing notices this, and `Mutants/survivors.json` does not say why: \(mutant)")
        }
        for mutant in Set(known.keys).subtracting(survivors).map(\.line).sorted() {
            Issue.record("\(part): no case has this any more: take it out of `Mutants/survivors.json`: \(mutant)")
        }
    }
}
