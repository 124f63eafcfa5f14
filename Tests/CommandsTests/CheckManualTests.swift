import Foundation
import Testing

import enum PolicySyntax.DiagnosticCode

@Suite("The manual's page on checking")
struct CheckManualTests {
    @Test("it has every code that a document can get")
    func codes() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("Sources/postern/postern.docc/Check.md"), encoding: .utf8)
        for code in DiagnosticCode.allCases { #expect(page.contains("`\(code.rawValue)`"), "\(code.rawValue)") }
    }
}
