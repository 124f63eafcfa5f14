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
    func action(row: Case) throws {
        let statement = Statement(
            effect: .allow, action: .action([try row.text("pattern")]), resource: .resource(["*"]))
        try expect(row, statement, action: row.text("action"))
    }

    @Test("a resource pattern takes a resource", arguments: CaseFile.cases(.resource).filter { !$0.isRefused })
    func resource(row: Case) throws {
        let statement = Statement(
            effect: .allow, action: .action(["doc:Read"]), resource: .resource([try row.text("pattern")]))
        try expect(row, statement, resource: row.text("resource"))
    }

    @Test("a condition block holds", arguments: CaseFile.cases(.condition).filter { !$0.isRefused })
    func condition(row: Case) throws {
        let statement = Statement(
            effect: .allow, action: .action(["doc:Read"]), resource: .resource(["*"]),
            conditions: try CaseDocuments.conditions(#require(row.node["condition"])))
        try expect(row, statement)
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
    private func expect(
        _ row: Case, _ statement: Statement, action: Text = "doc:Read", resource: Text = "arn:aws:docs:::report/7"
    ) throws {
        // The resource's own account, so that the identity policy alone is enough.
        let owner = ARN(resource).flatMap { AccountID($0.account) }
        let account = try #require(owner ?? AccountID("111111111111"))
        var question = ReferenceQuestion(
            caller: .user(account, arn: Text("arn:aws:iam::\(account):user/bob")), action: action, resource: resource)
        question.context = try row.context
        question.identityPolicies = [
            Document(version: row.expands ? .v2012 : .v2008, statements: [statement])
        ]
        let deciding = try Deciding(question)
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
