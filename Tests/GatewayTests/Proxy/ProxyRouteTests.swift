import Foundation
import HTTPTypes
import Testing

@testable import Gateway

@Suite("Routes of proxies")
struct ProxyRouteTests {
    /// A request of an adapter, and what it is answered.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let adapter: String
        let method: String
        let fields: [(String, String)]
        let status: Int
        let reason: String
        var testDescription: String { name }

        init(
            _ name: String, _ adapter: String, _ fields: [(String, String)], _ status: Int, _ reason: String,
            method: String = "GET"
        ) {
            (self.name, self.adapter, self.method, self.fields, self.status, self.reason) = (
                name, adapter, method, fields, status, reason
            )
        }
    }

    private static let alice = ("X-Forwarded-User", "alice")
    private static let get = ("X-Forwarded-Method", "GET")

    static let rows = [
        Row("nginx allows", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7"), 200, "allowed"),
        Row("haproxy allows", "/v1/haproxy", ProxyFixture.nginx("GET", "/reports/7?x=1"), 200, "allowed"),
        Row("nginx denies", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7", user: "bob"), 403, "identity-policy"),
        Row("nobody", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7", user: nil), 401, "no-identity"),
        Row("unknown", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7", user: "eve"), 403, "unknown-principal"),
        Row("no URI", "/v1/nginx", [("X-Original-Method", "GET"), alice], 403, "missing-target"),
        Row("no method", "/v1/nginx", [("X-Original-URI", "/reports/7"), alice], 403, "missing-method"),
        Row(
            "two URIs", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7") + [("X-Original-URI", "/public")], 403,
            "ambiguous-header"),
        Row(
            "two users", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7") + [("x-forwarded-user", "bob")], 403,
            "ambiguous-header"),
        Row("dots", "/v1/nginx", ProxyFixture.nginx("GET", "/x/../reports/7"), 403, "ambiguous-path"),
        Row("encoded slash", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7%2f8"), 403, "ambiguous-path"),
        Row("no UTF-8", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/%ff"), 403, "ambiguous-path"),
        Row("no route", "/v1/nginx", ProxyFixture.nginx("GET", "/other"), 403, "no-route"),
        Row("case counts", "/v1/nginx", ProxyFixture.nginx("GET", "/Reports/7"), 403, "no-route"),
        Row("a slash more", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7/"), 403, "no-route"),
        Row("no id", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/"), 403, "no-route"),
        Row("another method", "/v1/nginx", ProxyFixture.nginx("DELETE", "/reports/7"), 403, "no-route"),
        Row("a method in lower case", "/v1/nginx", ProxyFixture.nginx("get", "/reports/7"), 403, "no-route"),
        Row("a rest", "/v1/nginx", ProxyFixture.nginx("GET", "/files/a/b:c"), 200, "allowed"),
        Row(
            "a user with a slash", "/v1/nginx", ProxyFixture.nginx("GET", "/reports/7", user: "x/alice"), 403,
            "unknown-principal"),
        Row("an adapter that is none", "/v1/nginxx", ProxyFixture.nginx("GET", "/reports/7"), 403, "unknown-adapter"),
        Row("HEAD", "/v1/nginx", ProxyFixture.nginx("HEAD", "/reports/7"), 200, "allowed", method: "HEAD"),
        Row("HEAD denied", "/v1/nginx", ProxyFixture.nginx("HEAD", "/other"), 403, "no-route", method: "HEAD"),
        Row("plain", "/v1/nginx", ProxyFixture.nginx("PUT", "/reports/7"), 403, "identity-policy-deny"),
        Row(
            "https", "/v1/nginx", ProxyFixture.nginx("PUT", "/reports/7") + [("X-Forwarded-Proto", "https")], 200,
            "allowed"),
        Row(
            "two schemes", "/v1/nginx",
            ProxyFixture.nginx("PUT", "/reports/7") + [("X-Forwarded-Proto", "https, http")], 403,
            "identity-policy-deny"),
        Row(
            "an agent", "/v1/nginx", ProxyFixture.nginx("GET", "/agent") + [("User-Agent", "good/1")], 200, "allowed"),
        Row("no agent", "/v1/nginx", ProxyFixture.nginx("GET", "/agent"), 403, "identity-policy"),
        Row(
            "a tenant", "/v1/nginx",
            ProxyFixture.nginx("GET", "/tenant") + [("X-Forwarded-Host", "a.tenant.example"), ("X-Tenant", "blue")],
            200, "allowed"),
        Row(
            "another host", "/v1/nginx",
            ProxyFixture.nginx("GET", "/tenant") + [("X-Forwarded-Host", "tenant.example"), ("X-Tenant", "blue")],
            403, "no-route"),
        Row(
            "two hosts", "/v1/nginx",
            ProxyFixture.nginx("GET", "http://b.tenant.example/tenant")
                + [("X-Forwarded-Host", "a.tenant.example"), ("X-Tenant", "blue")], 403, "ambiguous-host"),
        Row(
            "two tenants", "/v1/nginx",
            ProxyFixture.nginx("GET", "/tenant")
                + [("X-Forwarded-Host", "a.tenant.example"), ("X-Tenant", "blue"), ("X-Tenant", "red")], 403,
            "ambiguous-header"),
        Row("a query", "/v1/nginx", ProxyFixture.nginx("GET", "/search?q=ok"), 200, "allowed"),
        Row("a query twice", "/v1/nginx", ProxyFixture.nginx("GET", "/search?q=ok&q=no"), 403, "ambiguous-query"),
        Row("no query", "/v1/nginx", ProxyFixture.nginx("GET", "/search"), 403, "unusable-value"),
        Row("an empty query", "/v1/nginx", ProxyFixture.nginx("GET", "/search?q="), 403, "unusable-value"),
        Row(
            "Caddy", "/v1/forward-auth?reports=8", [get, ("X-Forwarded-Uri", "/reports/7?a=b"), alice], 200, "allowed"),
        Row("Traefik denied", "/v1/forward-auth", [get, ("X-Forwarded-Uri", "/other"), alice], 403, "no-route"),
        Row("no forwarded URI", "/v1/forward-auth", [get, alice], 403, "missing-target"),
        Row(
            "no forwarded method", "/v1/forward-auth", [("X-Forwarded-Uri", "/reports/7"), alice], 403, "missing-method"
        ),
        Row(
            "two forwarded URIs", "/v1/forward-auth",
            [get, ("X-Forwarded-Uri", "/reports/7"), ("X-Forwarded-Uri", "/x"), alice], 403, "ambiguous-header"),
        Row(
            "Traefik with the client's method", "/v1/forward-auth",
            [("X-Forwarded-Method", "PUT"), ("X-Forwarded-Uri", "/reports/7"), ("X-Forwarded-Proto", "wss"), alice],
            200, "allowed", method: "PROPFIND"),
        Row("Envoy", "/v1/envoy/reports/7?x=1", [alice], 200, "allowed"),
        Row(
            "Envoy's method", "/v1/envoy/reports/7", [alice, ("X-Forwarded-Proto", "https")], 200, "allowed",
            method: "PUT"),
        Row("Envoy's bare prefix", "/v1/envoy", [alice], 403, "missing-target"),
        Row("Envoy and OPTIONS *", "/v1/envoy*", [alice], 403, "ambiguous-path", method: "OPTIONS"),
        Row("Envoy beside the prefix", "/v1/envoyx/reports/7", [alice], 403, "ambiguous-path"),
        Row("Envoy with dots", "/v1/envoy/x/../reports/7", [alice], 403, "ambiguous-path"),
        Row(
            "Envoy's host", "/v1/envoy/tenant", [alice, ("Host", "a.tenant.example:80"), ("X-Tenant", "blue")], 200,
            "allowed"),
        Row(
            "Envoy's other host", "/v1/envoy/tenant",
            [alice, ("Host", "a.tenant.example"), ("Host", "b.example"), ("X-Tenant", "blue")], 403, "ambiguous-header"),
        Row(
            "Envoy's patience is over", "/v1/envoy/reports/7", [alice, ("x-envoy-expected-rq-timeout-ms", "0")], 503,
            "deadline"),
        Row(
            "Envoy's patience is no number", "/v1/envoy/reports/7", [alice, ("x-envoy-expected-rq-timeout-ms", "-1")],
            403, "ambiguous-header"),
    ]

    @Test("each adapter answers with exact codes, a short reason and no body", arguments: Transport.allCases)
    func table(transport: Transport) async throws {
        try await TestGateway.run(try ProxyFixture.store()) { gateway in
            let connection = try await gateway.connect(transport)
            // All on one connection: an empty body keeps it.
            for row in Self.rows {
                let answer = try await connection.send(row.method, row.adapter, row.fields)
                #expect(answer.status == row.status, "\(row.name)")
                #expect(answer["x-authz-reason"] == row.reason, "\(row.name)")
                #expect(answer["x-authz-decision"] == (row.status == 200 ? "allow" : "deny"), "\(row.name)")
                #expect(answer["content-length"] == "0" && answer.body.isEmpty, "\(row.name)")
                #expect((answer["www-authenticate"] != nil) == (row.status == 401), "\(row.name)")
                #expect((answer["x-auth-user"] != nil) == (row.status == 200), "\(row.name)")
            }
        }
    }

    @Test("identity headers say who asks, on allow only, and empty ones are taken off by Envoy")
    func identityHeaders() async throws {
        let anonymous = """
            {"Resource":"arn:aws:docs:::public","Owner":"111122223333","Policy":{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":"*","Action":"docs:Public","Resource":"arn:aws:docs:::public"}]}}
            """
        let routes = """
            [{"Path":"/public","Action":"docs:Public","Resource":"arn:aws:docs:::public","Anonymous":true},
             {"Methods":["GET"],"Path":"/reports/{id}","Action":"docs:Read","Resource":"arn:aws:docs:::report/{path.id}"}]
            """
        let store = try ProxyFixture.store(ProxyFixture.mapping(routes: routes))
        try store.write("\(ProxyFixture.account)/resources/public.json", anonymous)
        try await TestGateway.run(store) { gateway in
            let spoofed = [("X-Auth-User", "mallory"), ("X-Auth-Arn", "mallory")]
            let known = try await gateway.send("GET", "/v1/envoy/reports/7", spoofed + [("X-Forwarded-User", "alice")])
            #expect(known.status == 200)
            #expect(known["x-auth-user"] == "alice")
            #expect(known["x-auth-arn"] == "arn:aws:iam::111122223333:user/alice")
            #expect(known["x-envoy-auth-headers-to-remove"] == nil)
            let nobody = try await gateway.send("GET", "/v1/envoy/public", spoofed)
            #expect(nobody.status == 200)
            #expect(nobody["x-auth-user"]?.isEmpty == true && nobody["x-auth-arn"]?.isEmpty == true)
            #expect(nobody["x-envoy-auth-headers-to-remove"] == "X-Auth-User, X-Auth-Arn")
            let nginx = try await gateway.send("GET", "/v1/nginx", ProxyFixture.nginx("GET", "/public", user: nil))
            #expect(nginx["x-auth-user"]?.isEmpty == true)
            #expect(nginx["x-envoy-auth-headers-to-remove"] == nil)
        }
    }

    @Test("what proxies say is not believed where anybody may say it")
    func untrusted() async throws {
        try await TestGateway.run(
            try ProxyFixture.store(),
            change: { for index in $0.listeners.indices { $0.listeners[index].trustsProxyHeaders = false } }
        ) { gateway in
            for adapter in ["/v1/nginx", "/v1/haproxy", "/v1/forward-auth", "/v1/envoy/reports/7"] {
                let answer = try await gateway.send("GET", adapter, ProxyFixture.nginx("GET", "/reports/7"))
                #expect(answer.status == 403 && answer["x-authz-reason"] == "untrusted-listener")
            }
        }
    }

    @Test("without a mapping everything is denied; a mapping that is written is in force")
    func mappingComes() async throws {
        let store = try ProxyFixture.store()
        try store.delete("mappings/http.json")
        try await TestGateway.run(store) { gateway in
            let fields = ProxyFixture.nginx("GET", "/reports/7")
            #expect(try await gateway.send("GET", "/v1/nginx", fields).status == 403)
            try await gateway.write("mappings/http.json", ProxyFixture.mapping())
            #expect(try await gateway.send("GET", "/v1/nginx", fields).status == 200)
        }
    }

    @Test(
        "the client's address comes from where the mapping says, by the number of trusted proxies",
        arguments: [
            ([("X-Forwarded-For", "10.1.2.3")], 200, "allowed"),
            ([("X-Forwarded-For", "10.1.2.3, 6.6.6.6")], 403, "identity-policy"),
            ([("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "10.1.2.3")], 200, "allowed"),
            ([], 403, "client-address"), ([("X-Forwarded-For", "mallory")], 403, "client-address"),
            ([("X-Real-IP", "10.1.2.3")], 403, "client-address"),
        ] as [([(String, String)], Int, String)])
    func clientAddress(_ fields: [(String, String)], _ status: Int, _ reason: String) async throws {
        let mapping = ProxyFixture.mapping(more: "\"ClientAddress\":{\"Header\":\"X-Forwarded-For\",\"TrustedHops\":1}")
        try await TestGateway.run(try ProxyFixture.store(mapping)) { gateway in
            let answer = try await gateway.send("GET", "/v1/nginx", ProxyFixture.nginx("GET", "/near") + fields)
            #expect(answer.status == status && answer["x-authz-reason"] == reason)
        }
    }
}
