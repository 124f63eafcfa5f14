import Directory
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("Mappings of HTTP requests")
struct HTTPMappingTests {
    private static func read(_ text: String) -> (file: EntityFile?, codes: [String]) {
        let bytes = Array(text.utf8)
        let reading = EntityParser.parse(
            bytes, at: "mappings/http.json", place: .mapping(.http), digest: FileDigest(of: bytes))
        switch reading {
        case .good(let file): return (file, file.warnings.map(\.code))
        case .bad(let diagnostics): return (nil, diagnostics.filter(\.isError).map(\.code))
        }
    }

    private static func mapping(_ text: String) throws -> HTTPMapping {
        let file = try #require(read(text).file)
        guard case .mapping(.http(let mapping)) = file.entity else { throw Unexpected() }
        return mapping
    }

    private struct Unexpected: Error {}

    private static func route(_ members: String) -> String {
        """
        {"Routes":[{"Path":"/a/{id}","Action":"docs:Read","Resource":"*"\(members.isEmpty ? "" : "," + members)}]}
        """
    }

    private static func routes(_ routes: String...) -> String {
        let all = routes.map { "{\"Action\":\"docs:Read\",\"Resource\":\"*\",\($0)}" }.joined(separator: ",")
        return "{\"Routes\":[\(all)]}"
    }

    private static func identity(_ text: String) -> String { "{\"Identity\":[\(text)]}" }

    private static func token(_ members: String) -> String {
        identity("{\"JWT\":{\(members)}}")
    }

    private static let good = """
        "Issuer":"https://i","Audience":"a","Principal":"arn:aws:iam::111122223333:user/{claim.sub}"
        """

    static let wrong: [(String, [String])] = [
        ("[]", ["wrong-type"]),
        ("{\"Pathmode\":\"raw\"}", ["unknown-member"]),
        ("{\"PathMode\":\"strict\"}", ["wrong-value"]),
        ("{\"ClientAddress\":{\"Header\":\"X-Forwarded-For\",\"TrustedHops\":0}}", ["wrong-value"]),
        ("{\"ClientAddress\":{\"Header\":\"X Forwarded\"}}", ["invalid-header"]),
        ("{\"IdentityHeaders\":{\"Content-Length\":\"1\"}}", ["reserved-header"]),
        ("{\"IdentityHeaders\":{\"X-Authz-Reason\":\"1\"}}", ["reserved-header"]),
        ("{\"IdentityHeaders\":{\"X-User\":\"{principal.name}\",\"x-user\":\"a\"}}", ["duplicate-header"]),
        ("{\"IdentityHeaders\":{\"X-User\":\"{path.id}\"}}", ["unknown-place"]),
        ("{\"IdentityHeaders\":{\"X-User\":\"{claim.sub}\"}}", ["unknown-place"]),
        (routes("\"Path\":\"a\""), ["invalid-path"]), (routes("\"Path\":\"/a//b\""), ["invalid-path"]),
        (routes("\"Path\":\"/a/..\""), ["invalid-path"]), (routes("\"Path\":\"/a?b\""), ["invalid-path"]),
        (routes("\"Path\":\"/a{b}\""), ["invalid-path"]), (routes("\"Path\":\"/{}\""), ["invalid-path"]),
        (routes("\"Path\":\"/{a}/{a}\""), ["invalid-path"]), (routes("\"Path\":\"/{a...}/b\""), ["invalid-path"]),
        (routes("\"Path\":\"/\",\"Methods\":[]"), ["wrong-value"]),
        (routes("\"Path\":\"/\",\"Methods\":[\"get\"]"), ["wrong-value"]),
        (routes("\"Path\":\"/\",\"Host\":\"a.example:80\""), ["wrong-value"]),
        (routes("\"Path\":\"/\",\"Host\":\"*\""), ["wrong-value"]),
        ("{\"Routes\":[{\"Path\":\"/\",\"Action\":\"docs:*\",\"Resource\":\"*\"}]}", ["invalid-action"]),
        ("{\"Routes\":[{\"Path\":\"/\",\"Action\":\"Read\",\"Resource\":\"*\"}]}", ["invalid-action"]),
        ("{\"Routes\":[{\"Path\":\"/\",\"Action\":\"docs:Read\",\"Resource\":\"report\"}]}", ["invalid-arn"]),
        (
            "{\"Routes\":[{\"Path\":\"/\",\"Action\":\"docs:Read\",\"Resource\":\"{header.x-arn}\"}]}",
            ["invalid-arn"]
        ),
        (
            "{\"Routes\":[{\"Path\":\"/\",\"Action\":\"docs:Read\",\"Resource\":\"arn:aws:docs:::r/{path.id}\"}]}",
            ["unknown-place"]
        ),
        ("{\"Routes\":[{\"Path\":\"/\"}]}", ["missing-member", "missing-member"]),
        (route("\"Context\":{\"aws:PrincipalTag/team\":\"red\"}"), ["engine-owned-key"]),
        (route("\"Context\":{\"AWS:principalarn\":\"x\"}"), ["engine-owned-key"]),
        (route("\"Context\":{\"aws:MultiFactorAuthPresent\":\"true\"}"), ["engine-owned-key"]),
        (route("\"Context\":{\"aws:SourceIdentity\":\"x\"}"), ["engine-owned-key"]),
        (route("\"Context\":{\"saml:sub\":\"x\"}"), ["engine-owned-key"]),
        (route("\"Context\":{\"Tenant\":\"x\"}"), ["invalid-key"]),
        (route("\"Context\":{\"app:A\":\"x\",\"APP:a\":\"y\"}"), ["duplicate-key"]),
        (route("\"Context\":{\"app:A\":\"{cookie.x}\"}"), ["unknown-place"]),
        (route("\"Context\":{\"app:A\":\"{header.}\"}"), ["unknown-place"]),
        (route("\"Context\":{\"app:A\":\"{\"}"), ["invalid-template"]),
        (identity("{}"), ["wrong-value"]), (identity("{\"Cookie\":{}}"), ["unknown-member", "wrong-value"]),
        (identity("{\"Header\":{\"Name\":\"X-User\",\"Principal\":\"alice\"}}"), ["invalid-arn"]),
        (
            identity("{\"Header\":{\"Name\":\"X-User\",\"Principal\":\"arn:aws:iam::1:user/{user}\"}}"),
            ["unknown-place"]
        ),
        (
            identity("{\"Basic\":{\"File\":\"p\",\"Principal\":\"arn:aws:iam::111122223333:user/{user}\"}}"),
            ["wrong-value"]
        ),
        (
            identity("{\"Certificate\":{\"Principal\":\"arn:aws:iam::111122223333:user/{certificate.cn}\"}}"),
            ["missing-member"]
        ),
        (
            identity(
                "{\"Certificate\":{\"Header\":\"X\",\"Holds\":\"cn\",\"Principal\":\"arn:aws:iam::111122223333:user/{certificate.email}\"}}"
            ),
            ["unknown-place"]
        ),
        (token(good), ["missing-member"]),
        (token(good + ",\"JWKSFile\":\"keys.json\""), ["wrong-value"]),
        (token(good + ",\"JWKSURL\":\"http://example.com/keys\""), ["wrong-value"]),
        (token(good + ",\"JWKSURL\":\"http://127.0.0.1.example.com/\""), ["wrong-value"]),
        (token(good + ",\"JWKSURL\":\"http://127.0.0.1@example.com/\""), ["wrong-value"]),
        (token(good + ",\"JWKSURL\":\"file:///keys\""), ["wrong-value"]),
        (token(good + ",\"JWKSFile\":\"/k\",\"JWKSURL\":\"https://i\""), ["missing-member"]),
        (token(good + ",\"JWKSFile\":\"/k\",\"Algorithms\":[\"none\"]"), ["wrong-value"]),
        (token(good + ",\"JWKSFile\":\"/k\",\"Algorithms\":[\"HS256\"]"), ["wrong-value"]),
        (token(good + ",\"JWKSFile\":\"/k\",\"ClockSkewSeconds\":301"), ["wrong-value"]),
        (
            token(
                "\"JWKSFile\":\"/k\",\"Issuer\":\"\",\"Audience\":[],\"Principal\":\"arn:aws:iam::111122223333:user/{claim.sub}\""
            ),
            ["wrong-value", "wrong-value"]
        ),
        (
            token("\"JWKSFile\":\"/k\",\"Principal\":\"arn:aws:iam::111122223333:user/{claim.sub}\""),
            ["missing-member", "missing-member"]
        ),
        (token(good + ",\"JWKSFile\":\"/k\",\"SessionTags\":{\"\":\"x\"}"), ["invalid-tag"]),
    ]

    @Test("every mistake is found when the store is loaded", arguments: wrong)
    func mistakes(_ text: String, _ codes: [String]) {
        let reading = Self.read(text)
        #expect(reading.file == nil)
        #expect(reading.codes == codes)
    }

    @Test("a whole mapping is read as it stands")
    func whole() throws {
        let mapping = try Self.mapping(
            """
            {"PathMode":"normalize","ClientAddress":{"Header":"X-Real-IP"},
             "Identity":[{"JWT":{\(Self.good),"JWKSURL":"http://[::1]:8080/keys","Algorithms":["ES256"],"MFA":true,
              "SessionTags":{"team":"{claim.dept}"},"ClockSkewSeconds":5}},
              {"Certificate":{"Header":"X-Cert","Verified":{"Header":"X-Verify","Value":"SUCCESS"},
               "Principal":"arn:aws:iam::111122223333:user/{certificate.san.uri}"}},
              {"Basic":{"File":"/etc/passwords","Principal":"arn:aws:iam::111122223333:user/{user}"}}],
             "Routes":[{"Methods":["GET"],"Host":"API.example.com","Path":"/a/{id}","Action":"docs:{method}",
              "Resource":"arn:aws:docs:::a/{path.id}","Context":{"app:T":"{claim.t}","aws:SourceIp":"{header.x-ip}"}}]}
            """)
        #expect(mapping.pathMode == .normalize)
        #expect(mapping.clientAddress == HTTPClientAddress(header: "X-Real-IP"))
        #expect(mapping.identities.count == 3 && mapping.routes.count == 1)
        guard case .token(let rules) = mapping.identities[0].source else { throw Unexpected() }
        #expect(rules.algorithms == [.es256] && rules.clockSkewSeconds == 5 && rules.tellsMFA)
        #expect(rules.audiences == ["a"] && rules.keys == .url("http://[::1]:8080/keys"))
        #expect(mapping.routes[0].host?.name == "api.example.com")
    }

    @Test(
        "a route that another takes everything from is a warning",
        arguments: [
            (routes("\"Path\":\"/a\"", "\"Path\":\"/a\""), 1),
            (routes("\"Path\":\"/{x}\"", "\"Path\":\"/a\""), 1),
            (routes("\"Path\":\"/a\"", "\"Path\":\"/{x}\""), 0),
            (routes("\"Path\":\"/{x...}\"", "\"Path\":\"/a/{y}\""), 1),
            (routes("\"Path\":\"/{x...}\"", "\"Path\":\"/\""), 0),
            (routes("\"Path\":\"/{x}\"", "\"Path\":\"/{x...}\""), 0),
            (routes("\"Path\":\"/a\",\"Methods\":[\"GET\"]", "\"Path\":\"/a\",\"Methods\":[\"PUT\"]"), 0),
            (routes("\"Path\":\"/a\",\"Methods\":[\"GET\",\"PUT\"]", "\"Path\":\"/a\",\"Methods\":[\"PUT\"]"), 1),
            (routes("\"Path\":\"/a\",\"Methods\":[\"GET\"]", "\"Path\":\"/a\""), 0),
            (routes("\"Path\":\"/a\",\"Host\":\"*.b.example\"", "\"Path\":\"/a\",\"Host\":\"a.b.example\""), 1),
            (routes("\"Path\":\"/a\",\"Host\":\"*.b.example\"", "\"Path\":\"/a\",\"Host\":\"b.example\""), 0),
            (routes("\"Path\":\"/a\",\"Host\":\"b.example\"", "\"Path\":\"/a\""), 0),
        ])
    func unreachable(_ text: String, _ warnings: Int) {
        let reading = Self.read(text)
        #expect(reading.file != nil)
        #expect(reading.codes == Array(repeating: "unreachable-route", count: warnings))
    }

    @Test("a principal that is nothing but a value is a warning")
    func widePrincipal() {
        let reading = Self.read(Self.identity("{\"Header\":{\"Name\":\"X-Principal\",\"Principal\":\"{value}\"}}"))
        #expect(reading.file != nil && reading.codes == ["wide-principal"])
    }

    @Test("more routes than are read are refused")
    func tooMany() {
        let route = "{\"Path\":\"/\",\"Action\":\"docs:Read\",\"Resource\":\"*\"}"
        func text(_ count: Int) -> String {
            "{\"Routes\":[\(Array(repeating: route, count: count).joined(separator: ","))]}"
        }
        #expect(Self.read(text(HTTPMappingLimits.routesMax + 1)).codes == ["limit"])
    }
}
