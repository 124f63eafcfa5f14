import JSONDocument
import Testing

@testable import Commands

@Suite("Findings as SARIF")
struct CheckSarifTests {
    private func finding(_ code: String, isError: Bool, file: String) -> CheckFinding {
        CheckFinding(
            isError: isError, code: code, message: "say \"what\"", file: file,
            position: JSONPosition(line: 3, column: 9), path: "Statement[0]")
    }

    private func root(_ findings: [CheckFinding]) throws -> JSONNode {
        let outcome = CheckOutcome(documentCount: 1, findings: findings)
        return try JSONDocument(Array(outcome.sarif.utf8), limits: .file).root
    }

    @Test("every required member is there, and every rule that is named is declared")
    func structure() throws {
        let root = try root([
            finding("never-matches", isError: false, file: "./policies/a b.json"),
            finding("invalid-json", isError: true, file: "policies/é.json"),
            finding("never-matches", isError: false, file: "/srv/x.json"),
        ])
        #expect(root["version"]?.string == "2.1.0")
        #expect(root["$schema"]?.string?.hasSuffix("sarif-2.1.0.json") ?? false)
        let run = try #require(root["runs"]?.elements?.first)
        #expect(run["columnKind"]?.string == "unicodeCodePoints")
        let driver = try #require(run["tool"]?["driver"])
        #expect(driver["name"]?.string == "postern")
        let rules = (driver["rules"]?.elements ?? []).compactMap { $0["id"]?.string }
        #expect(rules == ["invalid-json", "never-matches"])
        #expect(driver["rules"]?.elements?[1]["shortDescription"]?["text"]?.string == "Never matches")
        let results = run["results"]?.elements ?? []
        #expect(results.map { $0["level"]?.string } == ["warning", "error", "warning"])
        for result in results {
            #expect(rules.contains(result["ruleId"]?.string ?? ""))
            #expect(result["message"]?["text"]?.string == "say \"what\"")
        }
        let places = results.compactMap { $0["locations"]?.elements?.first?["physicalLocation"] }
        #expect(
            places.map { $0["artifactLocation"]?["uri"]?.string } == [
                "policies/a%20b.json", "policies/%C3%A9.json", "file:///srv/x.json",
            ])
        #expect(places.allSatisfy { $0["region"]?["startLine"]?.value == .number("3") })
        #expect(places.allSatisfy { $0["region"]?["startColumn"]?.value == .number("9") })
    }

    @Test("a clean check is a run without results")
    func clean() throws {
        let run = try #require(try root([])["runs"]?.elements?.first)
        #expect(run["results"]?.elements?.isEmpty ?? false)
        #expect(run["tool"]?["driver"]?["rules"]?.elements?.isEmpty ?? false)
    }

    @Test("one broken target is one line, with how many name it")
    func grouped() {
        let missing = (1...3).map { finding("missing-reference", isError: true, file: "u\($0).json") }
        let outcome = CheckOutcome(
            documentCount: 3, findings: missing + [finding("never-matches", isError: false, file: "w.json")])
        let text = CheckReport(style: Style(isColoured: false)).text(outcome)
        #expect(
            text == """
                u1.json:3:9: error: say "what" [missing-reference], and at 2 more places
                w.json:3:9: warning: say "what" [never-matches]
                3 documents, 3 errors, 1 warning

                """)
    }
}
