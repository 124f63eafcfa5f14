import NIOSSL
import Testing

@testable import Gateway

@Suite("The TLS listener", .enabled(if: TestCertificates.canBeMade), .timeLimit(.minutes(2)))
struct TLSListenerTests {
    private static let review = SubjectAccessReviewTests.review(SubjectAccessReviewTests.path("get", "/metrics"))

    private static var request: String {
        "POST /v1/kubernetes/authorize?timeout=30s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Connection: close\r\nContent-Length: \(review.utf8.count)\r\n\r\n\(review)"
    }

    /// Runs a gateway whose last listener, and so whose port, is one with TLS.
    private static func run(
        _ files: GatewayTLS, _ body: (TestGateway) async throws -> Void
    ) async throws {
        let store = try SubjectAccessReviewTests.store()
        try await TestGateway.run(
            store,
            change: { configuration in
                configuration.listeners.append(
                    GatewayListener(.tls(host: "127.0.0.1", port: 0, files), trustsProxyHeaders: false))
            }, body)
    }

    @Test("a client that trusts the server's authority is answered, and plain HTTP is not")
    func serverOnly() async throws {
        let made = try TestCertificates()
        let server = try made.server()
        let files = GatewayTLS(certificateFile: server.certificate, keyFile: server.key)
        try await Self.run(files) { gateway in
            let answer = try await TLSClient.send(
                Self.request, port: gateway.port, try TLSClient.configuration(trusting: made.authority))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix(#""status":{"allowed":true}}"#))
            let stranger = try TestCertificates()
            await #expect(throws: (any Error).self) {
                try await TLSClient.send(
                    Self.request, port: gateway.port, try TLSClient.configuration(trusting: stranger.authority))
            }
            let plain = try await HTTPConnection(port: gateway.port)
            try await plain.write(Array(Self.request.utf8))
            #expect(try await plain.isClosed())
        }
    }

    @Test("AZ-TR-1: AuthZEN is answered over HTTPS", arguments: [("create", true), ("delete", false)])
    func evaluation(verb: String, decision: Bool) async throws {
        let made = try TestCertificates()
        let server = try made.server()
        let body =
            #"{"subject":{"type":"user","id":"jane"},"action":{"name":"kubernetes:\#(verb)"},"#
            + #""resource":{"type":"kubernetes","id":"namespace/prod/core/pods/web"}}"#
        let request =
            "POST /access/v1/evaluation HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Connection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        try await Self.run(GatewayTLS(certificateFile: server.certificate, keyFile: server.key)) { gateway in
            let answer = try await TLSClient.send(
                request, port: gateway.port, try TLSClient.configuration(trusting: made.authority))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n{\"decision\":\(decision)}"))
        }
    }

    @Test("with an authority for clients, only its clients are answered")
    func mutual() async throws {
        let (made, clients) = (try TestCertificates(), try TestCertificates())
        let server = try made.server()
        let files = GatewayTLS(
            certificateFile: server.certificate, keyFile: server.key, clientAuthorityFile: clients.authority)
        try await Self.run(files) { gateway in
            let known = try clients.client("kube-apiserver")
            let answer = try await TLSClient.send(
                Self.request, port: gateway.port, try TLSClient.configuration(trusting: made.authority, known))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            // Of the server's own authority, but not of the clients'.
            for credentials in [nil, try made.client("kube-apiserver")] {
                await #expect(throws: (any Error).self) {
                    try await TLSClient.send(
                        Self.request, port: gateway.port,
                        try TLSClient.configuration(trusting: made.authority, credentials))
                }
            }
        }
    }

    @Test("TLS before 1.2 is refused")
    func oldVersions() async throws {
        let made = try TestCertificates()
        let server = try made.server()
        try await Self.run(GatewayTLS(certificateFile: server.certificate, keyFile: server.key)) { gateway in
            var old = try TLSClient.configuration(trusting: made.authority)
            (old.minimumTLSVersion, old.maximumTLSVersion) = (.tlsv1, .tlsv11)
            let oldest = old
            await #expect(throws: (any Error).self) {
                try await TLSClient.send(Self.request, port: gateway.port, oldest)
            }
        }
    }

    @Test("files that cannot be used are named, and nothing listens")
    func badFiles() async throws {
        let made = try TestCertificates()
        let server = try made.server()
        let other = try made.client("other")
        for (files, named) in [
            (GatewayTLS(certificateFile: made.folder + "/none.pem", keyFile: server.key), "/none.pem"),
            (GatewayTLS(certificateFile: server.key, keyFile: server.key), "/server.key"),
            (GatewayTLS(certificateFile: server.certificate, keyFile: server.certificate), "/server.pem"),
            (GatewayTLS(certificateFile: server.certificate, keyFile: other.key), "/server.pem"),
            (
                GatewayTLS(
                    certificateFile: server.certificate, keyFile: server.key, clientAuthorityFile: server.key),
                "/server.key"
            ),
        ] {
            do {
                try await Self.run(files) { _ in Issue.record("\(files) was taken") }
            } catch let error as GatewayError {
                #expect(error.description.hasPrefix("`\(made.folder)\(named)` cannot be used: "), "\(error)")
            }
        }
    }
}
