internal import Directory
internal import HTTPTypes
internal import JSONDocument
internal import Logging
internal import NIOConcurrencyHelpers
internal import PolicyModel

/// Finds out who asks through a proxy, and remembers what that takes: issuers' keys and checked passwords.
final class CallerIdentifier: Sendable {
    /// Issuers whose keys are kept; more are only met when mappings change often.
    private static let sourcesMax = 64

    private let logger: Logger
    private let sources = NIOLockedValueBox<[HTTPTokenRules.Keys: any KeySource]>([:])
    private let passwords: PasswordChecker

    init(logger: Logger) {
        self.logger = logger
        passwords = PasswordChecker(logger: logger)
    }

    /// Gets ready what requests will need; nobody has to wait for it.
    func prepare(_ mapping: HTTPMapping) async {
        for identity in mapping.identities {
            if case .token(let rules) = identity.source { await source(rules.keys).prepare() }
        }
    }

    /// Who asks, if this way of knowing has anything to say of the request.
    ///
    /// - Throws: `ProxyFault` for what is shown but wrong: whoever asks must not be taken for somebody else then.
    func caller(
        of request: ProxyRequest, by identity: HTTPIdentity, now: Instant
    ) async throws(ProxyFault) -> Caller? {
        switch identity.source {
        case .header(let name):
            guard let value = try request.fields.single(name) else { return nil }
            return Caller(principal: try identity.arn { _ in value })
        case .token(let rules): return try await tokenCaller(request, identity, rules, now)
        case .certificate(let rules): return try await certificateCaller(request, identity, rules, now)
        case .password(let file):
            guard let credentials = try request.credentials(.authorization, scheme: "basic") else { return nil }
            guard let (user, password) = PasswordChecker.userAndPassword(credentials) else {
                throw ProxyFault(.invalidIdentity)
            }
            try await passwords.check(user, password, in: file)
            return Caller(principal: try identity.arn { _ in user })
        }
    }

    private func tokenCaller(
        _ request: ProxyRequest, _ identity: HTTPIdentity, _ rules: HTTPTokenRules, _ now: Instant
    ) async throws(ProxyFault) -> Caller? {
        guard let token = try request.token(rules.header) else { return nil }
        let verifier = try believing { () throws(TokenVerifier.Failure) in try TokenVerifier(token) }
        let keys = try await source(rules.keys).keys(for: verifier.keyID)
        let claims = try believing { () throws(TokenVerifier.Failure) in
            try verifier.claims(rules, keys: keys, now: now)
        }
        let principal = try identity.arn { place in claims[String(place.dropFirst("claim.".count))]?.plainText }
        let isSession = principal.utf8.starts(with: "arn:aws:sts:".utf8)
        return Caller(principal: principal, claims: claims, session: try rules.session(claims, isSession: isSession))
    }

    private func certificateCaller(
        _ request: ProxyRequest, _ identity: HTTPIdentity, _ rules: HTTPCertificateRules, _ now: Instant
    ) async throws(ProxyFault) -> Caller? {
        guard let certificate = try await certificate(request, rules, now) else { return nil }
        let principal = try identity.arn { place in CertificatePart(rawValue: place).flatMap(certificate.text) }
        return Caller(principal: principal, certificate: certificate)
    }

    private func certificate(
        _ request: ProxyRequest, _ rules: HTTPCertificateRules, _ now: Instant
    ) async throws(ProxyFault) -> ClientCertificate? {
        let name: String
        switch rules.place {
        case .connection:
            guard let der = await request.certificate() else { return nil }
            return try reading { () throws(ClientCertificate.Failure) in try ClientCertificate(der: der, now: now) }
        case .header(let header), .headerPart(let header, _): name = header
        }
        guard let field = try request.fields.single(name) else { return nil }
        if let check = rules.verification {
            guard let said = try request.fields.single(check.header), Text(said) == check.value else {
                throw ProxyFault(.invalidIdentity)
            }
        }
        if case .headerPart(_, let part) = rules.place { return ClientCertificate(part: part, text: field) }
        return try reading { () throws(ClientCertificate.Failure) in try ClientCertificate(field: field, now: now) }
    }

    private func source(_ keys: HTTPTokenRules.Keys) -> any KeySource {
        sources.withLockedValue { sources in
            if let source = sources[keys] { return source }
            if sources.count >= CallerIdentifier.sourcesMax { sources.removeAll() }
            let source: any KeySource =
                switch keys {
                case .file(let path): KeyFile(path, logger: logger)
                case .url(let url): KeyURLSource(url, logger: logger)
                }
            sources[keys] = source
            return source
        }
    }

    /// Callers hear no more than that they are not believed.
    private func believing<Value>(
        _ body: () throws(TokenVerifier.Failure) -> Value
    ) throws(ProxyFault) -> Value {
        do throws(TokenVerifier.Failure) {
            return try body()
        } catch {
            logger.debug("a token is not believed", metadata: ["why": "\(error.rawValue)"])
            throw ProxyFault(.invalidIdentity)
        }
    }

    private func reading<Value>(
        _ body: () throws(ClientCertificate.Failure) -> Value
    ) throws(ProxyFault) -> Value {
        do throws(ClientCertificate.Failure) {
            return try body()
        } catch {
            logger.debug("a certificate is not believed", metadata: ["why": "\(error)"])
            throw ProxyFault(.invalidIdentity)
        }
    }
}

extension HTTPIdentity {
    /// The principal; no value reaches beyond its place.
    func arn(_ value: (String) -> String?) throws(ProxyFault) -> String {
        guard let principal = principal.arn(value) else { throw ProxyFault(.invalidIdentity) }
        return principal
    }
}

extension ProxyRequest {
    /// The credentials of a scheme; `nil` when the field has none of it.
    func credentials(_ name: HTTPField.Name, scheme: String) throws(ProxyFault) -> String? {
        guard let field = try fields.single(name) else { return nil }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard let said = parts.first, Text(String(said)).foldedASCII.string.utf8.elementsEqual(scheme.utf8) else {
            return nil
        }
        return parts.count == 2 ? String(parts[1].trimmingSpaces) : ""
    }

    /// A token in a header field; `Authorization` has its scheme before it, others may.
    func token(_ header: String) throws(ProxyFault) -> String? {
        guard let name = HTTPField.Name(header) else { return nil }
        if let token = try credentials(name, scheme: "bearer") { return token }
        return name == .authorization ? nil : try fields.single(name)
    }
}
