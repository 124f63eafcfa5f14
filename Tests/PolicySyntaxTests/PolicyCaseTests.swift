import JSONDocument
import PolicyModel
import PolicySyntax
import Testing

@Suite struct PolicyCaseTests {
    @Test("every file of cases is found, and every case in it")
    func counts() {
        let counts = Dictionary(grouping: PolicyCase.all, by: \.file).mapValues(\.count)
        #expect(
            counts == [
                "actions.json": 38, "conditions.json": 85, "json-text.json": 28, "kinds.json": 24, "lints.json": 59,
                "operator-values.json": 114, "principals.json": 91, "resources.json": 82, "shape.json": 55,
                "variables.json": 80,
            ])
    }

    @Test("no two cases have one name")
    func names() {
        let names = PolicyCase.all.map(\.testDescription)
        #expect(Set(names).count == names.count)
    }

    @Test("each case gets its verdict, with every code and place", arguments: PolicyCase.all)
    func verdict(expected: PolicyCase) {
        let result = expected.parse()
        let found = result.errors.map { error in
            PolicyCase.ExpectedError(
                code: error.code.rawValue, path: error.path, position: expected.node == nil ? error.position : nil)
        }
        #expect(found == expected.errors)
        #expect(result.warnings.map(\.code.rawValue) == expected.warnings)
        #expect((result.source == nil) == !expected.errors.isEmpty)
    }

    @Test("the place of a diagnostic is the place of its path", arguments: PolicyCase.all.filter { $0.node != nil })
    func places(expected: PolicyCase) throws {
        let document = try #require(expected.node)
        for diagnostic in expected.parse().diagnostics {
            #expect(PolicyCaseTests.places(in: document, of: diagnostic.path).contains(diagnostic.position))
        }
    }

    /// The places that a path may mean: the value's, and for a member also its name's.
    private static func places(in node: JSONNode, path: String = "", of wanted: String) -> Set<JSONPosition> {
        var places: Set<JSONPosition> = path == wanted ? [node.position] : []
        func step(_ component: JSONPath.Component) -> String {
            let text = JSONPath([component]).description
            return path + (path.isEmpty || text.hasPrefix("[") ? "" : ".") + text
        }
        for (index, element) in (node.elements ?? []).enumerated() {
            places.formUnion(Self.places(in: element, path: step(.index(index)), of: wanted))
        }
        for member in node.members ?? [] {
            let inner = step(.member(member.name))
            if inner == wanted { places.insert(member.namePosition) }
            places.formUnion(Self.places(in: member.value, path: inner, of: wanted))
        }
        return places
    }

    @Test("messages are one line in lower case, without a stop, and say what to do", arguments: PolicyCase.all)
    func messages(expected: PolicyCase) {
        for diagnostic in expected.parse().diagnostics {
            let message = diagnostic.message
            #expect(!message.contains { $0.isNewline })
            #expect(!message.hasSuffix("."))
            #expect(message.first.map { $0.isLowercase || $0 == "`" } == true)
            #expect(message.split(separator: "`", omittingEmptySubsequences: false).count % 2 == 1)
        }
    }

    @Test(
        "an accepted document prints back to an equal one, compact and indented",
        arguments: PolicyCase.all.filter(\.errors.isEmpty))
    func roundTrip(accepted: PolicyCase) throws {
        let source = try #require(accepted.parse().source)
        for pretty in [false, true] {
            let printed = Array(PolicyPrinter.print(source.document, pretty: pretty).utf8)
            let again = PolicyParser(kind: accepted.kind).parse(printed, file: "printed")
            #expect(again.source?.document == source.document)
            #expect(again.source?.text == printed)
        }
    }

    @Test(
        "the text kept beside a document reads as the same document",
        arguments: PolicyCase.all.filter(\.errors.isEmpty))
    func keptText(accepted: PolicyCase) throws {
        let source = try #require(accepted.parse().source)
        let again = PolicyParser(kind: accepted.kind).parse(source.text, file: "kept")
        #expect(again.source?.document == source.document)
    }

    @Test(
        "an operator that is misspelt is named",
        arguments: [
            ("StringEqual", "StringEquals"), ("stringequals", "StringEquals"), ("StringLikes", "StringLike"),
            ("ForAnyValues:StringLike", "ForAnyValue:StringLike"), ("IPAddress", "IpAddress"),
            ("StringEqualsIfExist", "StringEqualsIfExists"), ("Boolean", nil), ("Equals", nil), ("DateAfter", nil),
        ] as [(String, String?)])
    func misspeltOperator(_ name: String, _ meant: String?) throws {
        let text =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"\#(name)":{"a:b":"c"}}}}"#
        let error = try #require(PolicyParser(kind: .identity).parse(Array(text.utf8), file: "f").errors.first)
        #expect(error.code == .unknownOperator)
        let hint = meant.map { "; did you mean `\($0)`?" } ?? "; write one such as `StringEquals` or `NumericLessThan`"
        #expect(error.message == "`\(name)` is no condition operator\(hint)")
    }

    @Test("every code has a case, or a test of its own")
    func everyCodeIsTested() {
        let inCases = Set(PolicyCase.all.flatMap { $0.errors.map(\.code) + $0.warnings })
        let elsewhere: Set = [
            "document-too-large", "too-many-statements", "too-many-values", "quota-exceeded",
        ]
        #expect(Set(DiagnosticCode.allCases.map(\.rawValue)).subtracting(elsewhere) == inCases)
    }
}
