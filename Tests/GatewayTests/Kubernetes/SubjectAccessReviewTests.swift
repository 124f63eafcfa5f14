import JSONDocument
import Testing

@testable import Gateway

@Suite("Kubernetes' authorization webhook")
struct SubjectAccessReviewTests {
    static let account = "accounts/111122223333"

    /// Jane reads deployments of `prod` and their scale, and may not delete; a service account makes pods.
    static func store(_ more: [String: String] = [:]) throws -> GatewayStore {
        let files = [
            "\(account)/users/jane.json": DockerPluginTests.user(
                """
                {"Effect":"Allow","Action":"kubernetes:*","Resource":"arn:aws:kubernetes:::namespace/prod/apps/deployments*"},
                {"Effect":"Deny","Action":"kubernetes:delete*","Resource":"*"},
                {"Effect":"Allow","Action":"kubernetes:get","Resource":"arn:aws:kubernetes:::path/metrics",
                 "Condition":{"ForAnyValue:StringEquals":{"kubernetes:Groups":"dev"}}},
                {"Effect":"Allow","Action":"kubernetes:get","Resource":"arn:aws:kubernetes:::cluster/core/nodes/*"},
                {"Effect":"Allow","Action":"kubernetes:create","Resource":"arn:aws:kubernetes:::namespace/prod/core/pods/*"},
                {"Effect":"Allow","Action":"kubernetes:list","Resource":"arn:aws:kubernetes:::*","Condition":{
                 "ForAnyValue:StringEquals":{"kubernetes:FieldSelector":"spec.nodeName In node-1",
                 "kubernetes:Extra/example.com/team":"red"}}}
                """),
            "\(account)/users/prod.builder.json": """
            {"UserName":"prod.builder","Path":"/serviceaccount/","UserPolicyList":[{"PolicyName":"p","PolicyDocument":
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kubernetes:create","Resource":"*"}}}]}
            """,
        ]
        return try GatewayStore(files.merging(more) { $1 })
    }

    static func review(
        _ attributes: String, user: String = "jane", version: String = "v1", more: String = #""groups":["dev"]"#
    ) -> String {
        """
        {"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/\(version)","metadata":{"creationTimestamp":null},
        "spec":{\(attributes),"user":"\(user)",\(more)},"status":{"allowed":false}}
        """
    }

    static func resource(
        _ verb: String, _ resource: String, group: String = "", namespace: String = "prod", name: String = "",
        subresource: String = "", more: String = ""
    ) -> String {
        """
        "resourceAttributes":{"namespace":"\(namespace)","verb":"\(verb)","group":"\(group)","version":"v1",
        "resource":"\(resource)","subresource":"\(subresource)","name":"\(name)"\(more)}
        """
    }

    static func path(_ verb: String, _ path: String) -> String {
        #""nonResourceAttributes":{"path":"\#(path)","verb":"\#(verb)"}"#
    }

    static func ask(_ gateway: TestGateway, _ body: String) async throws -> HTTPAnswer {
        try await gateway.send(
            "POST", "/v1/kubernetes/authorize?timeout=30s", [("Content-Type", "application/json")], body: body)
    }

    /// What the API server makes of an answer.
    enum Opinion: String, Sendable {
        case allowed, denied, none
    }

    static func opinion(_ answer: HTTPAnswer, version: String = "v1") throws -> Opinion {
        #expect(answer.status == 200)
        let root = try JSONDocument(Array(answer.body.utf8), limits: .message).root
        #expect(root["apiVersion"]?.string == "authorization.k8s.io/" + version)
        #expect(root["kind"]?.string == "SubjectAccessReview")
        let isTrue = { (name: String) in root["status"]?[name]?.value == .bool(true) }
        #expect(!(isTrue("allowed") && isTrue("denied")))
        return isTrue("allowed") ? .allowed : isTrue("denied") ? .denied : .none
    }

    struct Case: Sendable {
        let body: String
        let opinion: Opinion
        var version = "v1"
    }

    static let cases: [Case] = [
        Case(body: review(resource("get", "deployments", group: "apps", name: "web")), opinion: .allowed),
        Case(
            body: review(resource("update", "deployments", group: "apps", name: "web", subresource: "scale")),
            opinion: .allowed),
        Case(body: review(resource("delete", "deployments", group: "apps", name: "web")), opinion: .denied),
        Case(
            body: review(resource("get", "deployments", group: "apps", namespace: "dev", name: "web")), opinion: .none),
        Case(body: review(resource("get", "deployments", group: "extensions", name: "web")), opinion: .none),
        Case(body: review(resource("get", "nodes", namespace: "", name: "n1")), opinion: .allowed),
        // A namespace cannot pass for the cluster, nor a subresource for a name.
        Case(body: review(resource("get", "nodes", name: "n1")), opinion: .none),
        Case(body: review(resource("create", "pods")), opinion: .allowed),
        Case(body: review(resource("create", "pods", name: "web", subresource: "exec")), opinion: .none),
        Case(body: review(resource("create", "pods", name: "web/exec")), opinion: .denied),
        Case(body: review(resource("create", "pods/exec", name: "web")), opinion: .denied),
        Case(body: review(resource("get", "nodes", group: "core", namespace: "", name: "n1")), opinion: .denied),
        Case(body: review(resource("get", "", group: "apps")), opinion: .denied),
        Case(body: review(resource("", "pods")), opinion: .denied),
        Case(body: review(path("get", "/metrics")), opinion: .allowed),
        Case(body: review(path("get", "/metrics"), more: #""groups":["ops"]"#), opinion: .none),
        Case(body: review(path("get", "/metrics"), more: #""groups":null"#), opinion: .none),
        Case(body: review(path("get", "/metrics/x")), opinion: .none),
        // Selectors, and what an authenticator knows.
        Case(
            body: review(
                resource(
                    "list", "pods",
                    more:
                        #","fieldSelector":{"requirements":[{"key":"spec.nodeName","operator":"In","values":["node-1"]}]}"#
                ),
                more: #""extra":{"example.com/team":["red"]}"#), opinion: .allowed),
        Case(body: review(resource("list", "pods"), more: #""extra":{"example.com/team":["red"]}"#), opinion: .none),
        // The older version has its groups in another member.
        Case(
            body: review(path("get", "/metrics"), version: "v1beta1", more: #""group":["dev"]"#), opinion: .allowed,
            version: "v1beta1"),
        Case(
            body: review(path("get", "/metrics"), version: "v1beta1", more: #""uid":"1""#), opinion: .none,
            version: "v1beta1"),
        // Who is who.
        Case(body: review(resource("create", "pods"), user: "system:serviceaccount:prod:builder"), opinion: .allowed),
        Case(body: review(resource("create", "pods"), user: "system:serviceaccount:dev:builder"), opinion: .none),
        Case(body: review(resource("create", "pods"), user: "serviceaccount/prod.builder"), opinion: .none),
        Case(body: review(resource("create", "pods"), user: "prod.builder"), opinion: .none),
        Case(body: review(resource("create", "pods"), user: "system:serviceaccount:prod:builder:x"), opinion: .none),
        Case(body: review(resource("create", "pods"), user: "system:kube-scheduler"), opinion: .none),
        Case(body: review(resource("create", "pods"), user: ""), opinion: .none),
    ]

    @Test("the three decisions are the three answers, in the version of the question")
    func opinions() async throws {
        try await TestGateway.run(try Self.store()) { gateway in
            for testCase in Self.cases {
                let answer = try await Self.ask(gateway, testCase.body)
                #expect(try Self.opinion(answer, version: testCase.version) == testCase.opinion, "\(testCase.body)")
            }
        }
    }

    @Test(
        "what is no review is 400, for the failure policy of the API server",
        arguments: [
            "", "{}", "[]", #"{"kind":"SubjectAccessReview"}"#,
            review(path("get", "/x")).replacing("SubjectAccessReview", with: "TokenReview"),
            review(path("get", "/x"), version: "v2"), review(#""x":1"#),
            review(path("get", "/x") + "," + resource("get", "pods")), review(#""resourceAttributes":[]"#),
            review(#""resourceAttributes":{"verb":1}"#), review(path("get", "/x"), more: #""groups":"dev""#),
            review(path("get", "/x"), more: #""groups":[1]"#), review(path("get", "/x"), more: #""extra":{"a":"b"}"#),
            // Reading groups from the wrong member would drop them all.
            review(path("get", "/metrics"), version: "v1beta1"),
            review(path("get", "/metrics"), more: #""group":["dev"]"#),
            review(path("get", "/x"), more: #""user":"root""#),
        ])
    func noReview(body: String) async throws {
        try await TestGateway.run(try Self.store()) { gateway in
            let answer = try await Self.ask(gateway, body)
            #expect(answer.status == 400)
        }
    }

    @Test("what the sidecar cannot ask is denied, and not left to others")
    func tooMuch() async throws {
        let groups = (0...256).map { "\"g\($0)\"" }.joined(separator: ",")
        try await TestGateway.run(try Self.store()) { gateway in
            let body = Self.review(Self.path("get", "/metrics"), more: "\"groups\":[\(groups)]")
            let answer = try await Self.ask(gateway, body)
            #expect(try Self.opinion(answer) == .denied)
        }
    }

    @Test("a mapping says who is who, and what no policy speaks of")
    func mapping() async throws {
        let mapping = """
            {"ImplicitDeny":"Denied","Users":[
             {"Match":"oidc:{Name}@example.com","Principal":"arn:aws:iam::111122223333:user/{Name}"},
             {"Match":"system:node:{Node}","Principal":"arn:aws:sts::111122223333:assumed-role/node/{Node}"}]}
            """
        try await TestGateway.run(try Self.store(["mappings/kubernetes.json": mapping])) { gateway in
            let get = Self.resource("get", "deployments", group: "apps", name: "web")
            for (user, opinion) in [
                ("oidc:jane@example.com", Opinion.allowed), ("jane", .denied), ("oidc:jane@example.com.evil", .denied),
                ("oidc:x/jane@example.com", .denied), ("oidc:@example.com", .denied), ("system:node:n1", .denied),
            ] {
                let answer = try await Self.ask(gateway, Self.review(get, user: user))
                #expect(try Self.opinion(answer) == opinion, "\(user)")
            }
        }
    }

    @Test("a quarantined user is denied: a policy that denies may be the one that is missing")
    func quarantined() async throws {
        try await TestGateway.run(try Self.store()) { gateway in
            try await gateway.write("\(Self.account)/groups/g.json", "{}")
            try await gateway.write("\(Self.account)/users/jane.json", #"{"GroupList":["g"]}"#)
            let body = Self.review(Self.path("get", "/healthz"))
            #expect(try Self.opinion(try await Self.ask(gateway, body)) == .none)
            try gateway.store.delete("\(Self.account)/groups/g.json")
            await gateway.reload()
            #expect(try Self.opinion(try await Self.ask(gateway, body)) == .denied)
        }
    }
}
