import Crypto
import CryptoExtras
import Directory
import Foundation
import PolicyModel

@testable import Gateway

/// An issuer with keys of several kinds, and the tokens that it, or somebody else, makes.
struct TokenFixture: Sendable {
    static let now: Int64 = 1_800_000_000
    static let issuer = "https://issuer.example"

    let ec = P256.Signing.PrivateKey()
    let edwards = Curve25519.Signing.PrivateKey()
    let rsa: _RSA.Signing.PrivateKey

    init() throws { rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    static let rules = HTTPTokenRules(
        header: "Authorization", keys: .file("/keys"), issuer: Text(issuer), audiences: ["api", "other"],
        algorithms: [.rs256, .ps256, .es256, .edDSA])

    static func base64(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    /// The public keys; `ecID` and the rest are the ids.
    func keySet(ecID: String = "ec") throws -> String {
        let point = ec.publicKey.rawRepresentation
        let primitives = try rsa.publicKey.getKeyPrimitives()
        let (modulus, exponent) = (primitives.modulus, primitives.publicExponent)
        return """
            {"keys":[
            {"kty":"EC","crv":"P-256","kid":"\(ecID)","use":"sig","x":"\(Self.base64(point.prefix(32)))","y":"\(Self.base64(point.suffix(32)))"},
            {"kty":"OKP","crv":"Ed25519","kid":"ed","x":"\(Self.base64(edwards.publicKey.rawRepresentation))"},
            {"kty":"RSA","kid":"rsa","n":"\(Self.base64(modulus))","e":"\(Self.base64(exponent))"},
            {"kty":"RSA","kid":"enc","use":"enc","n":"\(Self.base64(modulus))","e":"\(Self.base64(exponent))"},
            {"kty":"oct","kid":"oct","k":"\(Self.base64(Array("secretsecretsecretsecret".utf8)))"},
            {"kty":"new","kid":"new"}]}
            """
    }

    static func claims(_ changes: [String: String?] = [:]) -> String {
        var claims: [String: String?] = [
            "iss": "\"\(issuer)\"", "aud": "\"api\"", "sub": "\"alice\"", "exp": "\(now + 600)", "iat": "\(now)",
            "nbf": "\(now - 5)",
        ]
        for (name, value) in changes { claims[name] = value }
        return "{" + claims.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.joined(separator: ",") + "}"
    }

    enum Signing: Sendable {
        case ec, edwards, rs256, ps256
        /// HMAC with the text of a public key, which anybody has.
        case publicKeyAsSecret
        case nothing
    }

    func token(
        header: String = "{\"alg\":\"ES256\",\"kid\":\"ec\"}", claims: String = claims(), by signing: Signing = .ec
    ) throws -> String {
        let signed = Self.base64(header.utf8) + "." + Self.base64(claims.utf8)
        return try signed + "." + Self.base64(signature(Data(signed.utf8), signing))
    }

    private func signature(_ data: Data, _ signing: Signing) throws -> Data {
        switch signing {
        case .ec: return try ec.signature(for: data).rawRepresentation
        case .edwards: return try edwards.signature(for: data)
        case .rs256:
            return try rsa.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).rawRepresentation
        case .ps256: return try rsa.signature(for: SHA256.hash(data: data), padding: .PSS).rawRepresentation
        case .publicKeyAsSecret:
            let secret = SymmetricKey(data: Data(rsa.publicKey.pemRepresentation.utf8))
            return Data(HMAC<SHA256>.authenticationCode(for: data, using: secret))
        case .nothing: return Data()
        }
    }

    /// What a token is worth: `ok`, or why it is not.
    func outcome(_ token: String, keySet: String? = nil, rules: HTTPTokenRules = rules) async throws -> String {
        guard let keys = await TokenKeys(Array(try (keySet ?? self.keySet()).utf8)) else { return "no keys" }
        do throws(TokenVerifier.Failure) {
            _ = try TokenVerifier(token).claims(rules, keys: keys, now: Instant(seconds: Self.now))
            return "ok"
        } catch {
            return error.rawValue
        }
    }
}
