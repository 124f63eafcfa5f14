import Directory
import DirectoryStore
import Testing

@testable import Gateway

@Suite("AuthZEN's mapping")
struct AuthZENMappingTests {
    /// The subjects of the API gateway scenario are identities, its actions methods and its resources routes.
    private static let mapping = """
        {"Account":"111122223333",
         "Subjects":[{"Type":"identity","Principal":"arn:aws:iam::111122223333:user/{subject.type}/{subject.id}"},
                     {"Type":"job","Principal":"arn:aws:sts::111122223333:assumed-role/Jobs/{subject.id}"}],
         "Actions":[{"Name":"GET","ResourceType":"route","Action":"api:Read"},{"Name":"GET","Action":"web:Read"},
                    {"Name":"call","Action":"api:{action.properties.method}"}],
         "DefaultAction":"todo:{action.name}",
         "Resources":[{"Type":"route","Resource":"arn:aws:api:::{resource.type}{resource.id}"},
                      {"Type":"record","Resource":"arn:aws:records:::{resource.properties.tenant}/{resource.id}"}],
         "Context":{"subject.properties.role":"app:Role","subject.id":"app:Subject","context.ip":"aws:SourceIp",
                    "resource.properties.owner.name":"app:Owner","resource.type":"app:Type"}}
        """

    private static let eve = AuthZENFixture.user(
        statement("api:Read", "arn:aws:api:::route/users/{userId}"), statement("web:Read", "arn:aws:records:::a/1"),
        statement("api:POST", "*"), statement("todo:list", "*"),
        statement("todo:asAdmin", "*", #"{"StringEquals":{"app:Role":"admin"}}"#),
        statement("todo:asRole", "*", #"{"StringEquals":{"subject:role":"admin"}}"#),
        statement("todo:asEve", "*", #"{"StringEquals":{"app:Subject":"eve"}}"#),
        statement("todo:near", "*", #"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#),
        statement("todo:own", "*", #"{"StringEquals":{"app:Owner":"${aws:username}","app:Type":"route"}}"#)
    ).replacing(#"{"GroupList""#, with: #"{"Path":"/identity/","GroupList""#)

    private static func statement(_ action: String, _ resource: String, _ condition: String? = nil) -> String {
        AuthZENFixture.allow("\"\(action)\"", condition).replacing(
            #""Resource":"*""#, with: #""Resource":"\#(resource)""#)
    }

    private static let files = [
        "mappings/authzen.json": mapping, "\(AuthZENFixture.account)/users/eve.json": eve,
        "\(AuthZENFixture.account)/roles/Jobs.json": """
        {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]},
        "RolePolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"todo:run","Resource":"*"}]}}]}
        """,
    ]

    private static let eveSubject = #"{"type":"identity","id":"eve"}"#
    private static let route = #"{"type":"route","id":"/users/{userId}"}"#

    @Test("subjects, actions and resources become what the file says")
    func entities() async throws {
        let record = #"{"type":"record","id":"1","properties":{"tenant":"a"}}"#
        let cases: [(subject: String, action: String, resource: String, decision: Bool)] = [
            (Self.eveSubject, #"{"name":"GET"}"#, Self.route, true),
            (Self.eveSubject, #"{"name":"GET"}"#, #"{"type":"route","id":"/users"}"#, false),
            // For resources of another type the name is another action.
            (Self.eveSubject, #"{"name":"GET"}"#, record, true),
            (Self.eveSubject, #"{"name":"GET"}"#, record.replacing("\"a\"", with: "\"b\""), false),
            // What has no value, or one that reaches beyond its place, has no ARN.
            (Self.eveSubject, #"{"name":"list"}"#, #"{"type":"record","id":"1"}"#, false),
            (Self.eveSubject, #"{"name":"list"}"#, record, true),
            (Self.eveSubject, #"{"name":"list"}"#, record.replacing("\"a\"", with: "\"a/1\""), false),
            (Self.eveSubject, #"{"name":"list"}"#, record.replacing("\"a\"", with: "[\"a\"]"), false),
            (Self.eveSubject, #"{"name":"list"}"#, record.replacing("\"a\"", with: "7"), true),
            (Self.eveSubject, #"{"name":"call","properties":{"method":"POST"}}"#, Self.route, true),
            (Self.eveSubject, #"{"name":"call","properties":{"method":"PUT"}}"#, Self.route, false),
            (Self.eveSubject, #"{"name":"call","properties":{"method":"x:POST"}}"#, Self.route, false),
            (Self.eveSubject, #"{"name":"call"}"#, Self.route, false),
            (Self.eveSubject, #"{"name":"todo:list"}"#, Self.route, true),
            // A type that is not listed has no way to what is.
            (#"{"type":"user","id":"eve"}"#, #"{"name":"list"}"#, Self.route, false),
            (#"{"type":"identity","id":"alice"}"#, #"{"name":"list"}"#, Self.route, false),
            (Self.eveSubject, #"{"name":"list"}"#, #"{"type":"records","id":"a/1"}"#, false),
            (Self.eveSubject, #"{"name":"list"}"#, #"{"type":"api","id":"route/x"}"#, false),
            (Self.eveSubject, #"{"name":"list"}"#, #"{"type":"api","id":"other"}"#, true),
            (#"{"type":"job","id":"nightly"}"#, #"{"name":"run"}"#, Self.route, true),
            (#"{"type":"job","id":"a/b"}"#, #"{"name":"run"}"#, Self.route, false),
            (#"{"type":"job","id":""}"#, #"{"name":"run"}"#, Self.route, false),
        ]
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            for test in cases {
                #expect(
                    try await gateway.decision(test.subject, test.action, test.resource) == test.decision,
                    "\(test.subject) \(test.action) \(test.resource)")
            }
        }
    }

    @Test("properties go to the keys that the file says, and no longer to their own")
    func keys() async throws {
        let cases: [(action: String, subject: String, resource: String, context: String, decision: Bool)] = [
            ("asAdmin", #","properties":{"role":"admin"}"#, "", "{}", true),
            ("asAdmin", #","properties":{"role":"guest"}"#, "", "{}", false), ("asAdmin", "", "", "{}", false),
            ("asAdmin", "", "", #"{"app:Role":"admin"}"#, false),
            ("asRole", #","properties":{"role":"admin"}"#, "", "{}", false), ("asEve", "", "", "{}", true),
            ("near", "", "", #"{"ip":"10.1.2.3"}"#, true), ("near", "", "", #"{"ip":"192.168.1.1"}"#, false),
            ("near", "", "", #"{"ip":{"v4":"10.1.2.3"}}"#, false),
            ("near", "", "", #"{"aws:SourceIp":"10.1.2.3"}"#, false),
            ("own", "", #","properties":{"owner":{"name":"eve"}}"#, "{}", true),
            ("own", "", #","properties":{"owner":{"name":"bob"}}"#, "{}", false),
            ("own", "", #","properties":{"owner":{"name":"bob"},"owner.name":"eve"}"#, "{}", false),
        ]
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            for test in cases {
                let subject = #"{"type":"identity","id":"eve"\#(test.subject)}"#
                let resource = #"{"type":"route","id":"/x"\#(test.resource)}"#
                let decision = try await gateway.decision(
                    subject, #"{"name":"\#(test.action)"}"#, resource, more: ",\"context\":\(test.context)")
                #expect(decision == test.decision, "\(test)")
            }
        }
    }

    @Test("searches find users through the mapping of their type")
    func search() async throws {
        let files = Self.files.merging([
            "catalogue/routes.json": #"{"Resources":[{"Type":"route","Id":"/users/{userId}"}]}"#
        ]) { $1 }
        try await AuthZENFixture.run(files) { gateway async throws in
            for (type, found) in [("identity", ["eve"]), ("user", []), ("job", [])] {
                let body =
                    #"{"subject":{"type":"\#(type)"},"action":{"name":"GET"},"resource":\#(Self.route)}"#
                #expect(try await gateway.found(.subject, body) == found, "\(type)")
            }
        }
    }

    @Test("a mapping that changes is in force at once, and a broken one leaves the last good one")
    func reload() async throws {
        try await AuthZENFixture.run { gateway async throws in
            func decision() async throws -> Bool? {
                try await gateway.decision(
                    #"{"type":"identity","id":"alice"}"#, #"{"name":"read"}"#, #"{"type":"record","id":"1"}"#)
            }
            #expect(try await decision() == false)
            let subjects =
                #"{"Subjects":[{"Type":"identity","Principal":"arn:aws:iam::111122223333:user/{subject.id}"}]}"#
            try await gateway.write("mappings/authzen.json", subjects)
            #expect(try await decision() == true)
            try await gateway.write("mappings/authzen.json", #"{"Context":{"context.x":"aws:PrincipalTag/team"}}"#)
            #expect(try await decision() == true)
            #expect(gateway.source.current.status.errors.contains { $0.contains("engine") })
            try gateway.store.delete("mappings/authzen.json")
            await gateway.reload()
            #expect(try await decision() == false)
        }
    }
}
