import Directory
import PolicyModel
import Testing

@testable import Gateway

@Suite("Paths of requests")
struct RequestPathTests {
    /// A target with what each mode makes of it: segments joined by ` | `, or why it is refused.
    struct Row: Sendable, CustomTestStringConvertible {
        let target: String
        let reject: String
        let normalize: String
        let raw: String
        var testDescription: String { target }

        init(_ target: String, _ reject: String, _ normalize: String? = nil, raw: String? = nil) {
            (self.target, self.reject) = (target, reject)
            self.normalize = normalize ?? reject
            self.raw = raw ?? reject
        }
    }

    static let rows = [
        Row("/", ""),
        Row("/a", "a"),
        Row("/a/", "a | "),
        Row("/a/b?x=1", "a | b"),
        Row("/a%20b", "a b", raw: "a%20b"),
        Row("/%C3%A9", "é", raw: "%C3%A9"),
        Row("/%61dmin", "admin", raw: "%61dmin"),
        Row("/a%2525", "a%25", raw: "a%2525"),
        Row("/%252e%252e/x", "%2e%2e | x", raw: "%252e%252e | x"),
        Row("/a/..", "!dotSegment", "", raw: "a | .."),
        Row("/a/./b", "!dotSegment", "a | b", raw: "a | . | b"),
        Row("/a/../b", "!dotSegment", "b", raw: "a | .. | b"),
        Row("/a/b/..", "!dotSegment", "a | ", raw: "a | b | .."),
        Row("/..", "!dotSegment", raw: ".."),
        Row("/a/../../b", "!dotSegment", raw: "a | .. | .. | b"),
        Row("/a/%2e%2e/b", "!dotSegment", "b", raw: "a | %2e%2e | b"),
        Row("/a/.%2E/b", "!dotSegment", "b", raw: "a | .%2E | b"),
        Row("/a/%2e/b", "!dotSegment", "a | b", raw: "a | %2e | b"),
        Row("/a/..;/b", "!parameter", raw: "a | ..; | b"),
        Row("/a;x", "!parameter", raw: "a;x"),
        Row("/a/;/b", "!parameter", raw: "a | ; | b"),
        Row("/a%3Bx", "a;x", raw: "a%3Bx"),
        Row("/a;x?b;c", "!parameter", raw: "a;x"),
        Row("/a?b;c", "a"),
        Row("/x//../a", "!emptySegment", "!dotSegment", raw: "x |  | .. | a"),
        Row("/x//./../a", "!emptySegment", "!dotSegment", raw: "x |  | . | .. | a"),
        Row("/x//y/../a", "!emptySegment", "x | a", raw: "x |  | y | .. | a"),
        Row("/a/..%3bx/b", "!dotSegment", raw: "a | ..%3bx | b"),
        Row("/a/.../b", "a | ... | b"),
        Row("/a/..b", "a | ..b"),
        Row("//a", "!emptySegment", "a", raw: " | a"),
        Row("/a//b", "!emptySegment", "a | b", raw: "a |  | b"),
        Row("/a//", "!emptySegment", "a | ", raw: "a |  | "),
        Row("/a%2Fb", "!encodedSlash", raw: "a%2Fb"),
        Row("/a%2fb", "!encodedSlash", raw: "a%2fb"),
        Row("/a%5Cb", "!backslash", raw: "a%5Cb"),
        Row("/a\\b", "!backslash", raw: "a\\b"),
        Row("/a%00b", "!encodedControl", raw: "a%00b"),
        Row("/a%0d%0ab", "!encodedControl", raw: "a%0d%0ab"),
        Row("/a%7f", "!encodedControl", raw: "a%7f"),
        Row("/a%C2%85", "!encodedControl", raw: "a%C2%85"),
        Row("/a%A", "!badEscape", raw: "a%A"),
        Row("/a%", "!badEscape", raw: "a%"),
        Row("/a%zz", "!badEscape", raw: "a%zz"),
        Row("/a%C3", "!notUTF8", raw: "a%C3"),
        Row("/a%C0%AF", "!notUTF8", raw: "a%C0%AF"),
        Row("/a%ED%A0%80", "!notUTF8", raw: "a%ED%A0%80"),
        Row("/a\u{FFFD}", "!strayByte"),
        Row("/a b", "!strayByte"),
        Row("/a\tb", "!strayByte"),
        Row("/a\u{0}", "!strayByte"),
        Row("/a#b", "!fragment"),
        Row("", "!notAPath"),
        Row("*", "!notAPath"),
        Row("a/b", "!notAPath"),
        Row("host:443", "!notAPath"),
        Row("ftp://h/a", "!notAPath"),
        Row("http://h/a", "a"),
        Row("HTTPS://h:8443/a?x", "a"),
        Row("http://h", ""),
        Row("http://h?x=1", ""),
        Row("http:///a", "!notAPath"),
        Row("http://u@h/a", "!notAPath"),
        // The line of spec §2.2 that five proxies were sent.
        Row(
            "/a/../b//c/%2e%2e/%2Fd?x=1", "!dotSegment", "!encodedSlash", raw: "a | .. | b |  | c | %2e%2e | %2Fd"),
    ]

    @Test("every way to write a path is read in one way or refused", arguments: rows)
    func row(_ row: Row) {
        #expect(Self.outcome(row.target, .reject) == row.reject)
        #expect(Self.outcome(row.target, .normalize) == row.normalize)
        #expect(Self.outcome(row.target, .raw) == row.raw)
    }

    static func outcome(_ target: String, _ mode: HTTPMapping.PathMode) -> String {
        do throws(RequestPath.Failure) {
            return try RequestPath(target, mode: mode).segments.map(\.string).joined(separator: " | ")
        } catch {
            return "!\(error.rawValue)"
        }
    }

    @Test("what is refused stays refused, and what is read has no part that a server could read otherwise")
    func random() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("/.%2eEfF5cC0;\\ab?#é\u{0}+ ".unicodeScalars)
        for _ in 0..<20_000 {
            var target = String.UnicodeScalarView()
            if Bool.random(using: &random) { target.append("/") }
            for _ in 0..<Int.random(in: 0...16, using: &random) {
                target.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
            }
            let text = String(target)
            guard let path = try? RequestPath(text, mode: .reject) else { continue }
            for (index, segment) in path.segments.enumerated() {
                let isLast = index == path.segments.count - 1
                #expect(segment != "." && segment != ".." && (isLast || !segment.isEmpty), "\(text)")
                #expect(!segment.contains(0x2F) && !segment.contains(0x5C) && !segment.contains(0), "\(text)")
            }
            // What is not ambiguous is the same when dots are resolved.
            #expect((try? RequestPath(text, mode: .normalize)) == path, "\(text)")
        }
    }

    @Test(
        "a query's value is told only when every server would read the same",
        arguments: [
            ("id=1", "1"), ("a=2&id=1", "1"), ("id=a%20b+c", "a b c"), ("id", ""), ("id=", ""), ("x=1", "-"), ("", "-"),
            ("id=1&id=2", "!"), ("id=1&id=1", "!"), ("%69d=1", "1"), ("%69d=1&id=1", "!"), ("id=1;x=2", "!"),
            ("id[]=1", "!"), ("id=%zz", "!"), ("%zz=1&id=2", "!"), ("id=%C3", "!"), ("idx=1", "-"), ("ID=1", "-"),
        ])
    func query(_ query: String, _ expected: String) {
        let outcome: String
        do throws(RequestQuery.Ambiguity) {
            outcome = try RequestQuery(Text(query)).value("id") ?? "-"
        } catch {
            outcome = "!"
        }
        #expect(outcome == expected)
    }

    @Test(
        "hosts are read without ports, and what is none is refused",
        arguments: [
            ("api.example.com", "api.example.com"), ("API.Example.com:8443", "api.example.com"), ("h.", "h"),
            ("[::1]:80", "[::1]"), ("", nil), ("a b", nil), ("a,b", nil), ("a:b", nil), (".a", nil), ("[::1", nil),
            ("a/b", nil), ("u@h", nil),
        ] as [(String, String?)])
    func host(_ authority: String, _ expected: String?) {
        #expect(RequestHost.name(authority)?.string == expected)
    }

    @Test(
        "the client's address is what the first trusted proxy has added",
        arguments: [
            (["1.2.3.4"], 1, "1.2.3.4"), (["6.6.6.6, 1.2.3.4"], 1, "1.2.3.4"), (["6.6.6.6", "1.2.3.4"], 1, "1.2.3.4"),
            (["6.6.6.6, 1.2.3.4, 10.0.0.1"], 2, "1.2.3.4"), (["1.2.3.4"], 2, nil), ([], 1, nil),
            (["1.2.3.4:5678"], 1, "1.2.3.4"), (["[2001:db8::1]:443"], 1, "2001:db8::1"),
            (["2001:db8::1"], 1, "2001:db8::1"),
            (["unknown"], 1, nil), (["1.2.3.4,"], 1, nil), (["1.2.3"], 1, nil), (["[1.2.3.4"], 1, nil),
        ] as [([String], Int, String?)])
    func address(_ values: [String], _ hops: Int, _ expected: String?) {
        #expect(ClientAddress.client(values, trustedHops: hops) == expected)
    }
}
