internal import Authorizer
internal import Directory
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
    /// Whether looking at every statement took too many steps, so that some may be missing among them.
    var isIncomplete = false

    /// The statements that decided: what denies for an explicit deny, else what allows.
    var decidingStatements: [AppliedStatement] {
        statements.filter { $0.effect == (decision == .explicitDeny ? .deny : .allow) }
    }

    init(decision: Decision, reason: Reason) {
        self.decision = decision
        self.reason = reason
    }

    /// What an explanation says, in the names that the question gives its policies.
    init(_ verdict: Verdict, _ explanation: Explanation, of simulation: Simulation) {
        self.init(decision: verdict.decision, reason: verdict.reason)
        // A kind that is absent is not in play, but session policies of a federated user (spec §6.3); and what is denied is
        // denied by something.
        let isFederated = simulation.caller.kind == .federatedUser
        let inPlay = explanation.deniedBy.filter {
            simulation.policies.hasLayer($0) || (isFederated && $0 == "sessionPolicy")
        }
        deniedBy = inPlay.isEmpty ? explanation.deniedBy : inPlay
        let boundary = simulation.policies.boundaries.map { BoundaryUnion($0) }
        isIncomplete = explanation.layers.contains { !$0.isComplete }
        // What is built in is no policy of the question.
        statements = explanation.layers.flatMap(\.statements)
            .filter { $0.outcome == "applied" && $0.file != Organization.builtInFile }
            .map { AppliedStatement($0, boundary, simulation) }
    }
}

extension AppliedStatement {
    init(_ statement: Explanation.Statement, _ boundary: BoundaryUnion?, _ simulation: Simulation) {
        var (policy, index) = (statement.policy, statement.index)
        switch statement.layer {
        case "permissionsBoundary":
            if let boundary, boundary.origins.indices.contains(index) {
                (policy, index) = (boundary.origins[index].policy.string, boundary.origins[index].index)
            }
        case "sessionPolicy": policy = AppliedStatement.label(statement, simulation.policies.session)
        case "resourcePolicy": policy = AppliedStatement.resourceLabel(statement, simulation)
        default: break
        }
        self.init(
            layer: statement.layer, policy: policy, sid: statement.sid, index: index,
            effect: statement.effect == Effect.deny.rawValue ? .deny : .allow, file: statement.file,
            line: statement.line)
    }

    /// Session policies are numbered from 1 in explanations.
    static func label(_ statement: Explanation.Statement, _ policies: [SimulatedPolicy]?) -> String {
        let number = Int(statement.policy.split(separator: " ").last ?? "") ?? 0
        guard let policies, policies.indices.contains(number - 1) else { return statement.policy }
        return policies[number - 1].label.string
    }

    /// Registry entries are the resource with a star more for each policy.
    private static func resourceLabel(_ statement: Explanation.Statement, _ simulation: Simulation) -> String {
        let policies = simulation.policies.resource ?? []
        let number = max(statement.policy.utf8.count - simulation.resource.string.utf8.count, 0)
        return policies.indices.contains(number) ? policies[number].label.string : policies.first?.label.string ?? ""
    }
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
            ] + (answer.isIncomplete ? [("incomplete", .bool(true))] : [])
        ).serialized()
    }

    /// An error; a line without a name is known by its number.
    static func line(_ fault: MemberFault, name: String?, number: Int) -> String {
        let error = JSONOutput.object([("message", .string(fault.message)), ("path", .string(fault.path))])
        return JSONOutput.object(
            named(name) + [("error", error)] + (name == nil ? [("line", .int(number))] : [])
        ).serialized()
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
