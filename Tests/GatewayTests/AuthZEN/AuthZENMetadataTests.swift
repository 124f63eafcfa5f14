import JSONDocument
import Testing

@testable import Gateway

@Suite("AuthZEN's metadata")
struct AuthZENMetadataTests {
    private static func run(
        _ url: String?, _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.run(
            try GatewayStore(AuthZENFixture.files), change: { $0.publicURL = url }, body)
    }

    @Test(
        "the document names the configured URL and its endpoints, whatever Host says (AZ-MD-1…10, AZ-TR-8)",
        arguments: Transport.allCases)
    func document(transport: Transport) async throws {
        try await Self.run("https://pdp.example.com") { gateway async throws in
            let connection = try await gateway.connect(transport)
            let answer = try await connection.send(
                "GET", "/.well-known/authzen-configuration", [("Host", "evil.example")])
            #expect(
                try answer.json().text
                    == #"{"policy_decision_point":"https://pdp.example.com","#
                    + #""access_evaluation_endpoint":"https://pdp.example.com/access/v1/evaluation","#
                    + #""access_evaluations_endpoint":"https://pdp.example.com/access/v1/evaluations","#
                    + #""search_subject_endpoint":"https://pdp.example.com/access/v1/search/subject","#
                    + #""search_resource_endpoint":"https://pdp.example.com/access/v1/search/resource","#
                    + #""search_action_endpoint":"https://pdp.example.com/access/v1/search/action"}"#)
            #expect(answer["cache-control"]?.hasPrefix("max-age=") == true)
            let head = try await connection.send("HEAD", "/.well-known/authzen-configuration")
            #expect(head.status == 200 && head["content-type"] == "application/json")
            let post = try await connection.send("POST", "/.well-known/authzen-configuration", body: "{}")
            #expect(post.status == 405 && post["allow"] == "GET, HEAD")
        }
    }

    @Test("under a path, the well-known name stands before it, and the API answers there too (AZ-MD-2)")
    func tenant() async throws {
        try await Self.run("https://pdp.example.com:8443/a/tenant1") { gateway async throws in
            let connection = try await gateway.connect()
            let document = try await connection.send("GET", "/.well-known/authzen-configuration/a/tenant1").json()
            #expect(document["policy_decision_point"]?.string == "https://pdp.example.com:8443/a/tenant1")
            #expect(try await connection.send("GET", "/.well-known/authzen-configuration").status == 404)
            for base in ["", "/a/tenant1"] {
                let answer = try await connection.send(
                    "POST", base + "/access/v1/evaluation", [("Content-Type", "application/json")],
                    body: AuthZENTransportTests.permit)
                #expect(answer.body == #"{"decision":true}"#)
            }
        }
    }

    @Test("without a public URL there is no document (AZ-MD-10)")
    func noDocument() async throws {
        try await Self.run(nil) { gateway async throws in
            #expect(try await gateway.send("GET", "/.well-known/authzen-configuration").status == 404)
        }
    }

    @Test(
        "a URL that clients would not take keeps the gateway from starting (AZ-MD-4)",
        arguments: [
            "http://pdp.example.com", "HTTPS://pdp.example.com", "https://", "https:///a", "https://pdp.example.com/",
            "https://pdp.example.com?x=1", "https://pdp.example.com#x", "https://pdp.example.com/a?", "pdp.example.com",
            "https://user@pdp.example.com", "https://pdp.example.com:", "https://pdp.example.com:99999",
            "https://pdp.example.com:80a", "https://pdp example.com", "https://pdp.example.com/ä",
            "https://pdp.example.com/a//b", "https://pdp.example.com/a/", "https://[::1", "",
        ])
    func badURLs(url: String) async throws {
        #expect(throws: GatewayError.self) { try PublicURL(url) }
        await #expect(throws: GatewayError.self) { try await Self.run(url) { _ in } }
    }

    @Test(
        "URLs that clients take",
        arguments: [
            ("https://pdp.example.com", ""), ("https://pdp.example.com:8443", ""), ("https://[::1]:8443/t", "/t"),
            ("https://10.0.0.1/a/b", "/a/b"),
        ])
    func goodURLs(url: String, path: String) throws {
        #expect(try PublicURL(url).path == path)
    }
}
