import Directory
import DirectoryStore
import JSONDocument
import Testing

@testable import Gateway

@Suite("Docker's authorization plugin")
struct DockerPluginTests {
    static let account = "accounts/111122223333"

    static func user(_ statements: String) -> String {
        #"{"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[\#(statements)]}}]}"#
    }

    /// The local user may make containers that leave the host alone; `ci` may look.
    static func store(_ more: [String: String] = [:]) throws -> GatewayStore {
        let files = [
            "\(account)/users/docker-local.json": user(
                """
                {"Effect":"Allow","Action":"docker:*","Resource":"arn:aws:docker:::*"},
                {"Effect":"Deny","Action":"docker:ContainerCreate","Resource":"*","Condition":{"Bool":{"docker:Privileged":"true"}}},
                {"Effect":"Deny","Action":["docker:ContainerCreate","docker:VolumeCreate"],"Resource":"*",
                 "Condition":{"ForAnyValue:StringLike":{"docker:BindSources":"*"}}}
                """),
            "\(account)/users/ci.json": user(
                """
                {"Effect":"Allow","Action":["docker:*List","docker:*Inspect"],"Resource":"*"},
                {"Effect":"Allow","Action":"docker:ImagePull","Resource":"arn:aws:docker:::image/docker.io/library/*:1*"},
                {"Effect":"Allow","Action":"docker:ContainerStart","Resource":"arn:aws:docker:::container/web"}
                """),
        ]
        return try GatewayStore(files.merging(more) { $1 })
    }

    /// What the plugin answers to a call.
    struct Verdict {
        let isAllowed: Bool
        let message: String?
    }

    static func ask(
        _ gateway: TestGateway, _ call: DockerCallText, _ path: String = "/AuthZPlugin.AuthZReq"
    ) async throws -> Verdict {
        // As the engine sends it: the host is empty, and no type is said.
        let answer = try await gateway.send(
            "POST", path, [("Host", ""), ("Accept", "application/vnd.docker.plugins.v1.2+json")], body: call.json)
        #expect(answer.status == 200)
        let root = try JSONDocument(Array(answer.body.utf8), limits: .message).root
        #expect(root["Err"] == nil)
        guard case .bool(let isAllowed)? = root["Allow"]?.value else {
            Issue.record("no `Allow` in \(answer.body)")
            return Verdict(isAllowed: false, message: nil)
        }
        #expect(isAllowed == (root["Msg"] == nil), "a deny says why, and an allow nothing")
        return Verdict(isAllowed: isAllowed, message: root["Msg"]?.string)
    }

    @Test("it says what it is, with the empty host that the engine sends")
    func activates() async throws {
        try await TestGateway.run(try Self.store()) { gateway in
            let answer = try await gateway.send("POST", "/Plugin.Activate", [("Host", "")])
            #expect(answer.status == 200)
            #expect(answer.body == #"{"Implements":["authz"]}"#)
        }
    }

    /// A call, and whether it is let through.
    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let call: DockerCallText
        let isAllowed: Bool

        init(_ why: String, _ call: DockerCallText, _ isAllowed: Bool) {
            (self.why, self.call, self.isAllowed) = (why, call, isAllowed)
        }

        var testDescription: String { why }
    }

    static let create = "/v1.41/containers/create"
    static let form = ["Content-Type": "text/plain"]

    static let cases: [Case] = [
        Case("a container like any other", DockerCallText(method: "POST", uri: create, body: "{}"), true),
        Case(
            "a privileged one",
            DockerCallText(method: "POST", uri: create, body: #"{"HostConfig":{"Privileged":true}}"#), false),
        Case(
            "one with a folder of the host",
            DockerCallText(method: "POST", uri: create, body: #"{"HostConfig":{"Binds":["/:/h"]}}"#), false),
        Case(
            "a volume that is a folder of the host",
            DockerCallText(
                method: "POST", uri: "/volumes/create", body: #"{"DriverOpts":{"o":"bind","device":"/etc"}}"#), false),
        Case(
            "a volume like any other",
            DockerCallText(method: "POST", uri: "/volumes/create", body: #"{"Name":"data"}"#), true),
        // The engine withholds bodies past 1 MiB, and shows no length of chunked ones.
        Case("a body that is not shown", DockerCallText(method: "POST", uri: create), false),
        Case(
            "a body that is not shown, of a length that says it is empty",
            DockerCallText(method: "POST", uri: create, headers: ["Content-Length": "0"]), false),
        Case("a body that is not JSON", DockerCallText(method: "POST", uri: create, body: "Privileged"), false),
        Case("an exec whose body is not shown", DockerCallText(method: "POST", uri: "/containers/x/exec"), false),
        Case("an exec", DockerCallText(method: "POST", uri: "/containers/x/exec", body: #"{"Cmd":["ls"]}"#), true),
        Case(
            "a path as an absolute URI",
            DockerCallText(
                method: "POST", uri: "http://evil/v1.41/containers/create", body: #"{"HostConfig":{"Privileged":true}}"#
            ), false),
        Case(
            "a path with escapes",
            DockerCallText(
                method: "POST", uri: "/v1.41/%63ontainers%2fcreate", body: #"{"HostConfig":{"Privileged":true}}"#),
            false),
        Case(
            "a start of before 1.24, whose body could say anything",
            DockerCallText(method: "POST", uri: "/v1.23/containers/x/start"), false),
        Case("a call that nobody knows", DockerCallText(uri: "/debug/pprof/profile"), false),
        Case("a ping", DockerCallText(method: "HEAD", uri: "/_ping"), true),
        Case("a ping of nobody", DockerCallText(uri: "/_ping", user: "a/b", authentication: "TLS"), true),
        Case("a ping with an effect", DockerCallText(method: "POST", uri: "/_ping"), false),
        // A form in the body replaces the query, and is not shown.
        Case(
            "a pull whose body may be a form",
            DockerCallText(method: "POST", uri: "/images/create?fromImage=nginx&tag=1", headers: form), false),
        Case(
            "a pull without a body",
            DockerCallText(
                method: "POST", uri: "/images/create?fromImage=nginx&tag=1",
                headers: ["Content-Type": "text/plain", "Content-Length": "0"]), true),
        Case(
            "a pull without a type", DockerCallText(method: "POST", uri: "/images/create?fromImage=nginx&tag=1"), true),
        Case("a pull of nothing", DockerCallText(method: "POST", uri: "/images/create"), false),
        Case(
            "two images at once", DockerCallText(method: "POST", uri: "/images/create?fromImage=a&fromImage=b"), false),
        // Users by certificate.
        Case("a user who may look", DockerCallText(uri: "/containers/json", user: "ci", authentication: "TLS"), true),
        Case(
            "a user who may not make",
            DockerCallText(method: "POST", uri: create, body: "{}", user: "ci", authentication: "TLS"), false),
        Case(
            "a user who may start this one",
            DockerCallText(method: "POST", uri: "/containers/web/start", user: "ci", authentication: "TLS"), true),
        Case(
            "a user who may not start that one",
            DockerCallText(method: "POST", uri: "/containers/db/start", user: "ci", authentication: "TLS"), false),
        Case(
            "a container behind a link",
            DockerCallText(method: "POST", uri: "/containers/web%2Fdb/start", user: "ci", authentication: "TLS"), false),
        Case(
            "a user who may pull this",
            DockerCallText(
                method: "POST", uri: "/images/create?fromImage=docker.io/nginx&tag=1.25", user: "ci",
                authentication: "TLS"), true),
        Case(
            "all tags where one is allowed",
            DockerCallText(method: "POST", uri: "/images/create?fromImage=nginx", user: "ci", authentication: "TLS"),
            false),
        Case(
            "another registry",
            DockerCallText(
                method: "POST", uri: "/images/create?fromImage=evil.example/library/nginx&tag=1", user: "ci",
                authentication: "TLS"), false),
        Case(
            "a user nobody knows", DockerCallText(uri: "/containers/json", user: "mallory", authentication: "TLS"),
            false),
        Case(
            "a certificate without a name is not the local user",
            DockerCallText(uri: "/containers/json", authentication: "TLS"), false),
        Case(
            "a name that is a path", DockerCallText(uri: "/containers/json", user: "x/ci", authentication: "TLS"), false
        ),
        Case(
            "a name that is an ARN's end", DockerCallText(uri: "/containers/json", user: "x:ci", authentication: "TLS"),
            false),
    ]

    @Test("calls are let through or not, whatever they look like")
    func calls() async throws {
        try await TestGateway.run(try Self.store()) { gateway in
            for testCase in Self.cases {
                let verdict = try await Self.ask(gateway, testCase.call)
                #expect(verdict.isAllowed == testCase.isAllowed, "\(testCase.why): \(verdict.message ?? "")")
            }
        }
    }

    @Test(
        "what is no call is denied with 200, never answered with an error",
        arguments: [
            "", "{", "[]", "{}", #"{"RequestMethod":"GET"}"#, #"{"RequestMethod":1,"RequestUri":"/info"}"#,
            #"{"RequestMethod":"GET","RequestUri":"/info","RequestBody":"?"}"#,
            #"{"RequestMethod":"GET","RequestMethod":"HEAD","RequestUri":"/_ping"}"#,
            #"{"RequestMethod":"POST","RequestUri":"/images/create?fromImage=a","RequestHeaders":[]}"#,
        ])
    func noCall(body: String) async throws {
        try await TestGateway.run(try Self.store()) { gateway in
            let answer = try await gateway.send("POST", "/AuthZPlugin.AuthZReq", [("Host", "")], body: body)
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix(#"{"Allow":false,"Msg":""#))
        }
    }

    @Test("a call of the largest size is judged, and a larger one denied")
    func sizes() async throws {
        try await TestGateway.run(try Self.store()) { gateway in
            let padding = String(repeating: "x", count: 1_048_575 - 12)
            let largest = DockerCallText(method: "POST", uri: Self.create, body: #"{"Image":"\#(padding)"}"#)
            #expect(largest.json.utf8.count > 1_398_000)
            // The image's name is far longer than a question may be.
            let verdict = try await Self.ask(gateway, largest)
            #expect(!verdict.isAllowed)
            let spaces = #"{"Image":"nginx"}"# + String(repeating: " ", count: 1_000_000)
            #expect(
                try await Self.ask(gateway, DockerCallText(method: "POST", uri: Self.create, body: spaces)).isAllowed)
            let huge = String(repeating: " ", count: DockerLimits.callBytesMax + 1)
            let answer = try await gateway.send("POST", "/AuthZPlugin.AuthZReq", [("Host", "")], body: huge)
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix(#"{"Allow":false"#))
        }
    }

    @Test("answers of the engine pass unseen unless the mapping wants them looked at")
    func responses() async throws {
        let inspect = DockerCallText(
            uri: "/containers/web/json", user: "ci", authentication: "TLS",
            response: #"{"Config":{"Labels":{"team":"blue"}}}"#)
        try await TestGateway.run(try Self.store()) { gateway in
            #expect(try await Self.ask(gateway, inspect, "/AuthZPlugin.AuthZRes").isAllowed)
            try await gateway.write(
                "mappings/docker.json",
                """
                {"FilteredResponses":{"docker:ContainerInspect":{"docker:Response/Team":["Config","Labels","team"]}}}
                """)
            try await gateway.write(
                "\(Self.account)/users/ci.json",
                Self.user(
                    """
                    {"Effect":"Allow","Action":"docker:ContainerInspect","Resource":"*"},
                    {"Effect":"Deny","Action":"docker:ContainerInspect","Resource":"*","Condition":
                    {"Bool":{"docker:IsResponse":"true"},"StringNotEquals":{"docker:Response/Team":"red"}}}
                    """))
            #expect(gateway.source.current.status.errors.isEmpty)
            #expect(try await Self.ask(gateway, inspect).isAllowed, "nothing is known of the answer yet")
            #expect(!(try await Self.ask(gateway, inspect, "/AuthZPlugin.AuthZRes").isAllowed))
            var red = inspect
            red.response = #"{"Config":{"Labels":{"team":"red"}}}"#
            #expect(try await Self.ask(gateway, red, "/AuthZPlugin.AuthZRes").isAllowed)
            red.response = nil
            #expect(
                !(try await Self.ask(gateway, red, "/AuthZPlugin.AuthZRes").isAllowed), "an answer that is not shown")
            let list = DockerCallText(uri: "/containers/json", user: "ci", authentication: "TLS")
            #expect(try await Self.ask(gateway, list, "/AuthZPlugin.AuthZRes").isAllowed)
        }
    }

    @Test("a mapping says who is who")
    func mapping() async throws {
        let store = try Self.store([
            "mappings/docker.json": """
            {"LocalPrincipal":"arn:aws:iam::111122223333:user/ci",
             "Principal":"arn:aws:iam::111122223333:user/docker-{User}"}
            """
        ])
        try await TestGateway.run(store) { gateway in
            let create = DockerCallText(method: "POST", uri: Self.create, body: "{}")
            var local = create
            (local.user, local.authentication) = ("local", "TLS")
            for (call, isAllowed) in [(create, false), (DockerCallText(uri: "/containers/json"), true), (local, true)] {
                let verdict = try await Self.ask(gateway, call)
                #expect(verdict.isAllowed == isAllowed, "\(call.uri)")
            }
        }
    }

    @Test("without an account there is nobody, and what is nobody's is denied")
    func noAccount() async throws {
        let store = try Self.store(["accounts/444455556666/users/other.json": "{}"])
        try await TestGateway.run(store) { gateway in
            let verdict = try await Self.ask(gateway, DockerCallText(uri: "/info"))
            #expect(!verdict.isAllowed)
            #expect(verdict.message?.contains("account") == true)
        }
    }
}
