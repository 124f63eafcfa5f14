import Foundation
import Testing

@testable import Gateway

@Suite("The secret of loopback callers")
struct SharedTokenTests {
    private static let secret = "0123456789abcdef-_.~"

    @Test("whoever shows the secret is heard, before the path or in a field; nobody else is, on any route")
    func secret() async throws {
        let store = try ProxyFixture.store()
        let file = store.base + "/token"
        try Data((Self.secret + "\n").utf8).write(to: URL(fileURLWithPath: file))
        try await TestGateway.run(store, change: { $0.tokenFile = file }) { gateway in
            let fields = ProxyFixture.nginx("GET", "/reports/7")
            for (target, more, status) in [
                ("/t/\(Self.secret)/v1/nginx", [], 200), ("/v1/nginx", [("X-Postern-Token", Self.secret)], 200),
                ("/t/\(Self.secret)/v1/envoy/reports/7", [], 200), ("/v1/nginx", [], 401),
                ("/v1/nginx", [("X-Postern-Token", "wrong")], 401), ("/v1/nginx", [("X-Postern-Token", "")], 401),
                ("/t/\(Self.secret)x/v1/nginx", [], 401), ("/t/\(Self.secret.dropLast())/v1/nginx", [], 401),
                ("/t//v1/nginx", [], 401), ("/t/\(Self.secret)", [], 401), ("/access/v1/evaluation", [], 401),
                ("/v1/nginx", [("X-Postern-Token", Self.secret), ("X-Postern-Token", Self.secret)], 401),
                ("/t/\(Self.secret)/v1/nginx", [("X-Postern-Token", Self.secret)], 401),
            ] as [(String, [(String, String)], Int)] {
                let answer = try await gateway.send("GET", target, fields + more, over: .loopback)
                #expect(answer.status == status, "\(target) \(more)")
                #expect((answer["www-authenticate"] != nil) == (status == 401))
                #expect(answer.body.isEmpty)
            }
            // The kernel tells who is at the Unix socket: no secret there, nor a path with one.
            #expect(try await gateway.send("GET", "/v1/nginx", fields).status == 200)
            #expect(try await gateway.send("GET", "/t/\(Self.secret)/v1/nginx", fields).status == 404)
            // Read again when asked; what cannot be used changes nothing.
            try Data("short".utf8).write(to: URL(fileURLWithPath: file))
            gateway.gateway.reloadToken()
            #expect(try await gateway.send("GET", "/t/\(Self.secret)/v1/nginx", fields, over: .loopback).status == 200)
            try Data("fedcba9876543210".utf8).write(to: URL(fileURLWithPath: file))
            gateway.gateway.reloadToken()
            #expect(try await gateway.send("GET", "/t/\(Self.secret)/v1/nginx", fields, over: .loopback).status == 401)
            #expect(
                try await gateway.send("GET", "/t/fedcba9876543210/v1/nginx", fields, over: .loopback).status == 200)
        }
    }

    @Test(
        "a secret that could be guessed, or does not stand in a URL, is refused at the start",
        arguments: [
            "", "0123456789abcde", "0123456789abcdef/", "0123456789 abcdef", String(repeating: "a", count: 257),
        ])
    func bad(_ secret: String) async throws {
        let store = try ProxyFixture.store()
        let file = store.base + "/token"
        try Data(secret.utf8).write(to: URL(fileURLWithPath: file))
        await #expect(throws: GatewayError.self) {
            try await TestGateway.run(store, change: { $0.tokenFile = file }) { _ in }
        }
    }
}
