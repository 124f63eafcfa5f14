import Directory
import DirectoryStore
import Testing

@Suite("The gateway that tests ask")
struct TestGatewayTests {
    static let alice = """
        {"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"record:read","Resource":"*"}]}}]}
        """

    @Test("a gateway over a store answers on both transports, twice on one connection", arguments: Transport.allCases)
    func answers(transport: Transport) async throws {
        let store = try GatewayStore(["accounts/111122223333/users/alice.json": Self.alice])
        try await TestGateway.run(store) { gateway async throws in
            let connection = try await gateway.connect(transport)
            for (action, decision) in [("read", true), ("write", false)] {
                let answer = try await connection.send(
                    "POST", "/access/v1/evaluation", [("Content-Type", "application/json")],
                    body: """
                        {"subject":{"type":"user","id":"alice"},"action":{"name":"\(action)"},
                        "resource":{"type":"record","id":"1"}}
                        """)
                #expect(answer.status == 200)
                #expect(answer.body == "{\"decision\":\(decision)}")
            }
        }
    }

    @Test("a file of the store that is written is in force for the next request")
    func reloads() async throws {
        try await TestGateway.run(try GatewayStore(["accounts/111122223333/users/bob.json": "{}"])) {
            gateway async throws in
            let revision = gateway.source.current.snapshot.revision
            try await gateway.write("accounts/111122223333/users/alice.json", Self.alice)
            #expect(gateway.source.current.snapshot.revision != revision)
            try await gateway.write("accounts/111122223333/users/alice.json", "nonsense")
            #expect(!gateway.source.current.status.errors.isEmpty)
        }
    }
}
