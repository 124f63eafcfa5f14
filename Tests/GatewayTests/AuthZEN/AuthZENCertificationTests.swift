import Foundation
import JSONDocument
import Testing

@Suite("AuthZEN's certification scenario")
struct AuthZENCertificationTests {
    @Test("the text has the requests that these tests are about")
    func count() throws {
        let requests = try CertificationRequest.all()
        #expect(requests.count == 50)
        #expect(requests.count { $0.expectedStatus == 400 } == 16)
        #expect(Set(requests.map(\.anchor)).count == 39)
    }

    @Test(
        "every request of the text is answered as it says (AZ-IM-5, AZ-EV-2, AZ-EV-4, AZ-SE-1, AZ-TR-3, AZ-TR-5)",
        arguments: Transport.allCases)
    func requests(transport: Transport) async throws {
        let requests = try CertificationRequest.all()
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            var token = ""
            for request in requests {
                let body = request.body.replacingOccurrences(of: "<next_token from previous response>", with: token)
                let answer = try await connection.post(request.endpoint, body)
                #expect(answer.status == request.expectedStatus, "\(request): \(answer.body)")
                guard answer.status == 200 else {
                    #expect(answer["content-type"] == "text/plain; charset=utf-8" && !answer.body.isEmpty)
                    continue
                }
                let json = try answer.json()
                if let next = json.nextToken, !next.isEmpty { token = next }
                Self.check(json, request)
            }
            #expect(!token.isEmpty)
        }
    }

    private static func check(_ answer: JSONNode, _ request: CertificationRequest) {
        switch request.endpoint {
        case .evaluation: checkDecision(answer, request)
        case .evaluations:
            guard let items = answer["evaluations"]?.elements else { return checkDecision(answer, request) }
            #expect(answer["decision"] == nil)
            #expect(items.count == 2 && items.allSatisfy { $0.decision != nil }, "\(request)")
            guard let expected = request.expected?.decisions else { return }
            #expect(items.map(\.decision) == expected, "\(request)")
        case .subject, .resource, .action: checkResults(answer, request)
        }
    }

    private static func checkDecision(_ answer: JSONNode, _ request: CertificationRequest) {
        let expected = request.expected?.decision ?? (request.saysPermit ? true : nil)
        #expect(expected != nil && answer.decision == expected, "\(request)")
        #expect(answer.members?.count == 1)
    }

    private static func checkResults(_ answer: JSONNode, _ request: CertificationRequest) {
        let type = request.endpoint == .subject ? "user" : "record"
        let results = answer["results"]?.elements
        #expect(results != nil, "\(request)")
        for result in results ?? [] {
            let members = result.members?.map(\.name)
            #expect(members == (request.endpoint == .action ? ["name"] : ["type", "id"]))
            if request.endpoint != .action { #expect(result["type"]?.string == type) }
        }
        guard let expected = request.expected else { return }
        #expect(Set(answer.found).isSuperset(of: expected.found), "\(request): \(answer.text)")
        if expected.found.isEmpty { #expect(answer.found.isEmpty, "\(request)") }
    }

    @Test("a context, or an id of what is looked for, changes no result (AZ-SE-2, AZ-SE-3, AZ-SE-10)")
    func sameResults() async throws {
        let requests = try CertificationRequest.all()
        try await AuthZENFixture.run { gateway async throws in
            for (one, others) in [
                ("c-4-2-1", ["c-4-2-2", "c-4-2-3"]), ("c-4-3-1", ["c-4-3-2", "c-4-3-3"]), ("c-4-4-1", ["c-4-4-2"]),
            ] {
                let first = try #require(requests.first { $0.anchor == one })
                let expected = try await gateway.post(first.endpoint, first.body).json()
                for other in requests where others.contains(other.anchor) {
                    let answer = try await gateway.post(other.endpoint, other.body).json()
                    #expect(answer.text == expected.text, "\(other)")
                }
            }
        }
    }

    @Test("the same request has the same decision each time (AZ-EV-8, C-2-6)", arguments: Transport.allCases)
    func idempotency(transport: Transport) async throws {
        let request = try #require(try CertificationRequest.all().first { $0.anchor == "c-2-2-1" })
        try await AuthZENFixture.run { gateway async throws in
            let connection = try await gateway.connect(transport)
            for _ in 0..<20 {
                #expect(try await connection.post(.evaluation, request.body).body == #"{"decision":true}"#)
            }
        }
    }
}
