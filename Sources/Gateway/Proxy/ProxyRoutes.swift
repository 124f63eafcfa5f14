internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import PolicyModel

/// The authorization hooks of proxies: nginx, Caddy, Traefik, Envoy, HAProxy (spec `protocols.md` §2.1–2.6).
///
/// Exactly 200 allows, 403 denies, 401 has nobody's identity, and 503 is not now; none has a body.
struct ProxyRoutes: Sendable {
    let judge: ProxyJudge

    /// Reads what a proxy asks about.
    private typealias Adapter = @Sendable (GatewayRequest) throws(ProxyFault) -> ProxyRequest

    /// Adds the adapters' paths; they take every method, as some proxies send the client's.
    func add(to table: inout RouteTable) {
        add("/v1/nginx", to: &table) { request throws(ProxyFault) in try ProxyAdapters.nginx(request) }
        // The Lua file asks as nginx does.
        add("/v1/haproxy", to: &table) { request throws(ProxyFault) in try ProxyAdapters.nginx(request) }
        add("/v1/forward-auth", to: &table) { request throws(ProxyFault) in try ProxyAdapters.forwardAuth(request) }
        table.add(prefix: ProxyAdapters.envoyPrefix) { request in
            await answer(request) { request throws(ProxyFault) in try ProxyAdapters.envoy(request) }
                .response(removing: true)
        }
    }

    private func add(_ path: String, to table: inout RouteTable, _ adapter: @escaping Adapter) {
        table.add(prefix: path) { request in
            guard request.path.utf8.elementsEqual(path.utf8) else {
                return ProxyAnswer(ProxyFault(.unknownAdapter)).response()
            }
            return await answer(request, adapter).response()
        }
    }

    private func answer(_ request: GatewayRequest, _ adapter: Adapter) async -> ProxyAnswer {
        do throws(ProxyFault) {
            guard request.listener.trustsProxyHeaders else { throw ProxyFault(.untrustedListener) }
            return await judge.answer(try adapter(request))
        } catch {
            return ProxyAnswer(error)
        }
    }
}

/// How each proxy says what was asked for.
enum ProxyAdapters {
    /// What Envoy puts before the client's target.
    static let envoyPrefix = "/v1/envoy"

    /// nginx `auth_request`: only what the configuration adds says what was asked for (spec §2.4).
    static func nginx(_ request: GatewayRequest) throws(ProxyFault) -> ProxyRequest {
        let fields = request.head.headerFields
        var host = try fields.single(.forwardedHost)
        if host == nil { host = try named(request) }
        return try proxyRequest(
            request, method: fields.single(.originalMethod), target: fields.single(.originalURI), host: host)
    }

    /// Caddy `forward_auth` and Traefik ForwardAuth (spec §2.5); a query of the adapter's own path is not read.
    static func forwardAuth(_ request: GatewayRequest) throws(ProxyFault) -> ProxyRequest {
        let fields = request.head.headerFields
        return try proxyRequest(
            request, method: fields.single(.forwardedMethod), target: fields.single(.forwardedURI),
            host: fields.single(.forwardedHost))
    }

    /// Envoy `ext_authz`: the client's own request, with a prefix before its path (spec §2.3).
    static func envoy(_ request: GatewayRequest) throws(ProxyFault) -> ProxyRequest {
        let target = String(decoding: request.target.utf8.dropFirst(envoyPrefix.utf8.count), as: UTF8.self)
        var proxied = try proxyRequest(
            request, method: request.head.method.rawValue, target: target, host: named(request))
        if let text = try request.head.headerFields.single(.envoyTimeout) {
            guard let milliseconds = Int64(text), milliseconds >= 0 else { throw ProxyFault(.ambiguousHeader) }
            // A day is as good as none, and cannot overflow.
            proxied.deadline = min(proxied.deadline, .now() + .milliseconds(min(milliseconds, 86_400_000)))
        }
        return proxied
    }

    private static func proxyRequest(
        _ request: GatewayRequest, method: String?, target: String?, host: String?
    ) throws(ProxyFault) -> ProxyRequest {
        guard let method, HTTPRequest.Method(method) != nil else { throw ProxyFault(.missingMethod) }
        guard let target, !target.isEmpty else { throw ProxyFault(.missingTarget) }
        let scheme = try request.head.headerFields.single(.forwardedProto).map { Text($0).foldedASCII }
        return ProxyRequest(
            method: Text(method), target: target, host: host, isSecure: scheme == "https" || scheme == "wss",
            fields: request.head.headerFields, certificate: { await request.peerCertificate() },
            deadline: request.deadline)
    }

    /// The host of the request to us.
    private static func named(_ request: GatewayRequest) throws(ProxyFault) -> String? {
        // The first is the authority; only one more is among the fields.
        guard !request.head.headerFields.contains(.host) else { throw ProxyFault(.ambiguousHeader) }
        guard let host = request.head.authority, !host.isEmpty else { return nil }
        return host
    }
}

extension HTTPField.Name {
    static let host = name("Host")
    static let originalURI = name("X-Original-URI")
    static let originalMethod = name("X-Original-Method")
    static let forwardedMethod = name("X-Forwarded-Method")
    static let forwardedURI = name("X-Forwarded-Uri")
    static let forwardedHost = name("X-Forwarded-Host")
    static let forwardedProto = name("X-Forwarded-Proto")
    static let envoyTimeout = name("x-envoy-expected-rq-timeout-ms")
}
