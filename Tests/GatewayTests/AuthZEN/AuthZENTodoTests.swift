import Foundation
import JSONDocument
import Testing

@Suite("AuthZEN's Todo vectors")
struct AuthZENTodoTests {
    static func vectors(_ name: String) throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: "Vectors/authzen/\(name)", withExtension: nil))
        return Array(try Data(contentsOf: url))
    }

    private static func decisions() throws -> JSONNode {
        try JSONDocument(vectors("decisions-authorization-api-1_0-02.json"), limits: .file).root
    }

    @Test("all 40 evaluations come out as published (AZ-EV-1, AZ-EV-5, AZ-EV-10)", arguments: Transport.allCases)
    func evaluations(transport: Transport) async throws {
        let cases = try #require(try Self.decisions()["evaluation"]?.elements)
        #expect(cases.count == 40)
        #expect(cases.count { $0["expected"]?.value == .bool(true) } == 26)
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            for vector in cases {
                let request = try #require(vector["request"])
                let expected = try #require(vector["expected"])
                let answer = try await connection.post(.evaluation, request.text)
                #expect(answer.status == 200)
                #expect(answer.body == "{\"decision\":\(expected.text)}", "\(request.text)")
                try ResponseSchema.check(answer)
            }
        }
    }

    @Test("all 3 batches come out as published, byte for byte (AZ-ES-5, AZ-ES-6)", arguments: Transport.allCases)
    func batches(transport: Transport) async throws {
        let cases = try #require(try Self.decisions()["evaluations"]?.elements)
        #expect(cases.count == 3)
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            for vector in cases {
                let request = try #require(vector["request"])
                let expected = try #require(vector["expected"])
                let answer = try await connection.post(.evaluations, request.text)
                #expect(answer.body == "{\"evaluations\":\(expected.text)}", "\(request.text)")
            }
        }
    }
}

/// The published schema of an answer, as far as it says anything: types, and which members there must be.
enum ResponseSchema {
    static func check(_ answer: HTTPAnswer) throws {
        let schema = try JSONDocument(
            AuthZENTodoTests.vectors("evaluation-response.schema.json"), limits: .file
        ).root
        check(try answer.json(), schema)
    }

    private static func check(_ value: JSONNode, _ schema: JSONNode) {
        if let type = schema["type"]?.string { #expect(types[type] == value.value.kindDescription) }
        for name in schema["required"]?.elements ?? [] { #expect(value[name.string ?? ""] != nil) }
        for property in schema["properties"]?.members ?? [] {
            if let member = value[property.name] { check(member, property.value) }
        }
    }

    private static let types = ["object": "an object", "boolean": "a boolean"]
}
