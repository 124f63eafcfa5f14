internal import Authorizer
internal import HTTPTypes
internal import HummingbirdCore
internal import PolicyModel

/// Why a request is not decided, as a short code that callers see in `X-Authz-Reason`.
enum ProxyCode: String, Sendable, Hashable, CaseIterable {
    // Denied: 403.
    /// What proxies say is not believed on this listener.
    case untrustedListener = "untrusted-listener"
    /// The route is not the adapter's.
    case unknownAdapter = "unknown-adapter"
    /// The proxy does not say what was asked for.
    case missingTarget = "missing-target"
    /// The proxy does not say by which method.
    case missingMethod = "missing-method"
    /// A field that has to be there once is there twice.
    case ambiguousHeader = "ambiguous-header"
    /// Two hosts, or one that is none.
    case ambiguousHost = "ambiguous-host"
    /// A path that servers read in more than one way.
    case ambiguousPath = "ambiguous-path"
    /// A query that servers read in more than one way, of which a value is needed.
    case ambiguousQuery = "ambiguous-query"
    /// No address of the client where the mapping says it is, or none at all.
    case clientAddress = "client-address"
    /// No route takes the request.
    case noRoute = "no-route"
    /// A value of a template is missing, or does not fit.
    case unusableValue = "unusable-value"
    /// The question is out of bounds.
    case unusableQuestion = "unusable-question"
    // Unauthenticated: 401.
    /// Nobody says who asks.
    case noIdentity = "no-identity"
    /// Whoever asks has not shown to be who he says.
    case invalidIdentity = "invalid-identity"
    // Not now: 503.
    /// An issuer's keys, or a file of passwords, are not there yet.
    case notReady = "not-ready"
    /// It took too long.
    case deadline
    /// Too many passwords are being checked.
    case busy
    /// Something that nobody foresaw.
    case internalError = "internal-error"

    /// The status that it is answered with; proxies understand no others (spec `protocols.md` §2.1).
    var status: HTTPResponse.Status {
        switch self {
        case .noIdentity, .invalidIdentity: .unauthorized
        case .notReady, .deadline, .busy, .internalError: .serviceUnavailable
        default: .forbidden
        }
    }
}

/// A request that is not decided.
struct ProxyFault: Error, Sendable, Hashable {
    let code: ProxyCode

    init(_ code: ProxyCode) { self.code = code }
}

/// What a proxy is answered, whichever way it asks.
struct ProxyAnswer: Sendable, Hashable {
    /// A header field for the service behind the proxy.
    struct Field: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// 200, 401, 403 or 503.
    let status: HTTPResponse.Status
    /// A short code.
    let reason: String
    /// Every identity header of the mapping on allow, also without a value.
    var identity: [Field] = []
    /// The principal's name on allow; empty when nobody is known.
    var principal = ""
    /// What may be shown instead, with 401.
    var challenges: [String] = []

    /// Whether the request may go on.
    var isAllowed: Bool { status == .ok }

    /// The answer to a request that is not decided.
    init(_ fault: ProxyFault, challenges: [String] = []) {
        status = fault.code.status
        reason = fault.code.rawValue
        self.challenges = status == .unauthorized ? challenges : []
    }

    /// The answer by a decision.
    init(_ answer: GatewayAnswer, identity: [Field], principal: String) {
        status = answer.isAllowed ? .ok : .forbidden
        reason = answer.reason.shortCode
        self.identity = answer.isAllowed ? identity : []
        self.principal = answer.isAllowed ? principal : ""
    }

    /// The answer without a body: proxies keep the connection then, and show nothing of ours to the client.
    func response(removing isEnvoy: Bool = false) -> Response {
        var fields = HTTPFields()
        fields[.authzDecision] = isAllowed ? "allow" : "deny"
        fields[.authzReason] = reason
        for field in identity {
            guard let name = HTTPField.Name(field.name) else { continue }
            fields.append(HTTPField(name: name, value: field.value))
        }
        for challenge in challenges { fields.append(HTTPField(name: .wwwAuthenticate, value: challenge)) }
        let absent = identity.filter(\.value.isEmpty).map(\.name)
        if isEnvoy, !absent.isEmpty { fields[.envoyHeadersToRemove] = absent.joined(separator: ", ") }
        return Response(status: status, headers: fields)
    }
}

extension Reason {
    /// The code as header fields have it: `unknownPrincipal` is `unknown-principal`.
    var shortCode: String {
        var code = ""
        for byte in rawValue.utf8 {
            let lower = ASCII.lowercased(byte)
            if lower != byte { code += "-" }
            code.unicodeScalars.append(Unicode.Scalar(lower))
        }
        return code
    }
}

extension HTTPField.Name {
    /// `allow` or `deny`.
    static let authzDecision = name("X-Authz-Decision")
    /// Why, as a short code.
    static let authzReason = name("X-Authz-Reason")
    /// What Envoy takes off a request before it goes on.
    static let envoyHeadersToRemove = name("x-envoy-auth-headers-to-remove")
}
