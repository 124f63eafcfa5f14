import Authorizer
import DecisionTree
import Directory
import JSONDocument
import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// The specification's rows, through the compiled tree; those of statements as decisions by one identity policy.
@Suite("The specification's rows, decided by the compiled tree")
struct CaseDecisionTests {
    @Test("a question is decided", arguments: CaseFile.cases(.decision))
    func decision(row: Case) throws {
        try #require(!row.isRefused)
        let verdict = try Deciding(ReferenceQuestion(row)).verdict()
        #expect(try verdict.decision.rawValue == row.text("decision").string)
        if let reason = row.node["reason"]?.string { #expect(verdict.reason.rawValue == reason) }
    }

    @Test("an action pattern takes an action", arguments: CaseFile.cases(.action).filter { !$0.isRefused })
    func action(row: Case) throws { try expect(row, .action) }

    @Test("a resource pattern takes a resource", arguments: CaseFile.cases(.resource).filter { !$0.isRefused })
    func resource(row: Case) throws { try expect(row, .resource) }

    @Test("a condition block holds", arguments: CaseFile.cases(.condition).filter { !$0.isRefused })
    func condition(row: Case) throws { try expect(row, .condition) }

    @Test("what is refused when it is written would mean what its row says, if a tree had it")
    func refused() throws {
        var count = 0
        for form in [CaseFile.Form.action, .resource, .condition] {
            // Of other kinds than identity policies the tree is another one.
            for row in CaseFile.cases(form) where row.isRefused && row.node["kind"] == nil {
                let deciding = try Deciding(ReferenceQuestion(statement: row, form))
                #expect(try deciding.firstDocumentAllows() == row.result, "\(row)")
                count += 1
            }
        }
        #expect(count == 10)
    }

    @Test("the rows whose context no enforcement point may assert are these")
    func undecided() throws {
        var faults: [String: Int] = [:]
        for row in CaseFile.cases(.condition) + CaseFile.cases(.resource) where !row.isRefused {
            for entry in try row.context where ConditionKeys.isEngineOwned(folded: entry.key.foldedASCII) {
                faults[row.file, default: 0] += 1
                break
            }
        }
        #expect(faults == ["conditions.json": 8, "operators.json": 2, "resources.json": 8])
    }

    /// Walks the tree of the statement; and decides by it, where the context is one that may be asserted.
    private func expect(_ row: Case, _ form: CaseFile.Form) throws {
        let deciding = try Deciding(ReferenceQuestion(statement: row, form))
        let result = try row.result
        #expect(deciding.firstDocumentAllows() == result)
        do throws(RequestFault) {
            let decision = try deciding.verdict().decision
            #expect(decision == (result ? .allowed : .implicitDeny))
        } catch {
            #expect(deciding.isFaultExpected(error), "\(error.message)")
        }
    }
}

extension Deciding {
    /// What the tree of the only document says of the context as it stands, without the authorizer's checks and keys.
    func firstDocumentAllows() -> Bool {
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        let tables = snapshot.tables
        view.fill(principal, question.action, question.resource, question.context, keys: snapshot.tables.keys)
        scratch.begin(conditionCount: tables.conditionCount, now: question.now)
        scratch.setAction(view.keep(question.action.foldedASCII), in: tables.view)
        view.beginBinding(keyCount: tables.view.keyCount)
        for index in 0..<view.entries.count where view.entries[index].valueCount > 0 {
            guard view.entries[index].keyID != SymbolTable.none else { continue }
            let isBound = view.bind(view.entries[index].keyID, toEntry: index)
            #expect(isBound)
        }
        let evaluation = Evaluation(
            document: tables.view.documents[0], conditions: tables.view.conditions, keyFlags: tables.view.keyFlags)
        return !evaluation.grades(
            ofEffectAt: Format.Document.allow, enough: Grades(rawValue: .max), view, &scratch
        ).isEmpty
    }

    /// Whether the fault is about something that the question really has.
    func isFaultExpected(_ fault: RequestFault) -> Bool {
        func value(_ key: Text) -> ContextValue? {
            question.context.first { $0.key.foldedASCII == key.foldedASCII }?.value
        }
        switch fault {
        case .engineOwnedKey(let key): return ConditionKeys.isEngineOwned(folded: key.foldedASCII) && value(key) != nil
        case .unexpectedArray(let key): if case .multiple = value(key) { return true } else { return false }
        case .wrongShape(let key, _):
            return ConditionKeys.declaration(ofFolded: key.foldedASCII) != nil && value(key) != nil
        case .malformedResource: return ARN(question.resource) == nil
        default: return false
        }
    }
}
