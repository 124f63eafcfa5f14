internal import JSONDocument
internal import PolicyModel

/// What came of a question, in the words of design §3.4.
struct SimulationAnswer {
    var decision: Decision
    var reason: Reason
    /// The layers that denied or lacked an allow, in the design's order.
    var deniedBy: [String] = []
    /// Every statement that applied to the question, whatever its effect, in the order of layers and documents.
    var statements: [AppliedStatement] = []

    /// The statements that decided: what denies for an explicit deny, else what allows.
    var decidingStatements: [AppliedStatement] {
        statements.filter { $0.effect == (decision == .explicitDeny ? .deny : .allow) }
    }

    /// The layers in the order in which answers list them.
    static let layers = [
        "identityPolicy", "resourcePolicy", "permissionsBoundary", "sessionPolicy", "serviceControlPolicy",
        "resourceControlPolicy",
    ]
}

/// A statement that applied to a question.
struct AppliedStatement: Equatable {
    var layer: String
    /// Such as `identityPolicies[0]`, or the policy's name in a store.
    var policy: String
    var sid: String?
    /// From 0, in document order.
    var index: Int
    var effect: Effect
    /// Where it is written, for policies of files.
    var file = ""
    var line = 1
}

/// The lines that `simulate` writes.
enum SimulationReport {
    static func line(_ answer: SimulationAnswer, name: String?) -> String {
        JSONOutput.object(
            named(name) + [
                ("allowed", .bool(answer.decision == .allowed)), ("decision", .string(answer.decision.rawValue)),
                ("deniedBy", .array(answer.deniedBy.map { .string($0) })),
                ("matchedStatements", .array(answer.decidingStatements.map(statement))),
            ]
        ).serialized()
    }

    static func line(_ fault: MemberFault, name: String?) -> String {
        let error = JSONOutput.object([("message", .string(fault.message)), ("path", .string(fault.path))])
        return JSONOutput.object(named(name) + [("error", error)]).serialized()
    }

    private static func named(_ name: String?) -> [(String, JSONOutput)] {
        name.map { [("name", .string($0))] } ?? []
    }

    private static func statement(_ statement: AppliedStatement) -> JSONOutput {
        var members: [(String, JSONOutput)] = [("policy", .string(statement.policy))]
        if let sid = statement.sid { members.append(("sid", .string(sid))) }
        members += [("index", .int(statement.index)), ("effect", .string(statement.effect.rawValue))]
        return .object(members)
    }
}
