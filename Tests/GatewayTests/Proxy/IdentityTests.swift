import Crypto
import Directory
import Foundation
import PolicyModel
import SwiftASN1
import Testing
import X509

@testable import Gateway

/// A certificate that a test makes of itself.
enum CertificateFixture {
    static let now: Int64 = 1_800_000_000

    static func der(
        names: [String] = ["alice"], alternatives: [GeneralName] = [], from: Int64 = now - 60, to: Int64 = now + 60
    ) throws -> [UInt8] {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = DistinguishedName(
            names.map { RelativeDistinguishedName(.init(type: .RDNAttributeType.commonName, utf8String: $0)) })
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSince1970: Double(from)),
            notValidAfter: Date(timeIntervalSince1970: Double(to)), issuer: subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions { SubjectAlternativeNames(alternatives) }, issuerPrivateKey: key)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    static func pem(_ der: [UInt8]) -> String {
        "-----BEGIN CERTIFICATE-----\n\(Data(der).base64EncodedString(options: .lineLength64Characters))\n-----END CERTIFICATE-----\n"
    }

    /// As nginx and Envoy write PEM into a header field.
    static func encoded(_ der: [UInt8]) -> String {
        pem(der).addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

@Suite("Client certificates")
struct ClientCertificateTests {
    private static let now = Instant(seconds: CertificateFixture.now)

    @Test("the parts of a certificate that it has once are told, those that it has twice are not")
    func parts() throws {
        let der = try CertificateFixture.der(
            alternatives: [
                .uniformResourceIdentifier("spiffe://td/a"), .dnsName("a.example"), .dnsName("b.example"),
                .rfc822Name("a@example.com"),
            ])
        let certificate = try ClientCertificate(der: der, now: Self.now)
        #expect(certificate.text(.commonName) == "alice")
        #expect(certificate.text(.uri) == "spiffe://td/a")
        #expect(certificate.text(.dnsName) == nil)
        #expect(certificate.text(.email) == "a@example.com")
        #expect(certificate.text(.fingerprint) == SHA256.hash(data: der).map { String(format: "%02x", $0) }.joined())
        let two = try ClientCertificate(der: try CertificateFixture.der(names: ["alice", "root"]), now: Self.now)
        #expect(two.text(.commonName) == nil)
        let none = try ClientCertificate(der: try CertificateFixture.der(names: []), now: Self.now)
        #expect(none.text(.commonName) == nil && none.text(.uri) == nil)
    }

    @Test("a certificate is read in every form in which proxies hand it on, and only whole")
    func forms() throws {
        let der = try CertificateFixture.der()
        let expected = try ClientCertificate(der: der, now: Self.now)
        let pem = CertificateFixture.pem(der)
        for field in [
            CertificateFixture.encoded(der), Data(der).base64EncodedString(), pem.replacingOccurrences(of: "\n", with: "\t"),
            pem.replacingOccurrences(of: "\n", with: " "),
        ] {
            #expect(try ClientCertificate(field: field, now: Self.now) == expected)
        }
        for field in [
            "", "x", "%zz", pem + pem, Data(der.dropLast()).base64EncodedString(),
            Data(der + [0]).base64EncodedString(), pem.replacingOccurrences(of: "CERTIFICATE", with: "PRIVATE KEY"),
            "x" + pem, Data(der).base64EncodedString() + "," + Data(der).base64EncodedString(),
        ] {
            #expect(throws: ClientCertificate.Failure.malformed, "\(field.prefix(60))") {
                try ClientCertificate(field: field, now: Self.now)
            }
        }
    }

    @Test("a certificate whose time is over, or has not come, tells nothing", arguments: [
        (-120, -1), (1, 120),
    ] as [(Int64, Int64)])
    func times(_ from: Int64, _ to: Int64) throws {
        let now = CertificateFixture.now
        let der = try CertificateFixture.der(from: now + from, to: now + to)
        #expect(throws: ClientCertificate.Failure.notValidNow) { try ClientCertificate(der: der, now: Self.now) }
    }

    @Test("random bytes are no certificate")
    func random() throws {
        let der = try CertificateFixture.der()
        for _ in 0..<500 {
            var bytes = der
            bytes[Int.random(in: 0..<bytes.count)] = .random(in: 0...255)
            _ = try? ClientCertificate(der: Array(bytes.prefix(.random(in: 0...bytes.count))), now: Self.now)
        }
    }
}

@Suite("Passwords")
struct PasswordTests {
    // Made by Python's hashlib, so that the two agree on what the parameters mean.
    static let scrypt = "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSlLAiXidGotJDjNW2C6LVi4"
    static let pbkdf2 = "$pbkdf2-sha256$10000$c2FsdHNhbHRzYWx0$oSjLaZL9nI2PrsFI86vHpeija8yVx2khUfZK135gBlU"

    @Test("hashes of either kind match the password, and no other", arguments: [scrypt, pbkdf2])
    func hashes(_ text: String) throws {
        let hash = try #require(PasswordHash(Text(text)))
        #expect(hash.matches("sécret"))
        #expect(!hash.matches("se\u{301}cret") && !hash.matches("") && !hash.matches("sécret "))
    }

    @Test("hashes of other kinds, too cheap or too dear, are refused", arguments: [
        "", "secret", "$apr1$x$y", "$2y$10$abc", "{SHA}x", "$scrypt$ln=9,r=8,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
        "$scrypt$ln=20,r=32,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg", "$scrypt$ln=10,r=8$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
        "$scrypt$r=8,ln=10,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg", "$pbkdf2-sha256$1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
        "$pbkdf2-sha256$10000$c2E$Gz98Blif/W1hO6xFYo+FSg", "$pbkdf2-sha256$10000$c2FsdHNhbHRzYWx0$Gz98", scrypt + "$x",
    ])
    func badHashes(_ text: String) { #expect(PasswordHash(Text(text)) == nil) }

    @Test("a file with one line that cannot be used is no file, and names the line", arguments: [
        ("alice:\(scrypt)\nbob", 2), ("alice:secret", 1), ("# people\n\nalice:\(scrypt)\nalice:\(pbkdf2)", 4), (":\(scrypt)", 1),
    ])
    func badFiles(_ text: String, _ line: Int) {
        #expect(throws: PasswordFile.Failure(line: line)) { try PasswordFile(Array(text.utf8)) }
    }

    @Test("credentials are a name and a password", arguments: [
        ("alice:secret", "alice|secret"), ("alice:a:b", "alice|a:b"), ("alice:", "alice|"), (":secret", nil), ("alice", nil),
        ("ali\u{0}ce:secret", nil), ("", nil),
    ] as [(String, String?)])
    func credentials(_ text: String, _ expected: String?) {
        let found = PasswordChecker.userAndPassword(Data(text.utf8).base64EncodedString())
        #expect(found.map { "\($0.user)|\($0.password)" } == expected)
        #expect(PasswordChecker.userAndPassword("%%") == nil)
    }
}

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
            ProxyFixture.mapping(identities: [token, basic, ProxyFixture.headerIdentity].joined(separator: ","), routes: Self.routes))
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
            #expect(try await Self.ask(gateway, try bearer(["groups": "[\"a\",\"admins\"]"]), "/groups") == "200 allowed")
            #expect(try await Self.ask(gateway, try bearer(["groups": "[\"a\"]"]), "/groups") == "403 identity-policy")
            let nobody = try await gateway.send("GET", "/v1/nginx", ProxyFixture.nginx("GET", "/team", user: nil))
            #expect(nobody.headers.filter { $0.name == "www-authenticate" }.map(\.value).first == "Bearer realm=\"postern\"")
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
            ProxyFixture.mapping(identities: "\(whole),\(part)", routes: Self.routes))
        let now = Int64(Date().timeIntervalSince1970)
        let der = try CertificateFixture.der(from: now - 60, to: now + 600)
        let old = try CertificateFixture.der(from: now - 60, to: now - 10)
        let two = try CertificateFixture.der(names: ["alice", "bob"], from: now - 60, to: now + 600)
        try await TestGateway.run(store) { gateway in
            for (fields, expected) in [
                ([("X-Client-Cert", CertificateFixture.encoded(der)), ("X-Client-Verify", "SUCCESS")], "200 allowed"),
                ([("X-Client-Cert", CertificateFixture.encoded(der))], "401 invalid-identity"),
                ([("X-Client-Cert", CertificateFixture.encoded(der)), ("X-Client-Verify", "NONE")], "401 invalid-identity"),
                ([("X-Client-Cert", CertificateFixture.encoded(old)), ("X-Client-Verify", "SUCCESS")], "401 invalid-identity"),
                ([("X-Client-Cert", CertificateFixture.encoded(two)), ("X-Client-Verify", "SUCCESS")], "401 invalid-identity"),
                ([("X-Client-Cert", "x"), ("X-Client-Verify", "SUCCESS"), ("X-Client-CN", "alice")], "401 invalid-identity"),
                ([("X-Client-CN", "alice")], "200 allowed"), ([("X-Client-CN", "bob")], "403 identity-policy"),
                ([], "401 no-identity"),
            ] as [([(String, String)], String)] {
                let answer = try await Self.ask(gateway, fields)
                #expect(answer == expected)
            }
        }
    }
}
