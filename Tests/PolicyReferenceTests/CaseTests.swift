import JSONDocument
import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// The specification's rows, through the reference.
@Suite struct CaseTests {
    @Test func `every file of cases is found, with every case`() throws {
        let counts = try CaseFile.all.map { "\($0.name) \($0.form) \($0.cases.count)" }
        #expect(
            counts == [
                "actions.json action 18",
                "assumption-holdings.json assumption 14",
                "assumptions.json assumption 145",
                "conditions.json condition 41",
                "engine-keys.json decision 63",
                "examples.json decision 81",
                "holdings.json decision 49",
                "layers.json decision 281",
                "operators.json condition 121",
                "organizations.json decision 89",
                "resources.json resource 66",
                "sessions.json decision 162",
                "set-operators.json condition 52",
                "traps.json decision 42",
                "truth-table.json condition 87",
            ])
        for file in try CaseFile.all {
            let names = Set(file.cases.map { Text($0.name) })
            #expect(names.count == file.cases.count, "a name occurs twice in \(file.name)")
        }
    }

    @Test(arguments: CaseFile.cases(.action))
    func `an action pattern takes an action`(row: Case) throws {
        #expect(try StatementRules.actionMatches(row.text("pattern"), row.text("action")) == row.result)
    }

    @Test(arguments: CaseFile.cases(.resource))
    func `a resource pattern takes a resource`(row: Case) throws {
        let matches = try StatementRules.resourceMatches(
            row.text("pattern"), row.text("resource"), kind: row.kind, expands: row.expands,
            in: ReferenceContext(row.context))
        #expect(try matches == row.result)
    }

    @Test(arguments: CaseFile.cases(.condition))
    func `a condition block holds`(row: Case) throws {
        let node = try #require(row.node["condition"])
        let holds = try ConditionRules.holds(
            CaseDocuments.conditions(node), expands: row.expands, in: ReferenceContext(row.context))
        #expect(try holds == row.result)
    }

    @Test(arguments: CaseFile.cases(.decision))
    func `a question is decided`(row: Case) throws {
        try expect(DecisionRules.decide(try ReferenceQuestion(row)), row)
    }

    @Test(arguments: CaseFile.cases(.assumption))
    func `a role is assumed, or not`(row: Case) throws {
        let assumption = try ReferenceAssumption(row)
        if let fault = row.node["fault"]?.string {
            #expect(throws: try #require(AssumptionFault(rawValue: fault))) {
                try AssumptionRules.decide(assumption)
            }
            return
        }
        let answer = try AssumptionRules.decide(assumption)
        try expect(answer.answer, row)
        #expect((answer.newSession != nil) == (answer.answer.decision == .allowed))
        guard var expected = try row.newSession else { return }
        expected.session.issued = answer.newSession?.session.issued
        #expect(answer.newSession == expected)
    }

    private func expect(_ answer: ReferenceAnswer, _ row: Case) throws {
        #expect(try answer.decision == #require(Decision(rawValue: row.text("decision").string)))
        if let reason = row.node["reason"]?.string {
            #expect(try answer.reason == #require(Reason(rawValue: reason)))
        }
        if let layers = try row.deniedBy { #expect(answer.deniedBy == layers) }
    }
}
