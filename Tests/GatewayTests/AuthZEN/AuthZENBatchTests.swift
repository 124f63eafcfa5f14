import JSONDocument
import Testing

@testable import Gateway

@Suite("AuthZEN's evaluations")
struct AuthZENBatchTests {
    private static let alice = #""subject":{"type":"user","id":"alice"}"#
    private static let record = #""resource":{"type":"record","id":"record-1"}"#

    /// A batch of alice's actions on record-1; `!` is an item that cannot be evaluated.
    private static func batch(_ actions: [String], semantic: String? = nil) -> String {
        let items = actions.map { $0 == "!" ? #"{"action":{}}"# : #"{"action":{"name":"\#($0)"}}"# }
        let options = semantic.map { #""options":{"evaluations_semantic":"\#($0)"},"# } ?? ""
        return "{\(alice),\(record),\(options)\"evaluations\":[\(items.joined(separator: ","))]}"
    }

    @Test(
        "each semantic stops where it must, and what comes before is told (AZ-ES-7, AZ-ES-9…11, AZ-ES-13)",
        arguments: Transport.allCases)
    func semantics(transport: Transport) async throws {
        let cases: [(semantic: String?, actions: [String], decisions: [Bool])] = [
            (nil, ["read", "delete", "write", "!"], [true, false, true, false]),
            ("execute_all", ["delete", "read", "!", "read"], [false, true, false, true]),
            ("deny_on_first_deny", ["read", "write", "delete", "read"], [true, true, false]),
            ("deny_on_first_deny", ["read", "!", "read"], [true, false]),
            ("deny_on_first_deny", ["read", "write"], [true, true]),
            ("deny_on_first_deny", ["!"], [false]),
            ("permit_on_first_permit", ["delete", "!", "read", "write"], [false, false, true]),
            ("permit_on_first_permit", ["read", "write"], [true]),
            ("permit_on_first_permit", ["delete", "other"], [false, false]),
        ]
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            for test in cases {
                let answer = try await connection.post(
                    .evaluations, Self.batch(test.actions, semantic: test.semantic)
                ).json()
                #expect(answer.decisions == test.decisions, "\(test.semantic ?? "default") \(test.actions)")
                #expect(answer.members?.map(\.name) == ["evaluations"])
            }
        }
    }

    @Test("an item that cannot be evaluated says so, and the others are bare (AZ-ES-8, AZ-EV-10)")
    func faults() async throws {
        let body = """
            {\(Self.alice),"action":{"name":"read"},"evaluations":[{\(Self.record)},{},7,
            {\(Self.record),"context":null},{\(Self.record),"subject":"alice"}]}
            """
        try await AuthZENFixture.run { gateway async throws in
            let items = try await gateway.post(.evaluations, body).json()["evaluations"]?.elements ?? []
            #expect(items.map(\.decision) == [true, false, false, false, false])
            #expect(items.first?.text == #"{"decision":true}"#)
            for item in items.dropFirst() {
                #expect(item["context"]?["error"]?["status"]?.value == .number("400"))
                #expect(item["context"]?["error"]?["message"]?.string?.isEmpty == false)
            }
        }
    }

    @Test("the item of the scenario that lacks its resource is false, the one before it true (C-3-4-1)")
    func certificationFault() async throws {
        let request = try #require(try CertificationRequest.all().first { $0.anchor == "c-3-4-1" })
        try await AuthZENFixture.run { gateway async throws in
            #expect(try await gateway.post(.evaluations, request.body).json().decisions == [true, false])
        }
    }

    @Test("a default replaces nothing of an item's own, and is replaced whole (AZ-ES-2, AZ-ES-3, AZ-ES-4)")
    func merging() async throws {
        let archived = #"{"type":"record","id":"record-2","properties":{"status":"archived"}}"#
        let cases: [(body: String, decisions: [Bool])] = [
            // The default's properties do not reach into the item's resource.
            (
                #"{\#(Self.alice),"action":{"name":"write"},"resource":\#(archived),"#
                    + #""evaluations":[{},{"resource":{"type":"record","id":"record-2"}}]}"#, [false, true]
            ),
            // Defaults that no item takes may be anything.
            (
                #"{"subject":7,"resource":{},"action":"x","context":[],"evaluations":["#
                    + #"{\#(Self.alice),"action":{"name":"read"},\#(Self.record),"context":{}}]}"#, [true]
            ),
            // Half an entity is not completed from the default.
            (
                #"{\#(Self.alice),\#(Self.record),"action":{"name":"read"},"#
                    + #""evaluations":[{"resource":{"id":"record-1"}},{"subject":{"type":"user"}}]}"#, [false, false]
            ),
        ]
        try await AuthZENFixture.run { gateway async throws in
            for test in cases {
                #expect(
                    try await gateway.post(.evaluations, test.body).json().decisions == test.decisions, "\(test.body)")
            }
        }
    }

    @Test("an item's own context replaces the request's (AZ-ES-2, C-3-2-6)")
    func contexts() async throws {
        let user = AuthZENFixture.user(
            AuthZENFixture.allow("\"record:read\"", #"{"StringEquals":{"context:zone":"in"}}"#))
        let body = """
            {"subject":{"type":"user","id":"eve"},"action":{"name":"read"},\(Self.record),"context":{"zone":"in"},
            "evaluations":[{},{"context":{}},{"context":{"zone":"out"}},{"context":{"zone":"in","more":1}}]}
            """
        try await AuthZENFixture.run(["\(AuthZENFixture.account)/users/eve.json": user]) { gateway async throws in
            #expect(try await gateway.post(.evaluations, body).json().decisions == [true, false, false, true])
        }
    }

    @Test("no items, or none at all, is a single evaluation (AZ-ES-1)")
    func single() async throws {
        try await AuthZENFixture.run { gateway async throws in
            for more in ["", #","evaluations":[]"#, #","options":{"evaluations_semantic":"deny_on_first_deny"}"#] {
                let body = #"{\#(Self.alice),"action":{"name":"read"},\#(Self.record)\#(more)}"#
                #expect(try await gateway.post(.evaluations, body).body == #"{"decision":true}"#)
                let faulty = #"{\#(Self.alice),\#(Self.record)\#(more)}"#
                #expect(try await gateway.post(.evaluations, faulty).status == 400)
            }
        }
    }

    @Test("what is wrong with the request as a whole is 400 (AZ-ES-12, AZ-ES-14)")
    func wholeFaults() async throws {
        try await AuthZENFixture.run { gateway async throws in
            for more in [
                #""evaluations":{}"#, #""evaluations":null"#, #""evaluations":"x""#, #""options":[]"#,
                #""options":null"#,
                #""options":{"evaluations_semantic":"sometimes"}"#, #""options":{"evaluations_semantic":1}"#,
                #""options":{"evaluations_semantic":null}"#,
            ] {
                let body = #"{\#(Self.alice),"action":{"name":"read"},\#(Self.record),\#(more)}"#
                #expect(try await gateway.post(.evaluations, body).status == 400, "\(more)")
            }
        }
    }

    @Test("the most items that are taken are all answered, in order, and one more is 400 (AZ-ES-5, AZ-ES-6, AZ-ES-15)")
    func itemsMax() async throws {
        let actions = (0..<AuthZENBatch.itemsMax).map { $0 % 3 == 0 ? "delete" : "read" }
        try await AuthZENFixture.run { gateway async throws in
            let answer = try await gateway.post(.evaluations, Self.batch(actions)).json()
            #expect(answer.decisions == actions.map { $0 == "read" })
            #expect(try await gateway.post(.evaluations, Self.batch(actions + ["read"])).status == 400)
        }
    }
}
