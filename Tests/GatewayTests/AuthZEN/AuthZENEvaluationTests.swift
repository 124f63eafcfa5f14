import Testing

@Suite("AuthZEN's evaluation")
struct AuthZENEvaluationTests {
    @Test(
        "a known member of another type is 400, null too (AZ-IM-1, AZ-IM-2, AZ-IM-3, AZ-IM-4, AZ-EV-3)",
        arguments: [
            #"{"subject":"alice","action":A,"resource":R}"#, #"{"subject":null,"action":A,"resource":R}"#,
            #"{"subject":[],"action":A,"resource":R}"#, #"{"subject":{"type":1,"id":"a"},"action":A,"resource":R}"#,
            #"{"subject":{"type":"user","id":7},"action":A,"resource":R}"#,
            #"{"subject":{"type":"user","id":null},"action":A,"resource":R}"#,
            #"{"subject":{"type":"user","id":"alice","properties":[]},"action":A,"resource":R}"#,
            #"{"subject":{"type":"user","id":"alice","properties":null},"action":A,"resource":R}"#,
            #"{"subject":S,"action":"read","resource":R}"#, #"{"subject":S,"action":{"name":true},"resource":R}"#,
            #"{"subject":S,"action":{"name":"read","properties":"x"},"resource":R}"#,
            #"{"subject":S,"action":A,"resource":[]}"#,
            #"{"subject":S,"action":A,"resource":{"type":"record","id":"r","properties":1}}"#,
            #"{"subject":S,"action":A,"resource":R,"context":[]}"#,
            #"{"subject":S,"action":A,"resource":R,"context":null}"#,
            #"{"subject":S,"action":A,"resource":R,"context":"x"}"#, #"{"Subject":S,"action":A,"resource":R}"#,
        ])
    func wrongTypes(body: String) async throws {
        try await AuthZENFixture.run { gateway async throws in
            #expect(try await gateway.post(.evaluation, Self.expanded(body)).status == 400)
            #expect(try await gateway.post(.evaluations, Self.expanded(body)).status == 400)
        }
    }

    static func expanded(_ body: String) -> String {
        body.replacing(":S", with: #":{"type":"user","id":"alice"}"#)
            .replacing(":A", with: #":{"name":"read"}"#)
            .replacing(":R", with: #":{"type":"record","id":"record-1"}"#)
    }

    @Test("unknown members are ignored wherever they stand, in any order (AZ-IM-8, AZ-IM-9)")
    func unknownMembers() async throws {
        let body = """
            {"x":1,"resource":{"y":[],"id":"record-1","type":"record"},"action":{"z":{},"name":"read"},
            "options":{"evaluations_semantic":"execute_all","u":1},"subject":{"id":"alice","w":null,"type":"user"}}
            """
        try await AuthZENFixture.run { gateway async throws in
            for endpoint in [AuthZENEndpoint.evaluation, .evaluations] {
                #expect(try await gateway.post(endpoint, body).body == #"{"decision":true}"#)
            }
        }
    }

    @Test("identity is type and id together: another type, or another case, is somebody else (AZ-IM-6)")
    func identity() async throws {
        try await AuthZENFixture.run { gateway async throws in
            for (subject, decision) in [
                (#"{"type":"user","id":"alice"}"#, true), (#"{"type":"group","id":"alice"}"#, false),
                (#"{"type":"User","id":"alice"}"#, false), (#"{"type":"user","id":"Alice"}"#, false),
                (#"{"type":"user","id":"alice "}"#, false), (#"{"type":"user","id":""}"#, false),
                (#"{"type":"user","id":"/alice"}"#, false), (#"{"type":"","id":"alice"}"#, false),
                (#"{"type":"user","id":"*"}"#, false), (#"{"type":"role","id":"anonymous"}"#, false),
            ] {
                #expect(
                    try await gateway.decision(
                        subject, #"{"name":"read"}"#, #"{"type":"record","id":"record-1"}"#) == decision, "\(subject)")
            }
        }
    }

    @Test("a resource whose type is no service prefix, or whose id no ARN can hold, is denied, and no error")
    func resources() async throws {
        let file = "\(AuthZENFixture.account)/users/root.json"
        let user = AuthZENFixture.user(AuthZENFixture.allow("\"*\""))
        try await AuthZENFixture.run([file: user]) { gateway async throws in
            for (resource, decision) in [
                (#"{"type":"record","id":"a/b:c d"}"#, true), (#"{"type":"s3-objects","id":"é"}"#, true),
                (#"{"type":"Record","id":"1"}"#, false), (#"{"type":"a record","id":"1"}"#, false),
                (#"{"type":"a:b","id":"1"}"#, false), (#"{"type":"","id":"1"}"#, false),
                (#"{"type":"record","id":""}"#, false), (#"{"type":"record","id":"a\u0001"}"#, false),
                (#"{"type":"*","id":"1"}"#, false), (#"{"type":"récord","id":"1"}"#, false),
            ] {
                #expect(
                    try await gateway.decision(#"{"type":"user","id":"root"}"#, #"{"name":"read"}"#, resource)
                        == decision,
                    "\(resource)")
            }
            let long = #"{"type":"record","id":"\#(String(repeating: "x", count: 3_000))"}"#
            #expect(try await gateway.decision(#"{"type":"user","id":"root"}"#, #"{"name":"read"}"#, long) == false)
        }
    }

    @Test("an action with a colon is itself, and one that no policy can name is denied")
    func actions() async throws {
        let file = "\(AuthZENFixture.account)/users/root.json"
        let user = AuthZENFixture.user(AuthZENFixture.allow(#"["docs:Read","record:*"]"#))
        try await AuthZENFixture.run([file: user]) { gateway async throws in
            for (name, decision) in [
                ("docs:Read", true), ("docs:Write", false), ("anything", true), ("record:anything", true),
                ("a:b:c", false),
                ("", false), ("*", false), ("record:*", false), ("re?d", false), (":read", false), ("read all", false),
            ] {
                #expect(
                    try await gateway.decision(
                        #"{"type":"user","id":"root"}"#, #"{"name":"\#(name)"}"#, #"{"type":"record","id":"1"}"#)
                        == decision, "\(name)")
            }
        }
    }

    @Test("a user with a path is known by its name, and only in the default account")
    func pathsAndAccounts() async throws {
        let files = [
            "\(AuthZENFixture.account)/users/carol.json": AuthZENFixture.user(AuthZENFixture.allow("\"record:read\""))
                .replacing(#"{"GroupList""#, with: #"{"Path":"/team/","GroupList""#),
            "accounts/999988887777/users/dave.json": AuthZENFixture.user(AuthZENFixture.allow("\"record:read\"")),
            // Whose a resource is must be plain where there are several accounts.
            "mappings/authzen.json": """
            {"Account":"111122223333",
             "Resources":[{"Type":"record","Resource":"arn:aws:record::111122223333:{resource.id}"}]}
            """,
        ]
        try await AuthZENFixture.run(files) { gateway async throws in
            for (id, decision) in [("carol", true), ("team/carol", false), ("dave", false)] {
                #expect(
                    try await gateway.decision(
                        #"{"type":"user","id":"\#(id)"}"#, #"{"name":"read"}"#,
                        #"{"type":"record","id":"1"}"#) == decision, "\(id)")
            }
        }
    }
}
