import JSONDocument
import PolicyCases
import PolicyModel
import PolicyReference
import Testing

@testable import Commands

/// The specification's rows as lines of `simulate`: the same decisions, by the same layers.
@Suite("The specification's rows, simulated")
struct SimulateCaseTests {
    /// How many rows a line cannot say, and why; the reasons are written at `Unsayable`.
    private static let unsayable: [Unsayable: Int] = [
        .id: 15, .sessionOfPathedRole: 4, .owner: 3, .sessionRequired: 22, .shortARN: 1,
    ]
    /// How many rows ask of what is neither an ARN nor `*`.
    private static let faults = ["resources.json: resource": 2]

    @Test("a question is decided, and denied by the layers of its row")
    func decisions() throws {
        var unsayable: [Unsayable: Int] = [:]
        var said = 0
        for row in CaseFile.cases(.decision) where !row.isRefused {
            let question = try ReferenceQuestion(row)
            do throws(Unsayable) {
                let simulated = try SimulatedQuestion(question)
                let short = try SimulatedQuestion(question, leavingOutAbsent: true)
                said += 1
                compare(simulated, short, question, row)
            } catch {
                unsayable[error, default: 0] += 1
            }
        }
        #expect(unsayable == Self.unsayable)
        #expect(said == CaseFile.cases(.decision).count - unsayable.values.reduce(0, +))
    }

    private func compare(
        _ simulated: SimulatedQuestion, _ short: SimulatedQuestion, _ question: ReferenceQuestion, _ row: Case
    ) {
        do {
            let answer = try Simulated.answer(simulated.line)
            let decision = try row.text("decision").string
            #expect(answer["decision"]?.string == decision, "\(row): \(simulated.line)\n\(answer)")
            let layers = try row.deniedBy ?? DecisionRules.decide(question).deniedBy
            #expect(answer.layers == layers.map(\.rawValue), "\(row): \(simulated.line)")
            // A kind that is left out is not in play, and decides nothing.
            let other = try Simulated.answer(short.line)
            #expect(other["decision"]?.string == decision, "\(row): \(short.line)")
            #expect(Set(other.layers).isSubset(of: answer.layers), "\(row): \(short.line)")
        } catch {
            Issue.record(error, "\(row)")
        }
    }

    @Test("a row about a statement is decided by a policy that says it")
    func statements() throws {
        var faults: [String: Int] = [:]
        for (form, row) in CaseFile.statementCases {
            let question = try ReferenceQuestion(statement: row, form)
            let line = try SimulatedQuestion(question, as: row.context).line
            let answer = try Simulated.answer(line)
            guard let decision = answer["decision"]?.string else {
                faults["\(row.file): \(answer["error"]?["path"]?.string ?? "none")", default: 0] += 1
                continue
            }
            #expect(try decision == (row.result ? "allowed" : "implicitDeny"), "\(row): \(line)")
        }
        #expect(faults == Self.faults)
    }
}

extension JSONNode {
    /// `deniedBy` of an answer.
    var layers: [String] { self["deniedBy"]?.elements?.compactMap(\.string) ?? [] }
}
