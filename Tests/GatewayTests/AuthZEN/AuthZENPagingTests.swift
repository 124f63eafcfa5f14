import Directory
import DirectoryStore
import JSONDocument
import NIOCore
import PolicyModel
import Testing

@testable import Gateway

@Suite("Pages of AuthZEN's searches")
struct AuthZENPagingTests {
    /// Ten records, of which alice may read seven: all but those whose number is a multiple of three.
    private static let files = [
        "catalogue/pages.json": #"{"Resources":["#
            + (1...10).map {
                #"{"Type":"page","Id":"p\#($0 + 10)","Properties":{"hidden":\#($0 % 3 == 0)}}"#
            }.joined(separator: ",") + "]}",
        "\(AuthZENFixture.account)/users/reader.json": AuthZENFixture.user(
            AuthZENFixture.allow("\"page:read\"", #"{"Bool":{"resource:hidden":"false"}}"#)),
    ]

    private static let all = [11, 12, 14, 15, 17, 18, 20].map { "p\($0)" }

    private static func body(_ page: String? = nil, action: String = "read") -> String {
        let page = page.map { ",\"page\":\($0)" } ?? ""
        return
            #"{"subject":{"type":"user","id":"reader"},"action":{"name":"\#(action)"},"resource":{"type":"page"}\#(page)}"#
    }

    @Test(
        "pages of every size give all results once, and the last says that it is (AZ-PG-2, AZ-PG-3, AZ-PG-5, AZ-SE-12)",
        arguments: Transport.allCases)
    func pages(transport: Transport) async throws {
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            let connection = try await gateway.connect(transport)
            for limit in 1...8 {
                var found: [String] = []
                var page = "{\"limit\":\(limit)}"
                while true {
                    let answer = try await connection.post(.resource, Self.body(page)).json()
                    #expect(answer.members?.map(\.name) == ["page", "results"])
                    #expect(answer.found.count <= limit)
                    #expect(answer["page"]?["count"]?.value == .number("\(answer.found.count)"))
                    found += answer.found
                    let token = try #require(answer.nextToken)
                    // Whoever asks for seven has them all, and there is no empty page behind them.
                    #expect(token.isEmpty == (found.count == Self.all.count), "\(limit) \(found)")
                    guard !token.isEmpty, found.count < Self.all.count else { break }
                    page = "{\"token\":\"\(token)\"}"
                }
                #expect(found == Self.all)
            }
        }
    }

    @Test("a request that says nothing of pages is told everything, without a page (AZ-PG-1)")
    func noPages() async throws {
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            let answer = try await gateway.post(.resource, Self.body()).json()
            #expect(answer.found == Self.all && answer["page"] == nil)
            let empty = try await gateway.post(.resource, Self.body("{}")).json()
            #expect(empty.found == Self.all && empty.nextToken?.isEmpty == true)
        }
    }

    @Test("a limit of 0 finds nothing, and says whether there is anything (AZ-PG-6, AZ-PG-8)")
    func nothing() async throws {
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            let answer = try await gateway.post(.resource, Self.body(#"{"limit":0}"#)).json()
            #expect(answer.found.isEmpty && answer.nextToken?.isEmpty == false)
            let none = try await gateway.post(.resource, Self.body(#"{"limit":0}"#, action: "no")).json()
            #expect(none.found.isEmpty && none.nextToken?.isEmpty == true)
        }
    }

    @Test(
        "a page that is none is 400, and one with more members is none the worse (AZ-PG-6, AZ-PG-7)",
        arguments: [
            ("[]", 400), ("null", 400), ("1", 400), (#"{"limit":-1}"#, 400), (#"{"limit":1.5}"#, 400),
            (#"{"limit":"1"}"#, 400), (#"{"limit":null}"#, 400), (#"{"limit":99999999999999999999}"#, 400),
            (#"{"token":7}"#, 400), (#"{"token":null}"#, 400), (#"{"token":""}"#, 400), (#"{"token":"x"}"#, 400),
            (#"{"limit":3,"sort":"id","properties":{"x":1}}"#, 200), (#"{"limit":1000000}"#, 200),
        ])
    func badPages(page: String, status: Int) async throws {
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            #expect(try await gateway.post(.resource, Self.body(page)).status == status)
        }
    }

    @Test("a token is of one query, one limit and one revision, and no byte of it may change (AZ-PG-4, AZ-PG-8)")
    func tokens() async throws {
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            let first = try await gateway.post(.resource, Self.body(#"{"limit":2}"#)).json()
            let token = try #require(first.nextToken)
            func status(_ page: String, action: String = "read") async throws -> Int {
                try await gateway.post(.resource, Self.body(page, action: action)).status
            }
            #expect(try await status(#"{"token":"\#(token)"}"#) == 200)
            #expect(try await status(#"{"token":"\#(token)","limit":2}"#) == 200)
            #expect(try await status(#"{"token":"\#(token)","limit":3}"#) == 400)
            #expect(try await status(#"{"token":"\#(token)"}"#, action: "write") == 400)
            for index in 0..<token.count {
                var changed = Array(token)
                changed[index] = changed[index] == "0" ? "1" : "0"
                #expect(try await status(#"{"token":"\#(String(changed))"}"#) == 400)
            }
            for other in [token + "00", token.uppercased(), String(token.dropLast(2)), String(token.prefix(16))] {
                #expect(try await status(#"{"token":"\#(other)"}"#) == 400)
            }
            // Members in another order are the same query (AZ-IM-9).
            let reordered = """
                {"page":{"token":"\(token)"},"resource":{"type":"page"},"x":1,
                "action":{"name":"read"},"subject":{"id":"reader","type":"user"}}
                """
            #expect(try await gateway.post(.resource, reordered).status == 200)
            try await gateway.write("catalogue/new.json", #"{"Actions":["new"]}"#)
            #expect(try await status(#"{"token":"\#(token)"}"#) == 400)
        }
    }

    @Test("another process's token is refused: each has a key of its own")
    func processes() async throws {
        let token = try await AuthZENFixture.run(Self.files) { gateway async throws in
            try await gateway.post(.resource, Self.body(#"{"limit":2}"#)).json().nextToken
        }
        try await AuthZENFixture.run(Self.files) { gateway async throws in
            #expect(try await gateway.post(.resource, Self.body("{\"token\":\"\(token ?? "")\"}")).status == 400)
        }
    }

    @Test("work and results of a page are bounded, and its token leads on")
    func bounds() throws {
        let candidates = (0..<25_000).map { SearchIndex.Candidate(id: .init("\($0)"), properties: []) }
        var start: Int? = 0
        var (found, pages) = (0, 0)
        while let position = start {
            var page = FoundPage(limit: 1_000)
            var looked = 0
            try page.fill(candidates, from: position, until: .distantFuture) { _ in
                looked += 1
                return looked % 25 == 0
            }
            #expect(looked <= AuthZENSearch.Limits.evaluationsMax)
            (found, pages, start) = (found + page.found.count, pages + 1, page.next)
        }
        #expect(found == 1_000 && pages == 3)
        // Past its time a page still gets somewhere.
        var late = FoundPage(limit: 1_000)
        try late.fill(candidates, from: 5, until: .uptimeNanoseconds(0)) { _ in true }
        #expect(late.found == ["5"] && late.next == 6)
    }

    @Test("results beyond the most of a page are told by a token, asked for or not (AZ-PG-2)")
    func resultsMax() async throws {
        let ids = (0..<AuthZENSearch.Limits.resultsMax + 5).map { #"{"Type":"record","Id":"many-\#($0)"}"# }
        let files = ["catalogue/many.json": "{\"Resources\":[\(ids.joined(separator: ","))]}"]
        let query = #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record"}"#
        try await AuthZENFixture.run(files) { gateway async throws in
            let first = try await gateway.post(.resource, query + "}").json()
            #expect(first.found.count == AuthZENSearch.Limits.resultsMax)
            let token = try #require(first.nextToken)
            let rest = try await gateway.post(.resource, query + ",\"page\":{\"token\":\"\(token)\"}}").json()
            #expect(rest.found.count == 7 && rest.nextToken?.isEmpty == true)
            #expect(Set(first.found + rest.found).count == AuthZENSearch.Limits.resultsMax + 7)
        }
    }
}
