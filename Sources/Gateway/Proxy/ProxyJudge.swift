internal import Directory
internal import HTTPTypes
internal import Logging
internal import PolicyModel
internal import WireProtocol

/// Decides what proxies ask about, by the store's `mappings/http.json`.
///
/// Everything that is not understood is a deny. The order is fixed, so that nobody learns more than he has to: the path, the
/// route, who asks, the question.
struct ProxyJudge: Sendable {
    let decider: Decider
    let identifier: CallerIdentifier

    /// Answers a request; never fails.
    func answer(_ request: ProxyRequest) async -> ProxyAnswer {
        let policies = decider.policies()
        let mapping = policies.snapshot.directory.http
        do throws(ProxyFault) {
            return try await decide(request, mapping, policies)
        } catch {
            return ProxyAnswer(error, challenges: mapping.challenges)
        }
    }

    private func decide(
        _ request: ProxyRequest, _ mapping: HTTPMapping, _ policies: Decider.Policies
    ) async throws(ProxyFault) -> ProxyAnswer {
        let path: RequestPath
        do throws(RequestPath.Failure) {
            path = try RequestPath(request.target, mode: mapping.pathMode)
        } catch {
            throw ProxyFault(.ambiguousPath)
        }
        let host = try host(of: request, path)
        guard let (route, parts) = mapping.route(request.method, host, path) else { throw ProxyFault(.noRoute) }
        let caller = try await caller(of: request, route, mapping, now: policies.now)
        try request.checkDeadline()
        let values = RouteValues(
            request: request, caller: caller, host: host, parts: parts, query: RequestQuery(path.query))
        let question = try values.question(for: route, clientAddress: mapping.clientAddress)
        let decision: GatewayAnswer
        do throws(QuestionFault) {
            decision = try decider.decide(question, by: policies)
        } catch {
            throw ProxyFault(.unusableQuestion)
        }
        try request.checkDeadline()
        return ProxyAnswer(
            decision, identity: try values.identityHeaders(mapping.identityHeaders),
            principal: caller.text("principal.name") ?? "")
    }

    private func caller(
        of request: ProxyRequest, _ route: HTTPRoute, _ mapping: HTTPMapping, now: Instant
    ) async throws(ProxyFault) -> Caller {
        for identity in mapping.identities {
            // Who is there decides: whoever shows something wrong is not asked for something else.
            if let caller = try await identifier.caller(of: request, by: identity, now: now) { return caller }
        }
        guard route.isAnonymous else { throw ProxyFault(.noIdentity) }
        return Caller.anonymous
    }

    /// The host that was named; a target in absolute form and the proxy must not name two (RFC 9112 §3.2.2).
    private func host(of request: ProxyRequest, _ path: RequestPath) throws(ProxyFault) -> Text? {
        let named = try request.host.map { authority throws(ProxyFault) in
            guard let name = RequestHost.name(authority) else { throw ProxyFault(.ambiguousHost) }
            return name
        }
        guard let authority = path.authority else { return named }
        guard let name = RequestHost.name(authority.string), named == nil || named == name else {
            throw ProxyFault(.ambiguousHost)
        }
        return name
    }
}

extension HTTPMapping {
    /// The first route that takes a request, with what it calls the parts of the path.
    func route(
        _ method: Text, _ host: Text?, _ path: RequestPath
    ) -> (route: HTTPRoute, parts: [HTTPPathPattern.Value])? {
        for route in routes {
            if let parts = route.match(method: method, host: host, segments: path.segments) { return (route, parts) }
        }
        return nil
    }

    /// What may be shown to be let in (RFC 9110 §11.6.1), in the order of the identities.
    var challenges: [String] {
        var challenges: [String] = []
        for identity in identities {
            let challenge =
                switch identity.source {
                case .token: "Bearer realm=\"postern\""
                case .password: "Basic realm=\"postern\", charset=\"UTF-8\""
                // What the proxy sets, a client cannot be asked for; but a 401 needs a challenge.
                case .header, .certificate: "Proxy-Identity realm=\"postern\""
                }
            if !challenges.contains(challenge) { challenges.append(challenge) }
        }
        return challenges.isEmpty ? ["Proxy-Identity realm=\"postern\""] : challenges
    }
}
