public import PolicyModel

/// One way to know who asks, and the principal that they then are.
public struct HTTPIdentity: Sendable, Hashable {
    /// What tells who asks.
    public var source: Source
    /// The principal; its places are those of the source.
    public var principal: Template

    /// Makes an identity.
    public init(_ source: Source, principal: Template) {
        (self.source, self.principal) = (source, principal)
    }

    /// What tells who asks.
    public enum Source: Sendable, Hashable {
        /// A header field that the proxy sets, whatever the client sent: `{value}`.
        case header(name: String)
        /// A signed token: `{claim.…}`.
        case token(HTTPTokenRules)
        /// A client certificate: `{certificate.…}`.
        case certificate(HTTPCertificateRules)
        /// A name with a password: `{user}`.
        case password(file: String)
    }
}

/// Which tokens are believed (RFC 7519, RFC 8725), and what of them counts.
public struct HTTPTokenRules: Sendable, Hashable {
    /// Where the issuer's public keys are.
    public enum Keys: Sendable, Hashable {
        /// A file with a JSON Web Key Set.
        case file(String)
        /// An https URL, or one of this machine.
        case url(String)
    }

    /// How tokens are signed; only with the private half of a key pair.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// RSA.
        case rs256 = "RS256"
        case rs384 = "RS384"
        case rs512 = "RS512"
        /// RSA with PSS padding.
        case ps256 = "PS256"
        case ps384 = "PS384"
        case ps512 = "PS512"
        /// Elliptic curves.
        case es256 = "ES256"
        case es384 = "ES384"
        case es512 = "ES512"
        /// Edwards curves.
        case edDSA = "EdDSA"
    }

    /// The header field; `Authorization` has `Bearer` before the token.
    public var header: String
    /// The issuer's keys.
    public var keys: Keys
    /// `iss` must be it.
    public var issuer: Text
    /// `aud` must have one of these.
    public var audiences: [Text]
    /// The algorithms that are accepted.
    public var algorithms: [Algorithm]
    /// How far the issuer's clock may be from ours, in seconds.
    public var clockSkewSeconds: Int64
    /// Tags of the caller's session, by claims.
    public var sessionTags: [HTTPSessionTag]
    /// Whether `amr` with `mfa` says that a second factor was used.
    public var tellsMFA: Bool

    /// Makes rules.
    public init(
        header: String, keys: Keys, issuer: Text, audiences: [Text], algorithms: [Algorithm],
        clockSkewSeconds: Int64 = 60, sessionTags: [HTTPSessionTag] = [], tellsMFA: Bool = false
    ) {
        self.header = header
        self.keys = keys
        self.issuer = issuer
        self.audiences = audiences
        self.algorithms = algorithms
        self.clockSkewSeconds = clockSkewSeconds
        self.sessionTags = sessionTags
        self.tellsMFA = tellsMFA
    }
}

/// A session tag that a token gives.
public struct HTTPSessionTag: Sendable, Hashable {
    /// The tag's key.
    public var key: Text
    /// Its value; `{claim.…}`.
    public var value: Template

    /// Makes a tag.
    public init(key: Text, value: Template) {
        (self.key, self.value) = (key, value)
    }
}

/// Where a client's certificate is.
public struct HTTPCertificateRules: Sendable, Hashable {
    /// Where it is.
    public enum Place: Sendable, Hashable {
        /// The TLS connection to this service: it is the proxy's own.
        case connection
        /// A header field that the proxy sets: PEM, percent-encoded or not, or base64 of DER.
        case header(String)
        /// A header field with nothing but one part of it.
        case headerPart(String, CertificatePart)
    }

    /// Where it is.
    public var place: Place
    /// A field by which the proxy says that it has checked the certificate, and what it then holds.
    public var verification: Verification?

    /// What a proxy says of a certificate that it has checked.
    public struct Verification: Sendable, Hashable {
        /// The header field.
        public var header: String
        /// What it holds: nginx says `SUCCESS`, HAProxy `0`.
        public var value: Text

        /// Makes a check.
        public init(header: String, value: Text) {
            (self.header, self.value) = (header, value)
        }
    }

    /// Makes rules.
    public init(_ place: Place, verification: Verification? = nil) {
        (self.place, self.verification) = (place, verification)
    }
}

/// A part of a certificate; the raw value is its place in templates.
public enum CertificatePart: String, Sendable, Hashable, CaseIterable {
    /// The subject's common name.
    case commonName = "certificate.cn"
    /// The URI among the subject's alternative names, such as a SPIFFE id.
    case uri = "certificate.san.uri"
    /// The DNS name among them.
    case dnsName = "certificate.san.dns"
    /// The mail address among them.
    case email = "certificate.email"
    /// SHA-256 of the certificate, in hexadecimal.
    case fingerprint = "certificate.fingerprint"
}
