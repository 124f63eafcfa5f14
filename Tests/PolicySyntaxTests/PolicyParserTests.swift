import JSONDocument
import PolicyModel
import PolicySyntax
import Testing

/// Parses text as a file.
func parse(_ text: String, kind: PolicyKind = .identity, rules: PolicyRules = PolicyRules()) -> PolicyParseResult {
    PolicyParser(kind: kind, rules: rules).parse(Array(text.utf8), file: "policy.json")
}

@Suite struct PolicyParserTests {
    @Test("a document becomes the model, element by element")
    func model() throws {
        let result = parse(
            """
            {"Version": "2012-10-17", "Id": "id", "Statement": [
              {"Sid": "One", "Effect": "Deny", "Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:root",
                "arn:aws:iam::111122223333:user/a/Bob"], "Service": "svc.example"},
               "NotAction": ["docs:Read", "docs:List*"], "NotResource": "arn:app:docs:::x",
               "Condition": {"StringEquals": {"app:A": [1.50, true, "x"], "app:B": "y"},
                 "ForAllValues:StringLikeIfExists": {"aws:TagKeys": "t*"}, "Null": {"app:C": "TRUE"}}},
              {"Effect": "Allow", "Principal": "*", "Action": "*"}]}
            """, kind: .resource)
        let account = try #require(AccountID("111122223333"))
        let first = Statement(
            sid: "One", effect: .deny,
            principal: .principal([
                .account(account), .account(account), .user("arn:aws:iam::111122223333:user/a/Bob"),
                .service("svc.example"),
            ]),
            action: .notAction(["docs:Read", "docs:List*"]), resource: .notResource(["arn:app:docs:::x"]),
            conditions: [
                Condition(operator: .init(base: .stringEquals), key: "app:A", values: ["1.50", "true", "x"]),
                Condition(operator: .init(base: .stringEquals), key: "app:B", values: ["y"]),
                Condition(
                    operator: .init(quantifier: .forAllValues, base: .stringLike, ifExists: true), key: "aws:TagKeys",
                    values: ["t*"]),
                Condition(operator: .init(base: .null), key: "app:C", values: ["true"]),
            ])
        let second = Statement(effect: .allow, principal: .principal([.everyone]), action: .action(["*"]))
        let source = try #require(result.source)
        #expect(source.document == Document(version: .v2012, id: "id", statements: [first, second]))
        #expect(source.statementPositions == [JSONPosition(line: 2, column: 3), JSONPosition(line: 7, column: 3)])
        #expect(source.file == "policy.json")
    }

    @Test(
        "a trust policy for everyone is critical, unless a condition says who everyone is",
        arguments: [
            (#"{}"#, nil), (#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#, "aws:PrincipalOrgID"),
            (#"{"ArnLike": {"AWS:PrincipalARN": "arn:aws:iam::111122223333:role/*"}}"#, "AWS:PrincipalARN"),
            (#"{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}"#, "aws:PrincipalOrgPaths"),
            (#"{"StringEquals": {"sts:ExternalId": "x"}}"#, nil),
            (#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}"#, nil),
            (#"{"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}"#, nil),
            (#"{"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}"#, nil),
            (#"{"StringLike": {"aws:PrincipalOrgID": "*"}}"#, nil),
            (#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}}"#, nil),
            (#"{"Null": {"aws:PrincipalOrgID": "false"}}"#, nil),
        ] as [(String, String?)])
    func everyone(_ condition: String, _ key: String?) {
        let result = parse(
            #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": \#(condition)}}"#,
            kind: .trust)
        let warning = result.diagnostics.first { $0.code == .everyoneTrusted }
        #expect(warning?.path == "Statement.Principal")
        #expect(warning?.message.hasPrefix("critical: ") == (key == nil))
        if let key { #expect(warning?.message.hasPrefix("everyone whom `\(key)` lets through may assume") == true) }
    }

    @Test("a document inside an entity's file keeps its places in the file, and only its own text")
    func embedded() throws {
        let text = """
            {"UserPolicyList": [{"PolicyName": "p",
              "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "docs", "Resource": "*"}}},
             {"PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "docs:Read", "Resource": "*"}}}]}
            """
        let bytes = Array(text.utf8)
        let json = try JSONDocument(bytes, limits: .file)
        func document(_ index: Int) throws -> PolicyParseResult {
            let path = JSONPath().appending("UserPolicyList").appending(index).appending("PolicyDocument")
            let node = try #require(json.node(at: path))
            return PolicyParser(kind: .identity).parse(node, in: "alice.json", text: bytes, path: path.description)
        }
        let bad = try #require(try document(0).errors.first)
        #expect(bad.position == JSONPosition(line: 2, column: 65))
        #expect(bad.path == "UserPolicyList[0].PolicyDocument.Statement.Action")
        #expect(
            bad.line
                == "alice.json:2:65: error: `docs` is no action; write `service:Name`, or `*` for all [invalid-action]")
        let good = try #require(try document(1).source)
        #expect(
            String(decoding: good.text, as: UTF8.self)
                == #"{"Statement": {"Effect": "Allow", "Action": "docs:Read", "Resource": "*"}}"#)
        #expect(good.statementPositions == [JSONPosition(line: 3, column: 35)])
    }

    @Test("a document in a string keeps its decoded text, and its errors stand at the string")
    func inString() throws {
        let plain = #"{"Statement":{"Effect":"Allow","Action":"docs:Read","Resource":"*"}}"#
        let encoded = plain.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
        }.joined()
        for string in [plain, encoded] {
            let result = parse("\n  " + JSONOutput.string(string).serialized())
            let source = try #require(result.source)
            #expect(String(decoding: source.text, as: UTF8.self) == plain)
            #expect(source.statementPositions == [JSONPosition(line: 2, column: 3)])
        }
        let error = try #require(parse("\n " + JSONOutput.string(#"{"Statement":{}}"#).serialized()).errors.first)
        #expect(error.position == JSONPosition(line: 2, column: 2))
        #expect(error.message.hasSuffix(", at 1:14 of the document in this string"))
    }

    @Test("diagnostics come by place, whatever order the checks have")
    func order() {
        let result = parse(
            """
            {"Statement": [{"Resource": "x", "Action": "y", "Effect": "z"}],
             "Version": "1", "Id": "i"}
            """)
        #expect(
            result.diagnostics.map(\.code) == [
                .invalidResource, .invalidAction, .invalidEffect, .invalidVersion, .idInIdentityPolicy,
            ])
        #expect(result.diagnostics == result.diagnostics.sorted())
        #expect(result.source == nil)
        #expect(result.errors.count == 4)
        #expect(result.warnings.map(\.severity) == [.warning])
    }

    @Test("no more errors of a document are kept than anyone reads")
    func manyErrors() {
        let text =
            #"{"Statement":{"Effect":"Allow","Resource":"*","Action":["#
            + Array(repeating: "1", count: 4_000)
            .joined(separator: ",") + "]}}"
        #expect(parse(text).errors.count == PolicyRules.diagnosticsMax)
    }
}

@Suite struct PolicyRulesTests {
    private func statements(_ count: Int) -> String {
        let one = #"{"Effect":"Allow","Action":"d:R","Resource":"*"}"#
        return #"{"Statement":["# + Array(repeating: one, count: count).joined(separator: ",") + "]}"
    }

    private func values(_ count: Int, _ statement: (String) -> String) -> String {
        let list = "[" + Array(repeating: #""d:R""#, count: count).joined(separator: ",") + "]"
        return #"{"Statement":"# + statement(list) + "}"
    }

    @Test("2,000 statements are read, and 2,001 are not")
    func statementsMax() {
        #expect(parse(statements(2_000)).source != nil)
        #expect(parse(statements(2_001)).errors.map(\.code) == [.tooManyStatements])
        #expect(parse(statements(2_001)).errors.map(\.path) == ["Statement[2000]"])
    }

    @Test("5,000 values of a list are read, and 5,001 are not")
    func valuesMax() {
        let shapes: [(String) -> String] = [
            { #"{"Effect":"Allow","Resource":"*","Action":\#($0)}"# },
            { #"{"Effect":"Allow","Resource":"*","Action":"*","Condition":{"StringEquals":{"k":\#($0)}}}"# },
        ]
        for shape in shapes {
            #expect(parse(values(5_000, shape)).source != nil)
            #expect(parse(values(5_001, shape)).errors.map(\.code) == [.tooManyValues])
        }
    }

    @Test("256 KiB are read, and one byte more is not")
    func documentBytesMax() {
        func text(_ bytes: Int) -> String {
            let start = #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:app:docs:::"#
            return start + String(repeating: "a", count: bytes - start.utf8.count - 3) + "\"}}"
        }
        #expect(parse(text(256 * 1024)).source != nil)
        #expect(parse(text(256 * 1024 + 1)).errors.map(\.code) == [.documentTooLarge])
        #expect(parse(text(1024 * 1024 + 1)).errors.map(\.code) == [.documentTooLarge])
    }

    @Test("a document 32 deep is read inside a file that is deeper, and one of 33 is not")
    func depth() throws {
        for (depth, codes) in [(31, [DiagnosticCode.unknownElement]), (32, [.documentTooDeep])] {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let bytes = Array(
                #"[[[{"X":\#(nested),"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}]]]"#.utf8)
            let json = try JSONDocument(bytes, limits: .file)
            let node = try #require(json.node(at: JSONPath([.index(0), .index(0), .index(0)])))
            let result = PolicyParser(kind: .identity).parse(node, in: "f", text: bytes, path: "")
            #expect(result.errors.map(\.code) == codes)
        }
    }

    @Test("quotas of AWS are warnings", arguments: PolicyKind.allCases)
    func quotas(kind: PolicyKind) throws {
        let most = PolicyQuota.charactersMax(of: kind)
        let principal = [.resource, .trust, .rcp].contains(kind) ? #""Principal":{"Service":"a.b"},"# : ""
        let head =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Deny",\#(kind == .rcp ? #""Principal":"*","# : principal)"#
        let resource = kind == .trust ? "" : #","Resource":"*""#
        func text(_ characters: Int) -> String {
            let rest = #""Action":"sts:""#.utf8.count + resource.utf8.count + 2
            let fill = String(repeating: "a", count: characters - head.utf8.count - rest)
            return head + #""Action":"sts:\#(fill)""# + resource + "}}"
        }
        let exact = parse(text(most), kind: kind)
        #expect(exact.source != nil)
        #expect(exact.diagnostics.isEmpty)
        let over = parse(text(most + 1), kind: kind)
        #expect(over.source != nil)
        #expect(over.diagnostics.map(\.code) == [.quotaExceeded])
        let countsBlanks = [.session, .resource, .scp, .rcp].contains(kind)
        #expect(parse("\n" + text(most) + " \t", kind: kind).diagnostics.isEmpty)
        let inner = text(most).replacing("{\"Version\"", with: "{ \n\"Version\"")
        #expect(parse(inner, kind: kind).diagnostics.isEmpty == !countsBlanks)
    }

    @Test("partitions can be chosen")
    func partitions() {
        var rules = PolicyRules()
        rules.partitions = ["home"]
        let text = #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:home:docs:::x"}}"#
        #expect(parse(text).errors.map(\.code) == [.unknownPartition])
        #expect(parse(text, rules: rules).source != nil)
        #expect(parse(text.replacing("home", with: "aws"), rules: rules).errors.map(\.code) == [.unknownPartition])
    }

    @Test("a key that the store declares as a list needs a set operator, and is no variable")
    func declaredKeys() {
        var rules = PolicyRules()
        rules.declaredKeys = ["app:labels": KeyDeclaration(type: .string, isMultiValued: true)]
        func text(_ condition: String) -> String {
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":\#(condition)}}"#
        }
        let plain = text(#"{"StringEquals":{"APP:Labels":"x"}}"#)
        #expect(parse(plain).source != nil)
        #expect(parse(plain, rules: rules).errors.map(\.code) == [.setOperatorRequired])
        #expect(parse(text(#"{"ForAnyValue:StringEquals":{"app:Labels":"x"}}"#), rules: rules).source != nil)
        let variable = text(#"{"StringEquals":{"app:k":"${app:Labels}"}}"#)
        #expect(parse(variable).source != nil)
        #expect(parse(variable, rules: rules).errors.map(\.code) == [.variableMultiValued])
    }

    @Test("an empty Sid names nothing, and may be given twice")
    func emptySid() throws {
        let text = #"{"Statement":[\#(allow("")),\#(allow(""))]}"#
        let document = try #require(parse(text).source).document
        #expect(document.statements.map(\.sid) == [nil, nil])
        func allow(_ sid: String) -> String { #"{"Sid":"\#(sid)","Effect":"Allow","Action":"a:B","Resource":"*"}"# }
    }

    @Test(
        "a key that is nearly one of the language is told as the manual writes that one",
        arguments: [
            ("aws:PrincpalArn", "aws:PrincipalArn"), ("AWS:MULTIFACTORAUTHPRESENTS", "aws:MultiFactorAuthPresent"),
            ("aws:PrincipalTags/team", "aws:PrincipalTag/team"), ("sts:ExternalID2", "sts:ExternalId"),
        ])
    func keySpelling(_ written: String, _ meant: String) {
        let text =
            #"{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"\#(written)":"x"}}}}"#
        #expect(parse(text).warnings.first?.message.hasSuffix("did you mean `\(meant)`?") == true)
    }

    @Test("blanks in a Sid and trust in everyone are settings")
    func settings() {
        var rules = PolicyRules()
        rules.sidMayHoldBlanks = true
        rules.refusesEveryoneTrusted = true
        let resource = #"{"Statement":{"Sid":"a b","Effect":"Allow","Principal":"*","Action":"*"}}"#
        #expect(parse(resource, kind: .resource).errors.map(\.code) == [.invalidSid])
        #expect(parse(resource, kind: .resource, rules: rules).source != nil)
        let identity = #"{"Statement":{"Sid":"a b","Effect":"Allow","Resource":"*","Action":"*"}}"#
        #expect(parse(identity, rules: rules).errors.map(\.code) == [.invalidSid])
        let trust = #"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#
        #expect(parse(trust, kind: .trust).warnings.map(\.code) == [.everyoneTrusted])
        #expect(parse(trust, kind: .trust, rules: rules).errors.map(\.code) == [.everyoneTrusted])
    }
}

@Suite struct PolicyPrinterTests {
    @Test("a document is printed with scalars for lists of one, in a fixed order of members")
    func printed() throws {
        let source = try #require(
            parse(
                """
                {"Statement": [{"Condition": {"StringEquals": {"b": ["x"], "a": ["y", "z"]}, "Bool": {"c": true}},
                 "Resource": ["*"], "Action": ["d:R", "d:L"], "Effect": "Allow", "Sid": "S",
                 "Principal": {"Service": "a.b", "AWS": "111122223333"}}], "Id": "i", "Version": "2012-10-17"}
                """, kind: .resource
            ).source)
        #expect(
            PolicyPrinter.print(source.document, pretty: false)
                == #"{"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"S","Effect":"Allow","#
                + #""Principal":{"Service":"a.b","AWS":"arn:aws:iam::111122223333:root"},"Action":["d:R","d:L"],"#
                + #""Resource":"*","Condition":{"StringEquals":{"b":"x","a":["y","z"]},"Bool":{"c":"true"}}}]}"#)
        #expect(PolicyPrinter.print(source.document, pretty: true).hasPrefix("{\n  \"Version\": \"2012-10-17\",\n"))
    }
}
