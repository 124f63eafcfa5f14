internal import JSONDocument
internal import PosternClient

/// An answer for people and for programs.
enum AnswerReport {
    static func text(_ answer: Answer, style: Style) -> String {
        var lines = [verdict(answer.isAllowed, answer.decision, style)]
        guard let explanation = answer.explanation else { return lines[0] }
        lines += ExplanationReport(style: style).lines(explanation)
        lines.append("  revision   \(answer.revision)")
        return lines.joined(separator: "\n")
    }

    static func text(_ role: AssumedRole, style: Style) -> String {
        var lines = [verdict(role.isAllowed, role.decision, style)]
        if let principal = role.principal { lines.append("  principal  \(UserLine.of(principal))") }
        for (name, session) in member("session", role.sessionJSON) {
            lines.append("  \(name)    \(UserLine.json(session))")
        }
        if let explanation = role.explanation { lines += ExplanationReport(style: style).lines(explanation) }
        lines.append("  revision   \(role.revision)")
        return lines.joined(separator: "\n")
    }

    private static func verdict(_ isAllowed: Bool, _ decision: Decision, _ style: Style) -> String {
        isAllowed ? style.paint("allowed", .green) : style.paint("denied", .red) + " (\(decision.rawValue))"
    }

    static func json(_ answer: Answer) -> String {
        JSONOutput.object(
            [
                ("allowed", .bool(answer.isAllowed)), ("decision", .string(answer.decision.rawValue)),
                ("revision", .string(answer.revision)),
            ] + member("explanation", answer.explanation?.json)
        ).serialized()
    }

    static func json(_ role: AssumedRole) -> String {
        JSONOutput.object(
            [("allowed", .bool(role.isAllowed)), ("decision", .string(role.decision.rawValue))]
                + (role.principal.map { [("principal", .string($0))] } ?? []) + member("session", role.sessionJSON)
                + [("revision", .string(role.revision))] + member("explanation", role.explanation?.json)
        ).serialized()
    }

    /// A member that is JSON already; none for `nil`.
    private static func member(_ name: String, _ json: String?) -> [(String, JSONOutput)] {
        guard let json, let document = try? JSONDocument(Array(json.utf8), limits: .reply) else { return [] }
        return [(name, JSONOutput(document.root))]
    }
}

extension JSONLimits {
    /// What a sidecar's reply may hold: it explains documents, which may be large.
    static let reply = JSONLimits(bytesMax: 16 * 1024 * 1024, depthMax: 64, nodesMax: 2_000_000)
}
