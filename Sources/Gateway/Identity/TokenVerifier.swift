internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import WireProtocol

/// Reads a signed token, and believes it by the rules of the mapping (RFC 7515, RFC 7519, RFC 8725).
///
/// Only what was read strictly is looked at: one JSON text a part, no member twice, no bytes that are left over.
struct TokenVerifier: Sendable {
    /// Why a token is not believed; for tests and logs, callers only hear that it is not.
    enum Failure: String, Error, Sendable, Hashable, CaseIterable {
        case malformed, algorithm, criticalHeader, type, signature, issuer, audience, expired, notYetValid
    }

    /// The longest token, in bytes.
    static let bytesMax = 16 * 1024

    private let signed: [UInt8]
    private let signature: [UInt8]
    private let payload: [UInt8]
    private let algorithmName: String
    /// Which of the issuer's keys it says to be signed by.
    let keyID: String?

    /// Takes a token apart; nothing of it is believed yet.
    init(_ token: String) throws(Failure) {
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard bytes.count <= TokenVerifier.bytesMax, parts.count == 3,
            let header = Base64URL.decode(parts[0]).flatMap(TokenVerifier.object),
            let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        guard let algorithm = header["alg"]?.string else { throw .algorithm }
        // Nothing critical is understood here (RFC 7515 §4.1.11).
        guard header["crit"] == nil else { throw .criticalHeader }
        if let type = header["typ"] {
            let folded = type.string.map { Text($0).foldedASCII }
            guard folded == "jwt" || folded == "at+jwt" || folded == "application/at+jwt" else { throw .type }
        }
        guard header["kid"] == nil || header["kid"]?.string != nil else { throw .malformed }
        keyID = header["kid"]?.string
        algorithmName = algorithm
        signed = Array(parts[0] + [0x2E] + parts[1])
        (self.payload, self.signature) = (payload, signature)
    }

    /// The claims, if keys of the issuer signed them for us and they hold now.
    func claims(_ rules: HTTPTokenRules, keys: TokenKeys, now: Instant) throws(Failure) -> JSONNode {
        guard let algorithm = HTTPTokenRules.Algorithm(rawValue: algorithmName), rules.algorithms.contains(algorithm)
        else { throw .algorithm }
        guard keys.isSigned(signed, by: signature, algorithm, keyID: keyID) else { throw .signature }
        guard let claims = TokenVerifier.object(payload) else { throw .malformed }
        guard let issuer = claims["iss"]?.string, Text(issuer) == rules.issuer else { throw .issuer }
        guard TokenVerifier.audiences(claims["aud"]).contains(where: rules.audiences.contains) else {
            throw .audience
        }
        try TokenVerifier.checkTimes(claims, skew: Double(rules.clockSkewSeconds), now: Double(now.seconds))
        return claims
    }

    /// `exp` has to be there; `nbf` and `iat` are not in the future, where they are.
    private static func checkTimes(_ claims: JSONNode, skew: Double, now: Double) throws(Failure) {
        guard let expiry = try time(claims["exp"]) else { throw .expired }
        guard now < expiry + skew else { throw .expired }
        for name in ["nbf", "iat"] {
            guard let time = try time(claims[name]) else { continue }
            guard time <= now + skew else { throw .notYetValid }
        }
    }

    private static func time(_ node: JSONNode?) throws(Failure) -> Double? {
        guard let node else { return nil }
        guard case .number(let text) = node.value, let seconds = Double(text), seconds.isFinite, seconds >= 0 else {
            throw .malformed
        }
        return seconds
    }

    private static func audiences(_ node: JSONNode?) -> [Text] {
        if let one = node?.string { return [Text(one)] }
        let elements = node?.elements ?? []
        let texts = elements.compactMap { $0.string.map { Text($0) } }
        return texts.count == elements.count ? texts : []
    }

    private static func object(_ bytes: [UInt8]) -> JSONNode? {
        let limits = JSONLimits(bytesMax: bytesMax, depthMax: 16, nodesMax: 4_096)
        guard let document = try? JSONDocument(bytes, limits: limits), document.root.members != nil else { return nil }
        return document.root
    }
}

extension HTTPTokenRules {
    /// What verified claims say of the session, as far as the mapping lets them.
    ///
    /// - Parameter isSession: whether the principal is a session of a role: policies may ask when it began.
    func session(_ claims: JSONNode, isSession: Bool) throws(ProxyFault) -> WireSession? {
        guard isSession || tellsMFA || !sessionTags.isEmpty else { return nil }
        var session = WireSession()
        if let issued = claims["iat"]?.plainText.flatMap({ Double($0) }),
            let seconds = Int64(exactly: issued.rounded()),
            seconds > 9_999
        {
            session.issued = "\(seconds)"
        }
        if tellsMFA {
            session.mfaPresent = claims["amr"]?.elements?.contains { $0.string == "mfa" } ?? false
        }
        var tags: [WireSession.Tag] = []
        for tag in sessionTags {
            // A claim that is not there gives no tag; one that is no text gives no session.
            let names = tag.value.places.map { String($0.dropFirst("claim.".count)) }
            guard names.allSatisfy({ claims[$0] != nil }) else { continue }
            guard let value = tag.value.text({ claims[String($0.dropFirst("claim.".count))]?.plainText }) else {
                throw ProxyFault(.invalidIdentity)
            }
            tags.append(WireSession.Tag(tag.key.string, value))
        }
        if !tags.isEmpty { session.tags = tags }
        return session
    }
}

/// base64 without padding, with the alphabet for URLs (RFC 4648 §5).
enum Base64URL {
    /// The bytes; `nil` unless the whole text is such base64, in its one spelling.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var standard: [UInt8] = []
        standard.reserveCapacity(text.count + 2)
        for byte in text {
            switch byte {
            case 0x2D: standard.append(0x2B)
            case 0x5F: standard.append(0x2F)
            case 0x2B, 0x2F, 0x3D: return nil
            default: standard.append(byte)
            }
        }
        while standard.count % 4 != 0 { standard.append(0x3D) }
        return Base64.decode(standard.span)
    }
}
