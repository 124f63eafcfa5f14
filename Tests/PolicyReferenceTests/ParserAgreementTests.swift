import JSONDocument
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicySyntax
import Testing

/// What the cases and the generators say is what the parser reads.
@Suite struct ParserAgreementTests {
    private func parse(_ text: String, _ kind: PolicyKind) -> PolicyParseResult {
        PolicyParser(kind: kind).parse(Array(text.utf8), file: "case.json")
    }

    /// A document around one part, so that rows of a form can be parsed; what else it says is harmless in its kind.
    private func document(
        _ row: Case, action: String = #""a:b""#, resource: String = #""*""#, condition: String = "{}"
    ) throws -> String {
        let principal = try row.kind == .resource ? #""Principal":"*","# : ""
        return """
            {"Version":"\(row.expands ? "2012-10-17" : "2008-10-17")","Statement":{"Effect":"Allow",\(principal)\
            "Action":\(action),"Resource":\(resource),"Condition":\(condition)}}
            """
    }

    private func check(_ row: Case, _ text: String, _ read: (Document) throws -> Bool) throws {
        let result = parse(text, try row.kind)
        #expect(result.errors.isEmpty != row.isRefused, "\(result.diagnostics.map(\.line)) for \(text)")
        if let document = result.source?.document { #expect(try read(document)) }
    }

    @Test(arguments: CaseFile.cases(.action))
    func `an action pattern is read as it stands, or refused`(row: Case) throws {
        let pattern = try #require(row.node["pattern"])
        try check(row, document(row, action: row.source(of: pattern))) {
            try $0.statements[0].action == .action([row.text("pattern")])
        }
    }

    @Test(arguments: CaseFile.cases(.resource))
    func `a resource pattern is read as it stands, or refused`(row: Case) throws {
        let pattern = try #require(row.node["pattern"])
        try check(row, document(row, resource: row.source(of: pattern))) {
            try $0.statements[0].resource == .resource([row.text("pattern")])
        }
    }

    @Test(arguments: CaseFile.cases(.condition))
    func `a condition block is read as it stands, or refused`(row: Case) throws {
        let block = try #require(row.node["condition"])
        try check(row, document(row, condition: row.source(of: block))) {
            try $0.statements[0].conditions == CaseDocuments.conditions(block)
        }
    }

    @Test(arguments: CaseFile.cases(.decision) + CaseFile.cases(.assumption))
    func `every document of a question is read as it stands`(row: Case) throws {
        func list(_ member: String, _ kind: PolicyKind) -> [(JSONNode, PolicyKind)] {
            (row.node[member]?.elements ?? []).flatMap { $0.elements ?? [$0] }.map { ($0, kind) }
        }
        let isTrust = row.node["isTrustPolicy"]?.value == .bool(true)
        var documents = list("identityPolicies", .identity) + list("sessionPolicies", .session)
        documents += list("attachedPolicies", .managed) + list("managedSessionPolicies", .managed)
        for group in row.node["groups"]?.elements ?? [] {
            // In turn embedded in the group and attached to it.
            documents += (group.elements ?? []).enumerated().map { ($1, $0 % 2 == 0 ? .identity : .managed) }
        }
        documents += list("rolePolicies", .identity)
        if let boundary = row.node["roleBoundary"] { documents.append((boundary, .boundary)) }
        let call = row.node["call"]
        documents += (call?["policies"]?.elements ?? []).map { ($0, .session) }
        documents += (call?["managedPolicies"]?.elements ?? []).map { ($0, .managed) }
        documents += list("resourcePolicies", isTrust ? .trust : .resource)
        documents += list("serviceControlPolicies", .scp) + list("resourceControlPolicies", .rcp)
        if let boundary = row.node["permissionsBoundary"] { documents.append((boundary, .boundary)) }
        if let trust = row.node["trustPolicy"] { documents.append((trust, .trust)) }
        for (node, kind) in documents {
            let result = parse(row.source(of: node), kind)
            #expect(result.errors.isEmpty, "\(result.diagnostics.map(\.line))")
            #expect(try result.source?.document == CaseDocuments.document(node))
        }
    }

    @Test(arguments: PolicyKind.allCases)
    func `every document that a generator makes is printed, and read back as itself`(kind: PolicyKind) {
        let seed: UInt64 = 20_261_123
        print("seed \(seed)")
        var generator = Generator(seed: seed)
        for number in 0..<1_500 {
            if number % 4 == 0 { _ = generator.request() }
            let document = generator.document(kind: kind)
            let text = PolicyPrinter.print(document, pretty: number % 2 == 0)
            let result = parse(text, kind)
            #expect(result.source?.document == document, "\(result.errors.map(\.line)) for \(text)")
        }
    }
}
