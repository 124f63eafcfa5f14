internal import HTTPTypes
internal import HummingbirdCore

/// What is answered where: whole paths by method, and prefixes that take every method.
///
/// Paths are compared as they were sent. A router that decodes or normalizes them would hide from the routes of proxies what
/// they have to judge (spec `protocols.md` §2.2).
struct RouteTable: Sendable {
    /// Answers a request.
    typealias Handler = @Sendable (GatewayRequest) async throws -> Response

    private var exact: [String: [(method: HTTPRequest.Method, handler: Handler)]] = [:]
    private var prefixes: [(prefix: String, handler: Handler)] = []

    /// Answers requests for a path by one method.
    mutating func add(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        exact[path, default: []].append((method, handler))
    }

    /// Answers requests for every path that begins so, by any method.
    mutating func add(prefix: String, _ handler: @escaping Handler) {
        prefixes.append((prefix, handler))
    }

    /// Answers a request: 404 where there is nothing, 405 with `Allow` for another method.
    func respond(to request: GatewayRequest) async throws -> Response {
        let path = String(request.path)
        if let methods = exact[path] {
            if let route = methods.first(where: { $0.method == request.head.method }) {
                return try await route.handler(request)
            }
            let allowed = methods.map(\.method.rawValue).joined(separator: ", ")
            throw Refusal(.methodNotAllowed, "`\(path)` takes \(allowed)", headers: [.allow: allowed])
        }
        if let route = prefixes.first(where: { path.utf8.starts(with: $0.prefix.utf8) }) {
            return try await route.handler(request)
        }
        throw Refusal(.notFound, "there is nothing at this path")
    }
}
