import JSONDocument
import Testing

@testable import Gateway

/// The store of the certification scenario (its §"Required Fixture") and of the Todo scenario, in one.
enum AuthZENFixture {
    static let account = "accounts/111122223333"

    /// The subjects of the Todo scenario: who they are, and the groups that they are in.
    static let todoUsers: [(id: String, email: String, groups: [String])] = [
        (todoID("0"), "rick@the-citadel.com", ["todo-viewers", "todo-admins"]),
        (todoID("1"), "morty@the-citadel.com", ["todo-viewers", "todo-editors"]),
        (todoID("2"), "summer@the-smiths.com", ["todo-viewers", "todo-editors"]),
        (todoID("3"), "beth@the-smiths.com", ["todo-viewers"]),
        (todoID("4"), "jerry@the-smiths.com", ["todo-viewers"]),
    ]

    private static func todoID(_ digit: String) -> String {
        let letter = ["0": "A", "1": "E", "2": "I", "3": "M", "4": "Q"][digit] ?? ""
        return "CiRmZD\(letter)2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
    }

    static var files: [String: String] {
        var files = [
            "\(account)/users/alice.json": user(
                groups: ["members"],
                allow(#""record:read""#),
                allow(
                    #""record:write""#, #"{"StringNotEquals":{"resource:status":"archived"}}"#),
                allow(#""record:delete""#, #"{"Bool":{"action:soft":"true"}}"#)),
            "\(account)/users/bob.json": user(groups: ["members"], allow(#""record:read""#)),
            "\(account)/groups/members.json": group(
                allow(
                    #""record:write""#,
                    #"{"StringEquals":{"resource:status":"archived","subject:role":"admin"}}"#)),
            "\(account)/groups/todo-viewers.json": group(allow(#"["user:can_read_user","todo:can_read_todos"]"#)),
            "\(account)/groups/todo-editors.json": group(
                allow(#""todo:can_create_todo""#),
                allow(
                    #"["todo:can_update_todo","todo:can_delete_todo"]"#,
                    #"{"StringEquals":{"resource:ownerID":"${aws:PrincipalTag/email}"}}"#)),
            "\(account)/groups/todo-admins.json": group(allow(#""todo:*""#)),
            "catalogue/certification.json": """
            {"Subjects":[{"Type":"user","Id":"alice"},{"Type":"user","Id":"bob","Properties":{"role":"admin"}}],
             "Resources":[{"Type":"record","Id":"record-1","Properties":{"status":"active"}},
                          {"Type":"record","Id":"record-2","Properties":{"status":"archived"}}],
             "Actions":["read","write",{"Name":"delete"}]}
            """,
        ]
        for user in todoUsers {
            let groups = user.groups.map { "\"\($0)\"" }.joined(separator: ",")
            files["\(account)/users/\(user.id).json"] =
                #"{"GroupList":[\#(groups)],"Tags":[{"Key":"email","Value":"\#(user.email)"}]}"#
        }
        return files
    }

    static func user(groups: [String] = [], _ statements: String...) -> String {
        let list = groups.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"GroupList":[\#(list)],"UserPolicyList":[\#(statements.isEmpty ? "" : policy(statements))]}"#
    }

    static func group(_ statements: String...) -> String { #"{"GroupPolicyList":[\#(policy(statements))]}"# }

    static func allow(_ actions: String, _ condition: String? = nil) -> String {
        statement("Allow", actions, condition)
    }

    static func statement(_ effect: String, _ actions: String, _ condition: String? = nil) -> String {
        let more = condition.map { ",\"Condition\":\($0)" } ?? ""
        return #"{"Effect":"\#(effect)","Action":\#(actions),"Resource":"*"\#(more)}"#
    }

    private static func policy(_ statements: [String]) -> String {
        #"{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":["#
            + statements.joined(separator: ",") + "]}}"
    }

    /// Runs a gateway over the fixture, with files added or replaced.
    static func run<Value: Sendable>(
        _ more: [String: String] = [:], _ body: (TestGateway) async throws -> Value
    ) async throws -> Value {
        let store = try GatewayStore(files.merging(more) { $1 })
        return try await TestGateway.run(
            store, change: { $0.publicURL = "https://pdp.example.com" }, body)
    }
}

/// The endpoints of the API.
enum AuthZENEndpoint: String, Sendable {
    case evaluation = "/access/v1/evaluation"
    case evaluations = "/access/v1/evaluations"
    case subject = "/access/v1/search/subject"
    case resource = "/access/v1/search/resource"
    case action = "/access/v1/search/action"
}

extension HTTPConnection {
    /// Posts a body of JSON.
    func post(
        _ endpoint: AuthZENEndpoint, _ body: String, _ headers: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        try await send("POST", endpoint.rawValue, [("Content-Type", "application/json")] + headers, body: body)
    }
}

extension TestGateway {
    /// Posts a body of JSON on a connection of its own.
    func post(_ endpoint: AuthZENEndpoint, _ body: String) async throws -> HTTPAnswer {
        try await connect().post(endpoint, body)
    }

    /// The decision of an evaluation.
    func decision(_ subject: String, _ action: String, _ resource: String, more: String = "") async throws -> Bool? {
        let answer = try await post(
            .evaluation, #"{"subject":\#(subject),"action":\#(action),"resource":\#(resource)\#(more)}"#)
        return try answer.json().decision
    }

    /// The ids or names that a search finds.
    func found(_ endpoint: AuthZENEndpoint, _ body: String) async throws -> [String] {
        try (try await post(endpoint, body)).json().found
    }
}

extension HTTPAnswer {
    /// The body as JSON, of an answer that must be one.
    func json() throws -> JSONNode {
        try #require(status == 200, "\(status) \(body)")
        try #require(self["content-type"] == "application/json")
        return try JSONDocument(Array(body.utf8), limits: .file).root
    }
}

extension JSONNode {
    var decision: Bool? { if case .bool(let value)? = self["decision"]?.value { value } else { nil } }

    /// The decisions of a batch.
    var decisions: [Bool?] { self["evaluations"]?.elements?.map(\.decision) ?? [] }

    /// What a search found, by id or name.
    var found: [String] { self["results"]?.elements?.compactMap { ($0["id"] ?? $0["name"])?.string } ?? [] }

    var nextToken: String? { self["page"]?["next_token"]?.string }

    /// The value as compact JSON.
    var text: String { JSONOutput(self).serialized() }
}
