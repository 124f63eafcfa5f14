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

    private let plain = Explanation.Details(resolved: nil, wantedLeftOut: 0, actualLeftOut: 0)

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
                                    actual: ["home\u{1B}[2J"], details: plain),
                                Explanation.FailedCondition(
                                    operator: "Bool", key: "aws:SecureTransport", wanted: ["true"], actual: nil,
                                    details: plain),
                            ], failedConditionsLeftOut: 0)
                    ], statementsLeftOut: 0, isIncomplete: false),
                Explanation.Layer(
                    layer: "serviceControlPolicy", level: "ou-1", outcome: "allowed",
                    statements: [
                        Explanation.Statement(
                            statement: statement(nil, index: 2, file: "", layer: "serviceControlPolicy"),
                            effect: "Allow", outcome: "applied", grades: ["account", "everyone"], failedConditions: [],
                            failedConditionsLeftOut: 0)
                    ], statementsLeftOut: 0, isIncomplete: false),
            ],
            nearestAllow: Explanation.NearestAllow(
                advice: "statement `Reads` of `docs` comes closest: its condition does not hold",
                statement: statement("Reads"),
                missing: [
                    Explanation.Missing(
                        element: "condition", isNot: false, operator: "StringEquals", key: "app:place",
                        wanted: (0..<9).map { "v\($0)" }, actual: ["home"], details: plain),
                    Explanation.Missing(
                        element: "layer", isNot: false, operator: nil, key: nil, wanted: ["permissionsBoundary"],
                        actual: nil, details: plain),
                    Explanation.Missing(
                        element: "action", isNot: false, operator: nil, key: nil, wanted: ["docs:Read"],
                        actual: ["docs:Edit"], details: plain),
                ], missingLeftOut: 0), hints: [], isAbridged: false, json: "{}")
    }

    @Test("every layer, statement, place and value has its line, and no value commands the terminal")
    func lines() {
        let lines = ExplanationReport(style: Style(isColoured: false)).lines(explanation)
        #expect(
            lines.joined(separator: "\n") == #"""
                  why        because no identity-based policy allows it
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

    @Test("what is left out is counted, what is negated is said, and variables are shown with what they stand for")
    func bounded() {
        let details = Explanation.Details(resolved: ["red", nil, "plain"], wantedLeftOut: 1_990, actualLeftOut: 3)
        let condition = Explanation.FailedCondition(
            operator: "StringLike", key: "app:team", wanted: ["${aws:PrincipalTag/team}", "${app:x}", "plain"],
            actual: ["blue"], details: details)
        let hidden = Explanation.FailedCondition(
            operator: "StringLike", key: "app:long", wanted: [], actual: [],
            details: Explanation.Details(resolved: nil, wantedLeftOut: 7, actualLeftOut: 2))
        let layer = Explanation.Layer(
            layer: "identityPolicy", level: nil, outcome: "unknown",
            statements: [
                Explanation.Statement(
                    statement: statement("Reads"), effect: "Allow", outcome: "conditionFailed", grades: [],
                    failedConditions: [condition, hidden], failedConditionsLeftOut: 1_234)
            ], statementsLeftOut: 19_950, isIncomplete: true)
        let bounded = Explanation(
            reason: "identityPolicy", summary: "why", deniedBy: [], resourceAccount: nil, matchedStatement: nil,
            layers: [layer],
            nearestAllow: Explanation.NearestAllow(
                advice: "advice", statement: statement("Reads", file: ""),
                missing: [
                    Explanation.Missing(
                        element: "action", isNot: true, operator: nil, key: nil, wanted: ["docs:*"],
                        actual: ["docs:Read"], details: plain),
                    Explanation.Missing(
                        element: "resource", isNot: false, operator: nil, key: nil, wanted: ["a/${aws:username}"],
                        actual: ["a/eve"],
                        details: Explanation.Details(resolved: ["a/bob"], wantedLeftOut: 0, actualLeftOut: 0)),
                ], missingLeftOut: 12), hints: ["do this", "or\u{1B}that"], isAbridged: false, json: "{}")
        #expect(
            ExplanationReport(style: Style(isColoured: false)).lines(bounded).joined(separator: "\n") == #"""
                  why        why
                  reason     identityPolicy
                  hint       do this
                  hint       or that
                  policies
                    ? identityPolicy: unknown
                        Allow `Reads` of docs: condition failed
                          users/bob.json:4:3
                          StringLike app:team: wanted "${aws:PrincipalTag/team}" (= "red"), "${app:x}" (no value), "plain", and 1,990 more, has "blue", and 3 more
                          StringLike app:long: wanted 7 values, has 2 values
                          and 1,234 more conditions
                        and 19,950 more that are about it
                        looking at all of them took too many steps: there may be more
                  nearest allow (advice, not part of the decision)
                    advice
                      action: wanted anything but "docs:*", has "docs:Read"
                      resource: wanted "a/${aws:username}" (= "a/bob"), has "a/eve"
                      and 12 more that do not match
                """#)
    }

    @Test("an abridged explanation is its reason")
    func abridged() {
        let abridged = Explanation(
            reason: "identityPolicy", summary: "", deniedBy: [], resourceAccount: nil, matchedStatement: nil,
            layers: [], nearestAllow: nil, hints: [], isAbridged: true, json: "{}")
        #expect(
            ExplanationReport(style: Style(isColoured: false)).lines(abridged) == ["  reason     identityPolicy"])
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
                        element: "resource", isNot: false, operator: nil, key: nil,
                        wanted: [String(repeating: "é", count: 200)], actual: nil, details: plain)
                ], missingLeftOut: 0), hints: [], isAbridged: false, json: "{}")
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
