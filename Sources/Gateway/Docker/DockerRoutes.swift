internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import JSONDocument
internal import NIOCore
internal import PolicyModel
internal import WireProtocol

/// Docker Engine's authorization plugin (spec `protocols.md` §2.7).
///
/// Every answer is 200 with `Allow`, and `Msg` for a deny: the engine shows its user nothing else, and takes an `Allow` beside
/// an `Err` for an allow.
struct DockerRoutes: Sendable {
    let decider: Decider

    func add(to table: inout RouteTable) {
        table.add(.post, "/Plugin.Activate") { request in
            _ = try await request.collect(bytesMax: DockerLimits.callBytesMax)
            return .docker(["Implements": ["authz"]])
        }
        table.add(.post, "/AuthZPlugin.AuthZReq") { request in await answer(request) { try judgeRequest($0) } }
        table.add(.post, "/AuthZPlugin.AuthZRes") { request in
            // Nothing is looked at unless a mapping says so: what was done is done.
            guard !decider.policies().snapshot.directory.docker.filteredResponses.isEmpty else {
                return await allowAll(request)
            }
            return await answer(request) { try judgeResponse($0) }
        }
    }

    /// Why a call is denied; `nil` when it is allowed.
    private typealias Denial = String

    private func answer(
        _ request: GatewayRequest, _ judge: @Sendable (JSONNode) throws -> Denial?
    ) async -> Response {
        do {
            let message = try await request.object(bytesMax: DockerLimits.callBytesMax)
            let denial = try judge(message)
            try request.checkDeadline()
            return denial.map { .dockerDeny($0) } ?? .dockerAllow
        } catch let fault as DockerFault {
            return .dockerDeny(fault.message)
        } catch let refusal as Refusal {
            return .dockerDeny(refusal.message, headers: refusal.headers)
        } catch {
            return .dockerDeny("the call could not be read")
        }
    }

    private func allowAll(_ request: GatewayRequest) async -> Response {
        do {
            _ = try await request.collect(bytesMax: DockerLimits.callBytesMax)
            return .dockerAllow
        } catch {
            return .dockerDeny("the answer is too large, or came too slowly", headers: [.connection: "close"])
        }
    }

    private func judgeRequest(_ message: JSONNode) throws -> Denial? {
        let call = try DockerCall(message)
        if try isPing(call) { return nil }
        let policies = decider.policies()
        let directory = policies.snapshot.directory
        let principal = try directory.docker.principal(of: call, in: directory)
        return try decide(try DockerQuestion(call, mapping: directory.docker), by: principal, policies)
    }

    /// Whether it is what every client begins with; it says nothing and does nothing.
    private func isPing(_ call: DockerCall) throws(DockerFault) -> Bool {
        guard ["GET", "HEAD"].contains(call.method) else { return false }
        return try DockerTarget(call.uri).segments == ["_ping"]
    }

    /// Judges a read once more with what it would show.
    private func judgeResponse(_ message: JSONNode) throws -> Denial? {
        let call = try DockerCall(message)
        let policies = decider.policies()
        let directory = policies.snapshot.directory
        let mapping = directory.docker
        guard let action = DockerRoute.find(call.method, try DockerTarget(call.uri).segments)?.route.action,
            let keys = mapping.filteredResponses[action]
        else { return nil }
        var question = try DockerQuestion(call, mapping: mapping, isResponse: true)
        guard let body = call.responseBody else {
            throw DockerFault("the answer cannot be seen, and what cannot be seen is denied")
        }
        let root: JSONNode
        do throws(JSONError) {
            root = try JSONDocument(body, limits: .body(bytesMax: DockerLimits.bodyBytesMax)).root
        } catch {
            throw DockerFault("the answer, line \(error.position.line): \(error.message)")
        }
        for key in keys {
            if let value = key.value(in: root) { question.add(WireContextEntry(key.key, value)) }
        }
        return try decide(question, by: try mapping.principal(of: call, in: directory), policies)
    }

    private func decide(
        _ question: DockerQuestion, by principal: String, _ policies: Decider.Policies
    ) throws -> Denial? {
        let wire = question.question(by: principal)
        do throws(QuestionFault) {
            let answer = try decider.decide(wire, by: policies)
            guard !answer.isAllowed else { return nil }
            return "\(wire.action ?? "") on \(wire.resource ?? "") by \(principal): \(answer.reason.sentence)"
        } catch {
            return error.message
        }
    }
}

extension DockerMapping {
    /// Who asks: the user whose certificate it is, or whoever may open the engine's own socket.
    ///
    /// - Throws: for a certificate without a usable name, which is nobody's; it never becomes the local principal.
    func principal(of call: DockerCall, in directory: Directory) throws(DockerFault) -> String {
        let account = (account ?? directory.defaultAccount)?.description
        guard call.isTLS || call.user != nil else {
            if let localPrincipal { return localPrincipal.string }
            guard let account else { throw DockerFault("the mapping names no account, and the store has no default") }
            return "arn:aws:iam::\(account):user/docker-local"
        }
        guard let user = call.user, Template.fits(user, isLast: false) else {
            throw DockerFault("the client's certificate has no common name that can be a user's")
        }
        if let principal, let text = principal.text({ _ in user }) { return text }
        guard let account else { throw DockerFault("the mapping names no account, and the store has no default") }
        return "arn:aws:iam::\(account):user/\(user)"
    }
}

extension DockerMapping.ResponseKey {
    /// The scalar, or the list of scalars, at the path.
    func value(in root: JSONNode) -> WireContextValue? {
        var node = root
        for name in path {
            guard let next = node[name] else { return nil }
            node = next
        }
        if let elements = node.elements { return .list(elements.compactMap { WireContextValue(scalar: $0) }) }
        return WireContextValue(scalar: node)
    }
}

extension WireContextValue {
    /// A scalar of JSON; `nil` for `null`, lists and objects.
    init?(scalar node: JSONNode) {
        switch node.value {
        case .string(let text): self = .string(text)
        case .number(let text): self = .number(text)
        case .bool(let value): self = .boolean(value)
        case .null, .array, .object: return nil
        }
    }
}

extension Response {
    /// The plugin lets a call through.
    static var dockerAllow: Response { docker(["Allow": true]) }

    /// The plugin denies a call, and says why to whoever made it.
    static func dockerDeny(_ message: String, headers: HTTPFields = HTTPFields()) -> Response {
        docker(["Allow": false, "Msg": .string(message)], headers: headers)
    }

    /// An answer of the plugin.
    static func docker(_ value: JSONOutput, headers: HTTPFields = HTTPFields()) -> Response {
        var fields = headers
        fields[.contentType] = "application/vnd.docker.plugins.v1.2+json"
        return Response(
            status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: value.serialized())))
    }
}
