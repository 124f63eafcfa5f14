import Testing

@testable import Gateway

@Suite("AuthZEN's binding to HTTP")
struct AuthZENTransportTests {
    static let permit =
        #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#

    @Test(
        "a content type other than application/json, or none, is 400 and not 415 (AZ-TR-2, C-2-4-3)",
        arguments: Transport.allCases)
    func contentTypes(transport: Transport) async throws {
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            for (type, status) in [
                ("application/json", 200), ("application/json;charset=utf-8", 200), ("Application/JSON ; a=b", 200),
                ("text/plain", 400), ("application/jsonx", 400), ("application/x-www-form-urlencoded", 400), ("", 400),
                (nil, 400),
            ] {
                for endpoint in [AuthZENEndpoint.evaluation, .evaluations] {
                    let headers = type.map { [("Content-Type", $0)] } ?? []
                    let answer = try await connection.send("POST", endpoint.rawValue, headers, body: Self.permit)
                    #expect(answer.status == status, "\(type ?? "none")")
                }
            }
        }
    }

    @Test(
        "what is no JSON object, or not I-JSON, is 400 (AZ-TR-4, AZ-SC-3, C-2-4-4, C-2-4-5)",
        arguments: Transport.allCases)
    func bodies(transport: Transport) async throws {
        let deep = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            for body in [
                "", "{", "nonsense", "[]", "null", "\"a\"", "1", Self.permit + "x", #"{"subject":{},"subject":{}}"#,
                #"{"a":1,"\u0061":2}"#, #"{"a":"\ud800"}"#, #"{"a":1e999}"#, #"{"a":"\u0000"}"#, #"{"a":\#(deep)}"#,
            ] {
                for endpoint in [AuthZENEndpoint.evaluation, .evaluations, .subject, .resource, .action] {
                    let answer = try await connection.post(endpoint, body)
                    #expect(answer.status == 400, "\(body)")
                    #expect(answer["content-type"] == "text/plain; charset=utf-8" && !answer.body.isEmpty)
                }
            }
        }
    }

    @Test("bytes that are no UTF-8 are 400 (AZ-SC-3)")
    func invalidUTF8() async throws {
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect()
            let head = "POST /access/v1/evaluation HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            let body = Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
            let bytes = Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
            #expect(try await connection.exchange(bytes).status == 400)
        }
    }

    @Test(
        "X-Request-ID comes back unchanged, on errors too, and its absence is no failure (AZ-TR-7, C-2-5)",
        arguments: Transport.allCases)
    func requestIDs(transport: Transport) async throws {
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            let id = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716 x"
            for (body, status) in [(Self.permit, 200), ("{}", 400), ("nonsense", 400)] {
                let answer = try await connection.post(.evaluation, body, [("X-Request-ID", id)])
                #expect(answer.status == status && answer["x-request-id"] == id)
            }
            let lost = try await connection.send("GET", "/nowhere", [("x-request-id", id)])
            #expect(lost.status == 404 && lost["x-request-id"] == id)
            #expect(try await connection.post(.evaluation, Self.permit).status == 200)
        }
    }

    @Test("unknown paths are 404, and other methods 405 with Allow (AZ-TR-9)", arguments: Transport.allCases)
    func paths(transport: Transport) async throws {
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            for path in [
                "/", "/access/v1", "/access/v1/evaluation/", "/access/v2/evaluation", "/access//v1/evaluation",
            ] {
                #expect(try await connection.send("POST", path, body: Self.permit).status == 404, "\(path)")
            }
            for endpoint in [AuthZENEndpoint.evaluation, .evaluations, .subject, .resource, .action] {
                for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
                    let answer = try await connection.send(method, endpoint.rawValue)
                    #expect(answer.status == 405 && answer["allow"] == "POST", "\(method)")
                }
            }
        }
    }

    @Test("any value of Authorization is taken where nobody is asked for it (AZ-TR-9)")
    func authorization() async throws {
        try await AuthZENFixture.run { gateway async throws in
            let answer = try await gateway.connect().post(
                .evaluation, Self.permit, [("Authorization", "undefined")])
            #expect(answer.body == #"{"decision":true}"#)
        }
    }

    @Test("a body one byte too long is 413, and the longest is read (AZ-SC-5, AZ-TR-9)", arguments: Transport.allCases)
    func sizes(transport: Transport) async throws {
        try await AuthZENFixture.run { gateway async throws in
            let padding = String(repeating: " ", count: GatewayLimits.bodyBytesMax - Self.permit.utf8.count)
            let longest = try await gateway.connect(transport).post(.evaluation, Self.permit + padding)
            #expect(longest.body == #"{"decision":true}"#)
            let connection = try await gateway.connect(transport)
            let tooLong = try await connection.post(.evaluation, Self.permit + padding + " ")
            #expect(tooLong.status == 413)
            // What is left of the body cannot be told from a next request.
            #expect(try await connection.isClosed())
        }
    }

    @Test("a request past its deadline is 503 and no decision (AZ-TR-9)")
    func deadline() async throws {
        let store = try GatewayStore(AuthZENFixture.files)
        try await TestGateway.run(store, change: { $0.deadlineMilliseconds = -1 }) { gateway async throws in
            for endpoint in [AuthZENEndpoint.evaluation, .evaluations] {
                let answer = try await gateway.post(endpoint, Self.permit)
                #expect(answer.status == 503)
            }
        }
    }
}
