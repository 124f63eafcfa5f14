import Testing

@Suite("Properties as condition keys")
struct AuthZENPropertyTests {
    /// What the user `tester` may do, by the name of the action.
    private static let conditions: [(action: String, condition: String)] = [
        ("nested", #"{"StringEquals":{"resource:a.b.c":"x"}}"#),
        ("deep", #"{"StringNotEquals":{"resource:a.b.c.d":"x"}}"#),
        ("listed", #"{"ForAnyValue:StringEquals":{"subject:roles":"admin"}}"#),
        ("notListed", #"{"StringNotEquals":{"subject:plain":"admin"}}"#),
        ("number", #"{"NumericLessThan":{"context:amount":"100"}}"#), ("flag", #"{"Bool":{"action:soft":"true"}}"#),
        ("absent", #"{"Null":{"resource:deleted":"true"}}"#),
        (
            "isNull", #"{"ForAnyValue:StringEquals":{"authzen:NullProperties":"resource.properties.deleted"}}"#
        ),
        ("tagged", #"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#),
        ("secure", #"{"Bool":{"aws:SecureTransport":"true"}}"#),
    ]

    private static var files: [String: String] {
        let statements = conditions.map { AuthZENFixture.allow("\"record:\($0.action)\"", $0.condition) }
        let group = statements.joined(separator: ",")
        return [
            "\(AuthZENFixture.account)/users/tester.json": AuthZENFixture.user(
                groups: ["testers"],
                AuthZENFixture.allow("\"record:variable\"").replacing(
                    #""Resource":"*""#, with: #""Resource":"arn:aws:record:::${subject:dept}/*""#)),
            "\(AuthZENFixture.account)/groups/testers.json": AuthZENFixture.group(group),
        ]
    }

    @Test(
        "values of every kind are tested as the language tests them, and what no key can hold is a deny (AZ-IM-7, AZ-EV-6)"
    )
    func values() async throws {
        let deny = String(repeating: "y", count: 4_097)
        let cases:
            [(action: String, subject: String, actionProperties: String, resource: String, context: String, Bool)] = [
                ("nested", "{}", "{}", #"{"a":{"b":{"c":"x"}}}"#, "{}", true),
                ("nested", "{}", "{}", #"{"a.b":{"c":"x"}}"#, "{}", true),
                ("nested", "{}", "{}", #"{"a":{"b":{"c":"x"}},"a.b.c":"y"}"#, "{}", false),
                ("nested", "{}", "{}", #"{"a":{"b":{"c":{"d":"x"}}}}"#, "{}", false),
                // Deeper than three names: no policy may take it for absent.
                ("deep", "{}", "{}", "{}", "{}", true),
                ("deep", "{}", "{}", #"{"a":{"b":{"c":{"d":"x"}}}}"#, "{}", false),
                // Another policy names `resource:a.b.c`, which is no value here.
                ("deep", "{}", "{}", #"{"a":{"b":{"c":{"e":"x"}}}}"#, "{}", false),
                ("listed", #"{"roles":["user","admin"]}"#, "{}", "{}", "{}", true),
                ("listed", #"{"roles":["user",["admin"]]}"#, "{}", "{}", "{}", false),
                ("listed", #"{"roles":["admin",null]}"#, "{}", "{}", "{}", false),
                ("listed", #"{"roles":[]}"#, "{}", "{}", "{}", false),
                ("listed", #"{"ROLES":["admin"]}"#, "{}", "{}", "{}", true),
                ("listed", #"{"ROLES":["admin"],"roles":["user"]}"#, "{}", "{}", "{}", false),
                ("notListed", "{}", "{}", "{}", "{}", true),
                ("notListed", #"{"plain":"user"}"#, "{}", "{}", "{}", true),
                ("notListed", #"{"plain":["user"]}"#, "{}", "{}", "{}", false),
                ("notListed", #"{"plain":{"x":"admin"}}"#, "{}", "{}", "{}", false),
                ("notListed", #"{"plain":"\#(deny)"}"#, "{}", "{}", "{}", false),
                ("number", "{}", "{}", "{}", #"{"amount":99.5}"#, true),
                ("number", "{}", "{}", "{}", #"{"amount":1e3}"#, false),
                ("number", "{}", "{}", "{}", #"{"amount":"7"}"#, true),
                ("flag", "{}", #"{"soft":true}"#, "{}", "{}", true),
                ("flag", "{}", #"{"soft":"true"}"#, "{}", "{}", true),
                ("flag", "{}", #"{"soft":false}"#, "{}", "{}", false),
                // `null` is no value of a key, and still told from nothing (AZ-SC-4).
                ("absent", "{}", "{}", "{}", "{}", true), ("absent", "{}", "{}", #"{"deleted":null}"#, "{}", true),
                ("absent", "{}", "{}", #"{"deleted":"now"}"#, "{}", false), ("isNull", "{}", "{}", "{}", "{}", false),
                ("isNull", "{}", "{}", #"{"deleted":null}"#, "{}", true),
                ("isNull", "{}", "{}", #"{"deleted":null,"other":null}"#, "{}", true),
                ("isNull", "{}", "{}", #"{"other":null}"#, #"{"deleted":null}"#, false),
                // What no policy asks about changes nothing, whatever it is (AZ-EV-7).
                (
                    "nested", #"{"x":[[1]],"y":{"a":{"b":{"c":{"d":1}}}}}"#, "{}",
                    #"{"a":{"b":{"c":"x"}},"z":"\#(deny)"}"#, "{}", true
                ),
                // Nothing of a request is a key of the engine, or of the caller's connection.
                ("tagged", #"{"aws:PrincipalTag/team":"red"}"#, "{}", "{}", #"{"aws:PrincipalTag/team":"red"}"#, false),
                ("secure", "{}", "{}", "{}", #"{"aws:SecureTransport":true}"#, false),
            ]
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            for test in cases {
                let decision = try await gateway.decision(
                    #"{"type":"user","id":"tester","properties":\#(test.subject)}"#,
                    #"{"name":"\#(test.action)","properties":\#(test.actionProperties)}"#,
                    #"{"type":"record","id":"1","properties":\#(test.resource)}"#, more: ",\"context\":\(test.context)")
                #expect(decision == test.5, "\(test)")
            }
        }
    }

    @Test("a property may stand in a policy's variable, and nowhere else in its resource (AZ-EV-6)")
    func variables() async throws {
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            for (properties, decision) in [
                (#"{"dept":"red"}"#, true), (#"{"dept":"blue"}"#, false), (#"{"dept":"*"}"#, false), ("{}", false),
                (#"{"dept":["red"]}"#, false), (#"{"dept":null}"#, false),
            ] {
                let found = try await gateway.decision(
                    #"{"type":"user","id":"tester","properties":\#(properties)}"#, #"{"name":"variable"}"#,
                    #"{"type":"record","id":"red/1"}"#)
                #expect(found == decision, "\(properties)")
            }
        }
    }

    @Test("hundreds of properties that no policy asks about change nothing (AZ-EV-7)")
    func manyProperties() async throws {
        let many = (0..<1_000).map { "\"p\($0)\":\($0)" }.joined(separator: ",")
        try await AuthZENFixture.run { gateway async throws in
            #expect(
                try await gateway.decision(
                    #"{"type":"user","id":"alice","properties":{\#(many)}}"#, #"{"name":"read"}"#,
                    #"{"type":"record","id":"record-1"}"#) == true)
        }
    }
}
