import JSONDocument
import Testing

/// The requests of the certification scenario, as its text has them: a block of JSON after a line in bold, under the anchor
/// of its section, with what is expected of the answer.
struct CertificationRequest: Sendable, CustomStringConvertible {
    /// Such as `c-2-4-1`.
    let anchor: String
    /// The line in bold before the request.
    let label: String
    let body: String
    let expectedStatus: Int
    /// The block of JSON behind "Expected"; one that is only a sketch is no JSON.
    var expected: JSONNode?
    /// Whether the line behind "Expected" says that the decision is true.
    let saysPermit: Bool

    var description: String { "\(anchor) \(label)" }

    /// Where the request is sent: the scenario says so in its sections, and for some in the line before.
    var endpoint: AuthZENEndpoint {
        if anchor.hasPrefix("c-2-") { return .evaluation }
        if anchor.hasPrefix("c-3-") { return .evaluations }
        if anchor.hasPrefix("c-4-3") || label.contains("Resource Search") { return .resource }
        if anchor.hasPrefix("c-4-4") || label.contains("Action Search") { return .action }
        return .subject
    }

    /// All requests of the text, in order.
    static func all() throws -> [CertificationRequest] {
        let text = String(
            decoding: try AuthZENTodoTests.vectors("authorization-api-1_0-scenario.md"), as: UTF8.self)
        var reader = Reader()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { reader.read(String(line)) }
        return reader.finish()
    }

    /// Goes through the text line by line.
    private struct Reader {
        private var requests: [CertificationRequest] = []
        private var anchor = ""
        private var label = ""
        private var body: String?
        private var block: [String]?
        private var isExpectation = false

        mutating func read(_ line: String) {
            if line.hasPrefix("~~~") {
                guard let lines = block else { return block = [] }
                block = nil
                return end(lines.joined(separator: "\n"))
            }
            if block != nil {
                block?.append(line)
            } else if line.hasPrefix("#") {
                anchor = String(line.split(separator: "#").last?.dropLast() ?? "")
                (label, body, isExpectation) = ("", nil, false)
            } else if line.hasPrefix("**Expected") {
                expect(line)
            } else if line.hasPrefix("**") {
                (label, isExpectation) = (line, false)
            }
        }

        private mutating func end(_ text: String) {
            if isExpectation {
                let expected = try? JSONDocument(Array(text.utf8), limits: .file).root
                if !requests.isEmpty, requests[requests.count - 1].expected == nil {
                    requests[requests.count - 1].expected = expected
                }
            } else if !label.isEmpty {
                body = text
            }
        }

        private mutating func expect(_ line: String) {
            isExpectation = true
            guard let body else { return }
            requests.append(
                CertificationRequest(
                    anchor: anchor, label: label, body: body, expectedStatus: line.contains("400") ? 400 : 200,
                    saysPermit: line.contains(#""decision": true"#)))
            self.body = nil
        }

        func finish() -> [CertificationRequest] { requests }
    }
}
