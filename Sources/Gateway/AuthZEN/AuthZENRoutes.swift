internal import HTTPTypes
internal import HummingbirdCore
internal import JSONDocument
internal import NIOCore

/// The OpenID AuthZEN Authorization API 1.0 (spec `authzen.md`).
struct AuthZENRoutes: Sendable {
    let decider: Decider
    /// What the metadata says; without it there are none.
    let publicURL: PublicURL?
    private let search: AuthZENSearch

    init(decider: Decider, publicURL: PublicURL?) {
        self.decider = decider
        self.publicURL = publicURL
        search = AuthZENSearch(decider: decider)
    }

    /// The paths of the API; clients may also know them from the metadata (AZ-EV-1, AZ-SE-1).
    private enum Path {
        static let evaluation = "/access/v1/evaluation"
        static let evaluations = "/access/v1/evaluations"
        static let searchPrefix = "/access/v1/search/"
    }

    /// Adds the API's paths, at the root and, for a front that hands paths on as they are, under the public URL's own.
    func add(to table: inout RouteTable) {
        addEndpoints(to: &table, under: "")
        guard let publicURL else { return }
        if !publicURL.path.isEmpty { addEndpoints(to: &table, under: publicURL.path) }
        let metadata = metadata(publicURL)
        table.add(.get, publicURL.wellKnownPath) { _ in metadata }
        table.add(.head, publicURL.wellKnownPath) { _ in metadata }
    }

    private func addEndpoints(to table: inout RouteTable, under base: String) {
        table.add(.post, base + Path.evaluation) { request in
            let body = try await request.authZENBody()
            let decisions = AuthZENDecisions(decider)
            return .json(decisions.answer(try decisions.isAllowed(try AuthZENEvaluation(body))))
        }
        table.add(.post, base + Path.evaluations) { request in
            let batch = try AuthZENBatch(try await request.authZENBody())
            return .json(try batch.answer(AuthZENDecisions(decider)) { try request.checkDeadline() })
        }
        for kind in SearchKind.allCases {
            table.add(.post, base + Path.searchPrefix + kind.rawValue) { request in
                let query = try SearchQuery(kind, try await request.authZENBody())
                return .json(try search.answer(query, deadline: request.deadline))
            }
        }
    }

    /// The metadata document, which never changes (AZ-MD-1…5, AZ-MD-8, AZ-MD-9).
    private func metadata(_ url: PublicURL) -> Response {
        var members: [(String, JSONOutput)] = [
            ("policy_decision_point", .string(url.text)),
            ("access_evaluation_endpoint", .string(url.text + Path.evaluation)),
            ("access_evaluations_endpoint", .string(url.text + Path.evaluations)),
        ]
        for kind in SearchKind.allCases {
            members.append(
                ("search_\(kind.rawValue)_endpoint", .string(url.text + Path.searchPrefix + kind.rawValue)))
        }
        var response = Response.json(.object(members))
        response.headers[.cacheControl] = "max-age=3600"
        return response
    }
}

extension GatewayRequest {
    /// The body of a request of the API.
    ///
    /// - Throws: `Refusal`: 400 for another content type (and not 415, AZ-TR-2) and for what is no JSON object.
    fileprivate func authZENBody() async throws -> JSONNode {
        guard mediaType == "application/json" else {
            throw Refusal(.badRequest, "the content type must be `application/json`")
        }
        let body = try await object()
        try checkDeadline()
        return body
    }
}

extension Response {
    /// A JSON body with status 200, unless another is given.
    static func json(_ value: JSONOutput, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.serialized())))
    }
}
