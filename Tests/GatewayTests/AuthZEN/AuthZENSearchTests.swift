import Directory
import DirectoryStore
import JSONDocument
import Testing

@testable import Gateway

@Suite("AuthZEN's searches")
struct AuthZENSearchTests {
    @Test("what the fixture of the scenario asks for is found, and no more (S1…S6, AZ-SE-5, AZ-SE-11, AZ-SE-13)")
    func fixture() async throws {
        let searches: [(endpoint: AuthZENEndpoint, body: String, results: String)] = [
            (
                .subject, #"{"subject":{"type":"user"},"action":{"name":"read"},"resource":R1}"#,
                #"[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]"#
            ),
            (
                .resource, #"{"subject":ALICE,"action":{"name":"read"},"resource":{"type":"record"}}"#,
                #"[{"type":"record","id":"record-1"},{"type":"record","id":"record-2"}]"#
            ),
            (.action, #"{"subject":ALICE,"resource":R1}"#, #"[{"name":"read"},{"name":"write"}]"#),
            // Bob's role, and what became of the records, are known from the catalogue.
            (
                .subject, #"{"subject":{"type":"user"},"action":{"name":"write"},"resource":R2}"#,
                #"[{"type":"user","id":"bob"}]"#
            ),
            (
                .subject, #"{"subject":{"type":"user"},"action":{"name":"write"},"resource":R1}"#,
                #"[{"type":"user","id":"alice"}]"#
            ),
            (
                .resource, #"{"subject":BOB,"action":{"name":"write"},"resource":{"type":"record"}}"#,
                #"[{"type":"record","id":"record-2"}]"#
            ),
            (.action, #"{"subject":BOB,"resource":R2}"#, #"[{"name":"read"},{"name":"write"}]"#),
            // What the request says goes before.
            (
                .subject,
                #"{"subject":{"type":"user","properties":{"ROLE":"guest"}},"action":{"name":"write"},"resource":R2}"#,
                "[]"
            ),
            (
                .resource,
                #"{"subject":BOB,"action":{"name":"write"},"resource":{"type":"record","properties":{"status":"archived"}}}"#,
                #"[{"type":"record","id":"record-1"},{"type":"record","id":"record-2"}]"#
            ),
            (
                .action, #"{"subject":{"type":"user","id":"bob","properties":{"role":null}},"resource":R2}"#,
                #"[{"name":"read"}]"#
            ),
        ]
        try await AuthZENFixture.run { gateway async throws in
            for search in searches {
                let answer = try await gateway.post(search.endpoint, Self.expanded(search.body))
                #expect(answer.body == "{\"results\":\(search.results)}", "\(search.body)")
            }
        }
    }

    static func expanded(_ body: String) -> String {
        body.replacing(":ALICE", with: #":{"type":"user","id":"alice"}"#)
            .replacing(":BOB", with: #":{"type":"user","id":"bob"}"#)
            .replacing(":R1", with: #":{"type":"record","id":"record-1"}"#)
            .replacing(":R2", with: #":{"type":"record","id":"record-2"}"#)
    }

    @Test(
        "an id or a type that nobody knows is found nothing of, with 200, at all three endpoints (AZ-SE-8)",
        arguments: [
            (AuthZENEndpoint.subject, #"{"subject":{"type":"spaceship"},"action":{"name":"read"},"resource":R1}"#),
            (.subject, #"{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"no"}}"#),
            (
                .subject,
                #"{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"ship","id":"record-1"}}"#
            ),
            (.resource, #"{"subject":ALICE,"action":{"name":"read"},"resource":{"type":"spaceship"}}"#),
            (
                .resource,
                #"{"subject":{"type":"user","id":"no"},"action":{"name":"read"},"resource":{"type":"record"}}"#
            ),
            (
                .resource,
                #"{"subject":{"type":"ship","id":"alice"},"action":{"name":"read"},"resource":{"type":"record"}}"#
            ),
            (.action, #"{"subject":{"type":"user","id":"nonexistent-user"},"resource":R1}"#),
            (.action, #"{"subject":ALICE,"resource":{"type":"spaceship","id":"record-1"}}"#),
            (.action, #"{"subject":ALICE,"resource":{"type":"record","id":"no"}}"#),
        ])
    func unknown(endpoint: AuthZENEndpoint, body: String) async throws {
        try await AuthZENFixture.run { gateway async throws in
            #expect(try await gateway.post(endpoint, Self.expanded(body)).body == #"{"results":[]}"#)
        }
    }

    @Test(
        "an input that is missing, or half there, is 400 (AZ-SE-2, AZ-SE-3, AZ-SE-4, AZ-SE-9)",
        arguments: [
            (AuthZENEndpoint.subject, #"{"action":{"name":"read"},"resource":R1}"#),
            (.subject, #"{"subject":{"id":"alice"},"action":{"name":"read"},"resource":R1}"#),
            (.subject, #"{"subject":{"type":"user"},"action":{},"resource":R1}"#),
            (.subject, #"{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"id":"record-1"}}"#),
            (.resource, #"{"subject":ALICE,"action":{"name":"read"}}"#),
            (.resource, #"{"subject":ALICE,"action":{"name":"read"},"resource":{"id":"record-1"}}"#),
            (.resource, #"{"subject":{"id":"alice"},"action":{"name":"read"},"resource":{"type":"record"}}"#),
            (.resource, #"{"subject":ALICE,"resource":{"type":"record"}}"#),
            (.action, #"{"resource":R1}"#), (.action, #"{"subject":ALICE,"resource":{"type":"record"}}"#),
            (.action, #"{"subject":ALICE,"resource":{"id":"record-1"}}"#),
            (.action, #"{"subject":ALICE,"resource":R1,"context":[]}"#),
        ])
    func missing(endpoint: AuthZENEndpoint, body: String) async throws {
        try await AuthZENFixture.run { gateway async throws in
            #expect(try await gateway.post(endpoint, Self.expanded(body)).status == 400)
        }
    }

    @Test("the user's groups count, and a user that no catalogue lists is found (AZ-SE-7)")
    func users() async throws {
        let files = [
            "\(AuthZENFixture.account)/users/zoe.json": AuthZENFixture.user(groups: ["readers"]),
            "\(AuthZENFixture.account)/groups/readers.json": AuthZENFixture.group(
                AuthZENFixture.allow("\"record:list\"")),
        ]
        try await AuthZENFixture.run(files) { gateway async throws in
            let body = #"{"subject":{"type":"user"},"action":{"name":"list"},"resource":R1}"#
            #expect(try await gateway.found(.subject, Self.expanded(body)) == ["zoe"])
        }
    }

    @Test("an action search ignores an action, and names of actions are told once (AZ-SE-4)")
    func actions() async throws {
        let more = ["catalogue/more.json": #"{"Actions":["read","list",{"Name":"write"}]}"#]
        try await AuthZENFixture.run(more) { gateway async throws in
            let body = #"{"subject":ALICE,"action":7,"resource":R1}"#
            #expect(try await gateway.found(.action, Self.expanded(body)) == ["read", "write"])
        }
    }

    @Test("every result would evaluate to true with what the catalogue knows, and nothing else would (AZ-SE-6)")
    func soundAndComplete() async throws {
        try await AuthZENFixture.run { gateway async throws in
            let subjects = [("alice", "{}"), ("bob", #"{"role":"admin"}"#)]
            let resources = [("record-1", #"{"status":"active"}"#), ("record-2", #"{"status":"archived"}"#)]
            let actions = ["read", "write", "delete"]
            func subject(_ of: (String, String)) -> String { #"{"type":"user","id":"\#(of.0)","properties":\#(of.1)}"# }
            func resource(_ of: (String, String)) -> String {
                #"{"type":"record","id":"\#(of.0)","properties":\#(of.1)}"#
            }
            for (one, two) in subjects.flatMap({ one in resources.map { (one, $0) } }) {
                for name in actions {
                    let action = #"{"name":"\#(name)"}"#
                    let isAllowed = try await gateway.decision(subject(one), action, resource(two))
                    let found = try await [
                        gateway.found(
                            .subject,
                            #"{"subject":{"type":"user"},"action":\#(action),"resource":{"type":"record","id":"\#(two.0)"}}"#
                        ).contains(one.0),
                        gateway.found(
                            .resource,
                            #"{"subject":{"type":"user","id":"\#(one.0)"},"action":\#(action),"resource":{"type":"record"}}"#
                        ).contains(two.0),
                        gateway.found(
                            .action,
                            #"{"subject":{"type":"user","id":"\#(one.0)"},"resource":{"type":"record","id":"\#(two.0)"}}"#
                        ).contains(name),
                    ]
                    #expect(found.allSatisfy { $0 == isAllowed }, "\(one.0) \(name) \(two.0)")
                }
            }
        }
    }

    @Test("a catalogue that changes is searched at once, and a broken one leaves the last good one")
    func reload() async throws {
        let body = #"{"subject":ALICE,"action":{"name":"read"},"resource":{"type":"record"}}"#
        try await AuthZENFixture.run { gateway async throws in
            func found() async throws -> [String] { try await gateway.found(.resource, Self.expanded(body)) }
            #expect(try await found() == ["record-1", "record-2"])
            try await gateway.write("catalogue/more.json", #"{"Resources":[{"Type":"record","Id":"record-3"}]}"#)
            #expect(try await found() == ["record-1", "record-2", "record-3"])
            try await gateway.write("catalogue/more.json", #"{"Resources":[{"Type":"record","Id":"record-2"}]}"#)
            #expect(try await found() == ["record-1", "record-2", "record-3"])
            #expect(gateway.source.current.status.errors.contains { $0.contains("record-2") })
            try gateway.store.delete("catalogue/more.json")
            await gateway.reload()
            #expect(try await found() == ["record-1", "record-2"])
        }
    }
}
