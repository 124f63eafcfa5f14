import NIOSSL
import Testing

@testable import Gateway

@Suite("Certificates of connections", .enabled(if: TestCertificates.canBeMade), .timeLimit(.minutes(2)))
struct ConnectionCertificateTests {
    private static let identity = """
        {"Certificate":{"Connection":true,"Principal":"arn:aws:iam::111122223333:user/{certificate.cn}"}}
        """

    private static func request(_ more: String = "") -> String {
        "GET /v1/nginx HTTP/1.1\r\nHost: localhost\r\nX-Original-URI: /reports/7\r\nX-Original-Method: GET\r\n"
            + "\(more)Connection: close\r\n\r\n"
    }

    @Test("the certificate of a TLS connection says who asks; header fields do not, and plain connections have none")
    func connection() async throws {
        let made = try TestCertificates()
        let server = try made.server()
        let files = GatewayTLS(
            certificateFile: server.certificate, keyFile: server.key, clientAuthorityFile: made.authority)
        let store = try ProxyFixture.store(ProxyFixture.mapping(identities: Self.identity))
        try await TestGateway.run(
            store,
            change: { configuration in
                configuration.listeners.append(
                    GatewayListener(.tls(host: "127.0.0.1", port: 0, files), trustsProxyHeaders: true))
            }
        ) { gateway in
            for (name, status, reason) in [
                ("alice", "200 OK", "allowed"), ("bob", "403 Forbidden", "identity-policy"),
                ("eve", "403 Forbidden", "unknown-principal"),
            ] {
                let credentials = try made.client(name)
                let answer = try await TLSClient.send(
                    Self.request("X-Forwarded-User: alice\r\n"), port: gateway.port,
                    try TLSClient.configuration(trusting: made.authority, credentials))
                #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"), "\(name)")
                #expect(answer.lowercased().contains("x-authz-reason: \(reason)\r\n"), "\(name)")
            }
            let plain = try await gateway.send("GET", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7"))
            #expect(plain.status == 401 && plain["x-authz-reason"] == "no-identity")
        }
    }
}
