internal import Directory
internal import JSONDocument
internal import JWTKit
internal import PolicyModel

/// The public keys of an issuer: a JSON Web Key Set (RFC 7517).
///
/// Every key has its kind, and every algorithm is for one kind: a token cannot choose to be read otherwise. Keys of other
/// kinds, symmetric ones above all, are left out.
struct TokenKeys: Sendable {
    private struct Key: Sendable {
        let id: String?
        let algorithm: HTTPTokenRules.Algorithm
        let verifier: any JWTAlgorithm
    }

    /// The longest set, in bytes.
    static let bytesMax = 1024 * 1024
    /// The most keys of a set.
    static let keysMax = 256

    private var keys: [Key] = []

    /// Reads a set; `nil` for what is none, or has no key to verify with.
    init?(_ bytes: [UInt8]) async {
        let limits = JSONLimits(bytesMax: TokenKeys.bytesMax, depthMax: 16, nodesMax: 65_536)
        guard let document = try? JSONDocument(bytes, limits: limits),
            let nodes = document.root["keys"]?.elements, nodes.count <= TokenKeys.keysMax
        else { return nil }
        for node in nodes {
            let use = node["use"]?.string
            guard use == nil || use == "sig", let kind = node["kty"]?.string else { continue }
            for algorithm in HTTPTokenRules.Algorithm.allCases {
                let stated = node["alg"]?.string
                guard stated == nil || stated == algorithm.rawValue,
                    let verifier = await TokenKeys.verifier(node, kind, algorithm)
                else { continue }
                keys.append(Key(id: node["kid"]?.string, algorithm: algorithm, verifier: verifier))
            }
        }
        guard !keys.isEmpty else { return nil }
    }

    /// Whether any key has an id.
    func hasKey(_ id: String) -> Bool { keys.contains { $0.id.map { $0.utf8.elementsEqual(id.utf8) } ?? false } }

    /// Whether a key of that id and kind signed the bytes; a token without an id is only taken when there is one key.
    func isSigned(
        _ bytes: [UInt8], by signature: [UInt8], _ algorithm: HTTPTokenRules.Algorithm, keyID: String?
    ) -> Bool {
        let fitting = keys.filter { key in
            guard key.algorithm == algorithm else { return false }
            guard let keyID else { return true }
            return key.id.map { $0.utf8.elementsEqual(keyID.utf8) } ?? false
        }
        guard fitting.count == 1, let key = fitting.first else { return false }
        return (try? key.verifier.verify(signature, signs: bytes)) ?? false
    }

    private static func verifier(
        _ node: JSONNode, _ kind: String, _ algorithm: HTTPTokenRules.Algorithm
    ) async -> (any JWTAlgorithm)? {
        guard let jwk = jwk(node, kind, algorithm) else { return nil }
        // A collection of one: the library's own choice among keys trusts more of a token than ours does.
        return try? await JWTKeyCollection().add(jwk: jwk).getKey(for: keyID, alg: algorithm.rawValue)
    }

    private static let keyID: JWKIdentifier = "key"

    /// The key, if the algorithm is one of its kind.
    private static func jwk(_ node: JSONNode, _ kind: String, _ algorithm: HTTPTokenRules.Algorithm) -> JWK? {
        guard let jwkAlgorithm = JWK.Algorithm(rawValue: algorithm.rawValue) else { return nil }
        let curve = node["crv"]?.string
        switch (kind, algorithm) {
        case ("RSA", .rs256), ("RSA", .rs384), ("RSA", .rs512), ("RSA", .ps256), ("RSA", .ps384), ("RSA", .ps512):
            guard let modulus = node["n"]?.string, let exponent = node["e"]?.string else { return nil }
            return .rsa(jwkAlgorithm, identifier: keyID, modulus: modulus, exponent: exponent)
        case ("EC", .es256) where curve == "P-256": break
        case ("EC", .es384) where curve == "P-384": break
        case ("EC", .es512) where curve == "P-521": break
        case ("OKP", .edDSA) where curve == "Ed25519":
            guard let x = node["x"]?.string else { return nil }
            return .octetKeyPair(jwkAlgorithm, identifier: keyID, x: x, y: nil, curve: .ed25519)
        default: return nil
        }
        guard let x = node["x"]?.string, let y = node["y"]?.string else { return nil }
        let curves: [String: ECDSACurve] = ["P-256": .p256, "P-384": .p384, "P-521": .p521]
        return .ecdsa(jwkAlgorithm, identifier: keyID, x: x, y: y, curve: curve.flatMap { curves[$0] })
    }
}
