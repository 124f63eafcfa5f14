import JSONDocument
import PolicyGenerators
import Testing

@Suite("AuthZEN with random bodies")
struct AuthZENRandomBodyTests {
    private static let endpoints: [AuthZENEndpoint] = [.evaluation, .evaluations, .subject, .resource, .action]

    @Test("no body makes it fall, or answer 5xx, and every answer has its form", arguments: PropertySeeds.all([1, 2]))
    func randomBodies(seed: UInt64) async throws {
        let bodies = Self.bodies(seed, count: 250)
        try await AuthZENFixture.run { gateway async throws in
            for transport in Transport.allCases {
                var connection = try await gateway.connect(transport)
                for (index, body) in bodies.enumerated() {
                    let endpoint = Self.endpoints[index % Self.endpoints.count]
                    let answer = try await connection.post(endpoint, body)
                    #expect(answer.status == 200 || answer.status == 400, "seed \(seed): \(answer.status) \(body)")
                    if answer.status == 200 { Self.check(try answer.json(), endpoint) }
                    if answer["connection"] == "close" { connection = try await gateway.connect(transport) }
                }
                let after = try await connection.post(.evaluation, AuthZENTransportTests.permit)
                #expect(after.body == #"{"decision":true}"#)
            }
        }
    }

    private static func check(_ answer: JSONNode, _ endpoint: AuthZENEndpoint) {
        switch endpoint {
        case .evaluation: #expect(answer.decision != nil)
        case .evaluations: #expect(answer.decision != nil || answer["evaluations"]?.elements?.isEmpty == false)
        case .subject, .resource, .action: #expect(answer["results"]?.elements != nil)
        }
    }

    private static func bodies(_ seed: UInt64, count: Int) -> [String] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            var body = object(members, depth: 0, &random)
            // Some are no JSON at all.
            if random.next() % 8 == 0 {
                let cut = Int(random.next() % UInt64(max(body.unicodeScalars.count, 1)))
                body = String(String.UnicodeScalarView(body.unicodeScalars.prefix(cut)))
            }
            return body
        }
    }

    private static let members = ["subject", "action", "resource", "context", "options", "evaluations", "page", "x"]
    private static let inner = [
        "type", "id", "name", "properties", "role", "status", "soft", "limit", "token", "evaluations_semantic", "a.b",
        "",
    ]
    private static let texts = [
        "user", "alice", "bob", "read", "write", "delete", "record", "record-1", "archived", "admin", "execute_all",
        "*", "",
        "arn:aws:iam::111122223333:user/alice", "${aws:username}", "../x", "é", "\\u0001", "aws:PrincipalTag/team",
    ]

    /// An object that mostly has what an evaluation needs.
    private static func object(_ names: [String], depth: Int, _ random: inout SeededRandom) -> String {
        let chosen = names.filter { _ in random.next() % 4 != 0 }
        return "{" + chosen.map { "\"\($0)\":\(member($0, depth: depth, &random))" }.joined(separator: ",") + "}"
    }

    private static func member(_ name: String, depth: Int, _ random: inout SeededRandom) -> String {
        guard random.next() % 10 != 0 else { return value(depth: depth + 1, &random) }
        switch name {
        case "subject":
            return #"{"type":"user","id":\#(text(&random)),"properties":\#(value(depth: depth + 1, &random))}"#
        case "action": return #"{"name":\#(text(&random))}"#
        case "resource": return #"{"type":"record","id":\#(text(&random)),"properties":{"status":\#(text(&random))}}"#
        case "context", "properties": return object(inner, depth: depth + 1, &random)
        case "options": return #"{"evaluations_semantic":\#(text(&random))}"#
        case "page": return #"{"limit":\#(random.next() % 4)}"#
        case "evaluations" where depth == 0:
            return "[" + (0..<random.next() % 4).map { _ in object(members, depth: 1, &random) }.joined(separator: ",")
                + "]"
        default: return value(depth: depth + 1, &random)
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        "\"\(texts[Int(random.next() % UInt64(texts.count))])\""
    }

    private static func value(depth: Int, _ random: inout SeededRandom) -> String {
        switch random.next() % (depth < 6 ? 8 : 5) {
        case 0: return "null"
        case 1: return "true"
        case 2: return ["0", "-1", "1.5", "1e9", "12345678901234567890"][Int(random.next() % 5)]
        case 3, 4: return text(&random)
        case 5:
            return "[" + (0..<random.next() % 4).map { _ in value(depth: depth + 1, &random) }.joined(separator: ",")
                + "]"
        default: return object(inner, depth: depth + 1, &random)
        }
    }
}
