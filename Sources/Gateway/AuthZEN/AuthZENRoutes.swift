internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import JSONDocument
internal import NIOCore
internal import PolicyModel
internal import WireProtocol

/// The OpenID AuthZEN Authorization API 1.0 (spec `authzen.md`).
struct AuthZENRoutes: Sendable {
    let decider: Decider

    /// Adds the API's paths.
    func add(to table: inout RouteTable) {
        table.add(.post, "/access/v1/evaluation") { request in try await evaluation(request) }
    }

    private func evaluation(_ request: GatewayRequest) async throws -> Response {
        // 400 and not 415 (AZ-TR-2).
        guard request.mediaType == "application/json" else {
            throw Refusal(.badRequest, "the content type must be `application/json`")
        }
        let body = try await request.object()
        let evaluation = try AuthZENEvaluation(body)
        try request.checkDeadline()
        let policies = decider.policies()
        let question = evaluation.question(policies.snapshot.directory)
        // What cannot be asked is not allowed; the request itself was well formed.
        let isAllowed = (try? decider.decide(question, by: policies).isAllowed) ?? false
        return .json(["decision": .bool(isAllowed)])
    }
}

/// A subject, an action and a resource, as AuthZEN says them (AZ-IM-1…4).
struct AuthZENEvaluation: Sendable {
    let subject: AuthZENEntity
    let action: String
    let resource: AuthZENEntity

    /// Reads the members of a request; unknown ones are ignored (AZ-IM-8).
    init(_ body: JSONNode) throws(Refusal) {
        subject = try AuthZENEntity(body, "subject")
        guard let action = body["action"], action.members != nil else {
            throw Refusal(.badRequest, "`action` is missing, or no object")
        }
        guard let name = action["name"]?.string else {
            throw Refusal(.badRequest, "`action.name` is missing, or no string")
        }
        self.action = name
        resource = try AuthZENEntity(body, "resource")
        if let context = body["context"], context.value != .null, context.members == nil {
            throw Refusal(.badRequest, "`context` must be an object, not \(context.value.kindDescription)")
        }
    }

    /// The question it comes to.
    func question(_ directory: Directory) -> WireQuestion {
        let account = (directory.authzen.account ?? directory.defaultAccount)?.description ?? ""
        return WireQuestion(
            principal: "arn:aws:iam::\(account):user/\(subject.id)",
            action: action.contains(":") ? action : "\(resource.type):\(action)",
            resource: "arn:aws:\(resource.type):::\(resource.id)")
    }
}

/// A subject or a resource.
struct AuthZENEntity: Sendable {
    let type: String
    let id: String

    init(_ body: JSONNode, _ name: String) throws(Refusal) {
        guard let node = body[name], node.members != nil else {
            throw Refusal(.badRequest, "`\(name)` is missing, or no object")
        }
        guard let type = node["type"]?.string else {
            throw Refusal(.badRequest, "`\(name).type` is missing, or no string")
        }
        guard let id = node["id"]?.string else { throw Refusal(.badRequest, "`\(name).id` is missing, or no string") }
        (self.type, self.id) = (type, id)
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
