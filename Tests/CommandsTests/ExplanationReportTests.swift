import Testing

@testable import Commands
@testable import PosternClient

@Suite("Explanations for people")
struct ExplanationReportTests {
    private func statement(
        _ sid: String?, index: Int = 0, file: String = "users/bob.json", layer: String = "identityPolicy"
    ) -> MatchedStatement {
        MatchedStatement(layer: layer, policy: "docs", sid: sid, index: index, file: file, line: 4, column: 3)
    }

    private var explanation: Explanation {
        Explanation(
            reason: "identityPolicy", summary: "because no\u{1B}identity-based policy allows it",
            deniedBy: ["identityPolicy"], resourceAccount: nil, matchedStatement: nil,
            layers: [
                Explanation.Layer(
                    layer: "identityPolicy", level: nil, outcome: "silent",
                    statements: [
                        Explanation.Statement(
                            statement: statement("Reads"), effect: "Allow", outcome: "conditionFailed", grades: [],
                            failedConditions: [
                                Explanation.FailedCondition(
                                    operator: "StringEquals", key: "app:place", wanted: ["office", "lab"],
                                    actual: ["home\u{1B}[2J"]),
                                Explanation.FailedCondition(
                                    operator: "Bool", key: "aws:SecureTransport", wanted: ["true"], actual: nil),
                            ])
                    ]),
                Explanation.Layer(
                    layer: "serviceControlPolicy", level: "ou-1", outcome: "allowed",
                    statements: [
                        Explanation.Statement(
                            statement: statement(nil, index: 2, file: "", layer: "serviceControlPolicy"),
                            effect: "Allow", outcome: "applied", grades: ["account", "everyone"], failedConditions: [])
                    ]),
            ],
            nearestAllow: Explanation.NearestAllow(
                advice: "statement `Reads` of `docs` comes closest: its condition does not hold",
                statement: statement("Reads"),
                missing: [
                    Explanation.Missing(
                        element: "condition", operator: "StringEquals", key: "app:place",
                        wanted: (0..<9).map { "v\($0)" }, actual: ["home"]),
                    Explanation.Missing(
                        element: "layer", operator: nil, key: nil, wanted: ["permissionsBoundary"], actual: nil),
                    Explanation.Missing(
                        element: "action", operator: nil, key: nil, wanted: ["docs:Read"], actual: ["docs:Edit"]),
                ]), json: "{}")
    }

    @Test("every layer, statement, place and value has its line, and no value commands the terminal")
    func lines() {
        let lines = ExplanationReport(style: Style(isColoured: false)).lines(explanation)
        #expect(
            lines.joined(separator: "\n") == #"""
                  why        because no\u{1b}identity-based policy allows it
                  reason     identityPolicy
                  policies
                    – identityPolicy: silent
                        Allow `Reads` of docs: condition failed
                          users/bob.json:4:3
                          StringEquals app:place: wanted "office", "lab", has "home\u001B[2J"
                          Bool aws:SecureTransport: wanted "true", not in the request
                    ✓ serviceControlPolicy at ou-1: allowed
                        Allow statement 2 of docs: applied (by account, everyone)
                  nearest allow (advice, not part of the decision)
                    statement `Reads` of `docs` comes closest: its condition does not hold
                      users/bob.json:4:3
                      condition StringEquals app:place: wanted "v0", "v1", "v2", "v3", "v4", "v5", and 3 more, has "home"
                      layer: "permissionsBoundary" would have to allow it, too
                      action: wanted "docs:Read", has "docs:Edit"
                """#)
    }

    @Test("a long value is cut")
    func longValue() {
        var long = explanation
        long = Explanation(
            reason: long.reason, summary: long.summary, deniedBy: [], resourceAccount: nil, matchedStatement: nil,
            layers: [],
            nearestAllow: Explanation.NearestAllow(
                advice: "a", statement: statement(nil),
                missing: [
                    Explanation.Missing(
                        element: "resource", operator: nil, key: nil, wanted: [String(repeating: "é", count: 200)],
                        actual: nil)
                ]), json: "{}")
        let line = ExplanationReport(style: Style(isColoured: false)).lines(long).last
        #expect(line == #"      resource: wanted "\#(String(repeating: "é", count: 80))…", not in the request"#)
    }
}

@Suite("What is known of credentials, from a file")
struct SessionFileTests {
    @Test("every member is read, also from what `assume-role --json` prints")
    func members() throws {
        let json =
            #"{"policies": [{"Statement": []}], "policyArns": ["x"], "tags": {"a": "1"}, "transitiveTagKeys": ["a"],"#
            + #" "sourceIdentity": "i", "federatedProvider": "f", "issued": "2026", "mfaPresent": true,"#
            + #" "mfaAgeSeconds": 7, "user": "u"}"#
        var expected = Session()
        (expected.policies, expected.policyARNs) = ([#"{"Statement":[]}"#], ["x"])
        expected.tags = [SessionTag("a", "1")]
        (expected.transitiveTagKeys, expected.sourceIdentity, expected.federatedProvider) = (["a"], "i", "f")
        (expected.issued, expected.mfaPresent, expected.mfaAgeSeconds, expected.user) = ("2026", true, 7, "u")
        try TemporaryFolder.use { folder in
            for (name, text) in [("alone", json), ("printed", #"{"allowed": true, "session": \#(json)}"#)] {
                try Files.create("\(folder)/\(name)", text: text)
                #expect(try SessionFile.read("\(folder)/\(name)") == expected)
            }
        }
    }

    @Test(
        "what is wrong is named with its place",
        arguments: [
            ("[]", "a session is an object"), ("{", ":1:2: "), (#"{"tag": {}}"#, "`tag` is no member of a session"),
            (#"{"tags": {"a": 1}}"#, "tags.a: a string stands here"),
            (#"{"mfaAgeSeconds": 1.5}"#, "`mfaAgeSeconds` is a whole number"),
            (#"{"policies": ["{}"]}"#, "policies[0]: a policy is an object"),
            (#"{"mfaPresent": "yes"}"#, "`mfaPresent` is a boolean"),
        ])
    func wrong(_ text: String, _ words: String) throws {
        try TemporaryFolder.use { folder in
            try Files.create("\(folder)/f", text: text)
            let error = #expect(throws: CommandFailure.self) { try SessionFile.read("\(folder)/f") }
            #expect(error?.status == 2)
            #expect(error?.message.contains(words) ?? false, "\(error?.message ?? "")")
        }
    }

    @Test("tags are KEY=VALUE, each once")
    func tags() throws {
        let tags = [SessionTag("a", "1"), SessionTag("b", ""), SessionTag("c", "x=y")]
        #expect(try AssumeRoleCommand.tags(["a=1", "b=", "c=x=y"]) == tags)
        #expect(try AssumeRoleCommand.tags(["K=1", "\u{212A}=2"])?.count == 2)
        #expect(try AssumeRoleCommand.tags([]) == nil)
        for wrong in [["a"], ["=1"], ["a=1", "a=2"]] {
            #expect(throws: CommandFailure.self) { try AssumeRoleCommand.tags(wrong) }
        }
    }
}
