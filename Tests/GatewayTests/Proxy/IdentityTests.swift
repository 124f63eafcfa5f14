import Foundation
import Testing

@testable import Gateway

@Suite("Who asks through a proxy")
struct IdentityTests {
    private static let principal = "arn:aws:iam::111122223333:user"

    private static let routes = """
        [{"Path":"/reports/{id}","Action":"docs:Read","Resource":"arn:aws:docs:::report/{path.id}"},
         {"Path":"/team","Action":"docs:Team","Resource":"*"},{"Path":"/strong","Action":"docs:Strong","Resource":"*"},
         {"Path":"/groups","Action":"docs:Groups","Resource":"*","Context":{"app:Groups":"{claim.groups}"}}]
        """

    private static func ask(
        _ gateway: TestGateway, _ fields: [(String, String)], _ path: String = "/reports/7"
    ) async throws -> String {
        let fields = [("X-Original-URI", path), ("X-Original-Method", "GET")] + fields
        let answer = try await gateway.send("GET", "/v1/nginx", fields)
        return "\(answer.status) \(answer["x-authz-reason"] ?? "-")"
    }

    @Test("tokens and passwords come in one list, and what is shown but wrong is never taken for something else")
    func list() async throws {
        let fixture = try TokenFixture()
        let store = try ProxyFixture.store()
        let (keys, passwords) = (store.base + "/keys.json", store.base + "/passwords")
        let token = """
            {"JWT":{"JWKSFile":"\(keys)","Issuer":"\(TokenFixture.issuer)","Audience":["api"],"MFA":true,
             "SessionTags":{"team":"{claim.dept}"},"Principal":"\(Self.principal)/{claim.sub}"}}
            """
        let basic = "{\"Basic\":{\"File\":\"\(passwords)\",\"Principal\":\"\(Self.principal)/{user}\"}}"
        try store.write(
            "mappings/http.json",
            ProxyFixture.mapping(
                identities: [token, basic, ProxyFixture.headerIdentity].joined(separator: ","), routes: Self.routes))
        try await TestGateway.run(store) { gateway in
            func bearer(_ changes: [String: String?] = [:]) throws -> [(String, String)] {
                let now = Int64(Date().timeIntervalSince1970)
                let times: [String: String?] = ["exp": "\(now + 600)", "iat": "\(now)", "nbf": nil]
                let claims = TokenFixture.claims(times.merging(changes) { $1 })
                return [("Authorization", "Bearer \(try fixture.token(claims: claims))")]
            }
            func password(_ text: String) -> [(String, String)] {
                [("Authorization", "basic \(Data(text.utf8).base64EncodedString())")]
            }
            // Nothing is there yet.
            #expect(try await Self.ask(gateway, try bearer()) == "503 not-ready")
            #expect(try await Self.ask(gateway, password("alice:sécret")) == "503 not-ready")
            try Data(try fixture.keySet().utf8).write(to: URL(fileURLWithPath: keys), options: .atomic)
            try Data("alice:\(PasswordTests.scrypt)\nbob:\(PasswordTests.pbkdf2)\n".utf8)
                .write(to: URL(fileURLWithPath: passwords), options: .atomic)
            #expect(try await Self.ask(gateway, try bearer()) == "200 allowed")
            #expect(try await Self.ask(gateway, try bearer(["sub": "\"eve\""])) == "403 unknown-principal")
            #expect(try await Self.ask(gateway, try bearer(["sub": "\"x:y\""])) == "403 unknown-principal")
            #expect(try await Self.ask(gateway, try bearer(["sub": nil])) == "401 invalid-identity")
            #expect(try await Self.ask(gateway, try bearer(["aud": "\"web\""])) == "401 invalid-identity")
            for _ in 0..<2 {
                #expect(try await Self.ask(gateway, password("alice:sécret")) == "200 allowed")
                #expect(try await Self.ask(gateway, password("bob:sécret")) == "403 identity-policy")
                #expect(try await Self.ask(gateway, password("alice:wrong")) == "401 invalid-identity")
                #expect(try await Self.ask(gateway, password("eve:sécret")) == "401 invalid-identity")
            }
            // What is wrong is not made good by what follows in the list.
            let front = [("X-Forwarded-User", "alice")]
            #expect(try await Self.ask(gateway, front) == "200 allowed")
            #expect(try await Self.ask(gateway, front + [("Authorization", "Bearer x")]) == "401 invalid-identity")
            #expect(try await Self.ask(gateway, front + [("Authorization", "Bearer")]) == "401 invalid-identity")
            #expect(try await Self.ask(gateway, front + [("Authorization", "Basic x")]) == "401 invalid-identity")
            #expect(try await Self.ask(gateway, front + [("Authorization", "Digest x")]) == "200 allowed")
            #expect(try await Self.ask(gateway, try bearer() + bearer()) == "403 ambiguous-header")
            // What only a token can say.
            #expect(try await Self.ask(gateway, try bearer(["dept": "\"red\""]), "/team") == "200 allowed")
            #expect(try await Self.ask(gateway, try bearer(["dept": "\"blue\""]), "/team") == "403 identity-policy")
            #expect(try await Self.ask(gateway, try bearer(["dept": "[1]"]), "/team") == "401 invalid-identity")
            #expect(try await Self.ask(gateway, front + [("dept", "red")], "/team") == "403 identity-policy")
            #expect(try await Self.ask(gateway, try bearer(["amr": "[\"pwd\",\"mfa\"]"]), "/strong") == "200 allowed")
            #expect(try await Self.ask(gateway, try bearer(["amr": "[\"pwd\"]"]), "/strong") == "403 identity-policy")
            #expect(
                try await Self.ask(gateway, try bearer(["groups": "[\"a\",\"admins\"]"]), "/groups") == "200 allowed")
            #expect(try await Self.ask(gateway, try bearer(["groups": "[\"a\"]"]), "/groups") == "403 identity-policy")
            let nobody = try await gateway.send("GET", "/v1/nginx", ProxyFixture.nginx("GET", "/team", user: nil))
            #expect(
                nobody.headers.filter { $0.name == "www-authenticate" }.map(\.value).first == "Bearer realm=\"postern\""
            )
            #expect(nobody.headers.filter { $0.name == "www-authenticate" }.count == 3)
        }
    }

    @Test("certificates that a proxy hands on are believed when it says that it has checked them")
    func certificates() async throws {
        let whole = """
            {"Certificate":{"Header":"X-Client-Cert","Verified":{"Header":"X-Client-Verify","Value":"SUCCESS"},
             "Principal":"\(Self.principal)/{certificate.cn}"}}
            """
        let part = """
            {"Certificate":{"Header":"X-Client-CN","Holds":"cn","Principal":"\(Self.principal)/{certificate.cn}"}}
            """
        let store = try ProxyFixture.store(
            ProxyFixture.mapping(identities: "\(whole),\(part)"))
        let now = Int64(Date().timeIntervalSince1970)
        let der = try CertificateFixture.der(from: now - 60, to: now + 600)
        let old = try CertificateFixture.der(from: now - 60, to: now - 10)
        let two = try CertificateFixture.der(names: ["alice", "bob"], from: now - 60, to: now + 600)
        try await TestGateway.run(store) { gateway in
            for (fields, expected) in [
                ([("X-Client-Cert", CertificateFixture.encoded(der)), ("X-Client-Verify", "SUCCESS")], "200 allowed"),
                ([("X-Client-Cert", CertificateFixture.encoded(der))], "401 invalid-identity"),
                (
                    [("X-Client-Cert", CertificateFixture.encoded(der)), ("X-Client-Verify", "NONE")],
                    "401 invalid-identity"
                ),
                (
                    [("X-Client-Cert", CertificateFixture.encoded(old)), ("X-Client-Verify", "SUCCESS")],
                    "401 invalid-identity"
                ),
                (
                    [("X-Client-Cert", CertificateFixture.encoded(two)), ("X-Client-Verify", "SUCCESS")],
                    "401 invalid-identity"
                ),
                (
                    [("X-Client-Cert", "x"), ("X-Client-Verify", "SUCCESS"), ("X-Client-CN", "alice")],
                    "401 invalid-identity"
                ),
                ([("X-Client-CN", "alice")], "200 allowed"), ([("X-Client-CN", "bob")], "403 identity-policy"),
                ([], "401 no-identity"),
            ] as [([(String, String)], String)] {
                let answer = try await Self.ask(gateway, fields)
                #expect(answer == expected)
            }
        }
    }
}
