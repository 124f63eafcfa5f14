import Directory
import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import PolicyModel
import Testing

@testable import Gateway

@Suite("Signed tokens")
struct TokenTests {
    static let now = TokenFixture.now

    @Test(
        "tokens of each kind of key are believed",
        arguments: [
            ("{\"alg\":\"ES256\",\"kid\":\"ec\"}", TokenFixture.Signing.ec),
            ("{\"alg\":\"ES256\",\"typ\":\"JWT\"}", .ec), ("{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", .ec),
            ("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", .edwards), ("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", .rs256),
            ("{\"alg\":\"PS256\",\"kid\":\"rsa\"}", .ps256),
        ])
    func good(_ header: String, _ signing: TokenFixture.Signing) async throws {
        let fixture = try TokenFixture()
        #expect(try await fixture.outcome(try fixture.token(header: header, by: signing)) == "ok")
    }

    @Test(
        "heads that lie are not believed",
        arguments: [
            ("{\"alg\":\"none\"}", TokenFixture.Signing.nothing, "algorithm"),
            ("{\"alg\":\"None\",\"kid\":\"ec\"}", .nothing, "algorithm"), ("{\"kid\":\"ec\"}", .ec, "algorithm"),
            ("{\"alg\":\"HS256\",\"kid\":\"rsa\"}", .publicKeyAsSecret, "algorithm"),
            ("{\"alg\":\"HS256\",\"kid\":\"oct\"}", .publicKeyAsSecret, "algorithm"),
            ("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", .publicKeyAsSecret, "signature"),
            ("{\"alg\":\"RS384\",\"kid\":\"rsa\"}", .rs256, "algorithm"),
            ("{\"alg\":\"PS256\",\"kid\":\"rsa\"}", .rs256, "signature"),
            ("{\"alg\":\"ES256\",\"kid\":\"rsa\"}", .ec, "signature"),
            ("{\"alg\":\"EdDSA\",\"kid\":\"ec\"}", .ec, "signature"),
            ("{\"alg\":\"ES256\",\"kid\":\"other\"}", .ec, "signature"),
            ("{\"alg\":\"ES256\",\"kid\":7}", .ec, "malformed"),
            ("{\"alg\":\"RS256\",\"kid\":\"enc\"}", .rs256, "signature"),
            ("{\"alg\":\"ES256\",\"kid\":\"ec\",\"crit\":[\"b64\"],\"b64\":false}", .ec, "criticalHeader"),
            ("{\"alg\":\"ES256\",\"typ\":\"secevent+jwt\"}", .ec, "type"),
            ("{\"alg\":\"ES256\",\"alg\":\"none\",\"kid\":\"ec\"}", .ec, "malformed"),
            ("[\"ES256\"]", .ec, "malformed"), ("{\"alg\":\"ES256\",\"kid\":\"ec\"}", .edwards, "signature"),
            ("{\"alg\":\"ES256\",\"kid\":\"ec\"}", .nothing, "signature"),
        ])
    func badHeads(_ header: String, _ signing: TokenFixture.Signing, _ expected: String) async throws {
        let fixture = try TokenFixture()
        #expect(try await fixture.outcome(try fixture.token(header: header, by: signing)) == expected)
    }

    @Test(
        "claims that do not hold here and now are not believed",
        arguments: [
            ("iss", nil, "issuer"), ("iss", "\"https://issuer.example/\"", "issuer"),
            ("iss", "[\"https://issuer.example\"]", "issuer"),
            ("aud", nil, "audience"), ("aud", "\"web\"", "audience"), ("aud", "[]", "audience"),
            ("aud", "[\"web\"]", "audience"),
            ("aud", "[\"api\",1]", "audience"), ("aud", "[\"web\",\"other\"]", "ok"), ("exp", nil, "expired"),
            ("exp", "\(now - 59)", "ok"), ("exp", "\(now - 60)", "expired"), ("exp", "\"\(now + 60)\"", "malformed"),
            ("exp", "-1", "malformed"), ("exp", "1e100", "ok"), ("exp", "1e300", "malformed"), ("nbf", nil, "ok"),
            ("nbf", "\(now + 60)", "ok"),
            ("nbf", "\(now + 61)", "notYetValid"), ("nbf", "null", "malformed"), ("iat", "\(now + 61)", "notYetValid"),
            ("iat", nil, "ok"),
        ] as [(String, String?, String)])
    func claims(_ name: String, _ value: String?, _ expected: String) async throws {
        let fixture = try TokenFixture()
        let token = try fixture.token(claims: TokenFixture.claims([name: value]))
        #expect(try await fixture.outcome(token) == expected)
    }

    @Test("a token with something changed, added or left out is not believed")
    func forms() async throws {
        let fixture = try TokenFixture()
        let token = try fixture.token()
        let parts = token.split(separator: ".").map(String.init)
        for (form, expected) in [
            ("", "malformed"), ("..", "malformed"), (token + ".x", "malformed"), (token + "=", "malformed"),
            (parts[0] + "." + parts[1], "malformed"), (parts[0] + "." + parts[1] + ".", "signature"),
            (" " + token, "malformed"),
            (
                parts[0] + "." + TokenFixture.base64(TokenFixture.claims(["sub": "\"root\""]).utf8) + "." + parts[2],
                "signature"
            ),
            (String(repeating: "a", count: TokenVerifier.bytesMax + 1), "malformed"),
            (try fixture.token(claims: "{\"iss\":\"a\",\"iss\":\"b\"}"), "malformed"),
            (try fixture.token(claims: "[]"), "malformed"),
        ] {
            #expect(try await fixture.outcome(form) == expected, "\(form.prefix(80))")
        }
        let other = try TokenFixture()
        #expect(try await fixture.outcome(try other.token()) == "signature")
    }

    @Test("random bytes in a token never make it good")
    func random() async throws {
        let fixture = try TokenFixture()
        let keys = try #require(await TokenKeys(Array(try fixture.keySet().utf8)))
        let token = Array(try fixture.token().utf8)
        for _ in 0..<2_000 {
            var bytes = token
            let index = Int.random(in: 0..<bytes.count)
            bytes[index] = UInt8.random(in: 0x21...0x7E)
            guard bytes != token else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(throws: TokenVerifier.Failure.self, "\(text)") {
                try TokenVerifier(text).claims(TokenFixture.rules, keys: keys, now: Instant(seconds: Self.now))
            }
        }
    }

    @Test(
        "key sets without a key to verify with are none",
        arguments: [
            "", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}",
            "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\",\"alg\":\"HS256\"}]}",
            "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
            "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", "{\"keys\":[7]}",
        ])
    func noKeys(_ text: String) async {
        #expect(await TokenKeys(Array(text.utf8)) == nil)
    }

    // MARK: Keys that come from elsewhere

    /// A clock and a fetch that a test turns by hand.
    private actor Elsewhere {
        var answers: [Result<[UInt8], any Error>] = []
        var fetches = 0

        func give(_ text: String?) {
            answers.append(text.map { .success(Array($0.utf8)) } ?? .failure(Failed()))
        }

        func next() throws -> [UInt8] {
            fetches += 1
            return try answers.removeFirst().get()
        }

        struct Failed: Error {}
    }

    private static func state(_ source: KeyURLSource, _ id: String?) async -> String {
        do throws(ProxyFault) {
            return try await source.keys(for: id).hasKey(id ?? "ec") ? "keys" : "unknown"
        } catch {
            return error.code.rawValue
        }
    }

    private static func until(_ expected: Int, _ elsewhere: Elsewhere) async throws {
        while await elsewhere.fetches < expected { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test("keys at a URL are fetched in the background, again for new ids, but not too often, and do not live for ever")
    func url() async throws {
        let fixture = try TokenFixture()
        let elsewhere = Elsewhere()
        let time = TestClock()
        let source = KeyURLSource(
            "https://i", logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }, now: { time.now }
        ) { _ in
            try await elsewhere.next()
        }
        await elsewhere.give(nil)
        await elsewhere.give(try fixture.keySet())
        await elsewhere.give(try fixture.keySet(ecID: "ec2"))
        // Nothing yet, and the first fetch fails; the next waits for the pause.
        #expect(await Self.state(source, "ec") == "not-ready")
        try await Self.until(1, elsewhere)
        #expect(await Self.state(source, "ec") == "not-ready")
        time.advance(.seconds(11))
        while await Self.state(source, "ec") != "keys" { try await Task.sleep(for: .milliseconds(2)) }
        #expect(await elsewhere.fetches == 2)
        // An unknown id within the pause is simply unknown.
        #expect(await Self.state(source, "ec2") == "unknown")
        #expect(await elsewhere.fetches == 2)
        time.advance(.seconds(11))
        #expect(await Self.state(source, "ec2") == "not-ready")
        try await Self.until(3, elsewhere)
        while await Self.state(source, "ec2") != "keys" { try await Task.sleep(for: .milliseconds(2)) }
        // A fetch that fails leaves the keys in force, until they are too old.
        await elsewhere.give(nil)
        time.advance(.minutes(6))
        #expect(await Self.state(source, "ec2") == "keys")
        try await Self.until(4, elsewhere)
        await elsewhere.give(nil)
        time.advance(.hours(25))
        #expect(await Self.state(source, "ec2") == "not-ready")
    }

    @Test("keys in a file are read again when it changes; nonsense leaves the last ones, and no file leaves none")
    func file() async throws {
        let fixture = try TokenFixture()
        let store = try GatewayStore()
        let path = store.base + "/keys.json"
        let file = KeyFile(path, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        func state(_ id: String) async -> Bool? { try? await file.keys(for: id).hasKey(id) }
        #expect(await state("ec") == nil)
        try Data(try fixture.keySet().utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        #expect(await state("ec") == true)
        try Data(try fixture.keySet(ecID: "ec2").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        #expect(await state("ec") == false)
        #expect(await state("ec2") == true)
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        #expect(await state("ec2") == true)
        try FileManager.default.removeItem(atPath: path)
        #expect(await state("ec2") == nil)
    }
}

/// A monotonic clock that a test turns.
final class TestClock: Sendable {
    private let time = NIOLockedValueBox(NIODeadline.now())
    var now: NIODeadline { time.withLockedValue { $0 } }
    func advance(_ amount: TimeAmount) { time.withLockedValue { $0 = $0 + amount } }
}
