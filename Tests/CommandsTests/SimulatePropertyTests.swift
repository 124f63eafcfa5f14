import JSONDocument
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

@testable import Commands

/// The equality "simulate = enforce", by way of the reference: what the engine would compute is given as context.
@Suite("`simulate` decides as the reference does")
struct SimulatePropertyTests {
    @Test("on random questions", arguments: PropertySeeds.all([11, 12, 13]))
    func agrees(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var counts: [String: Int] = [:]
        for number in 0..<250 {
            var question = ReferenceQuestion(generator.question())
            // A line has no ids and no schema.
            (question.caller.userID, question.caller.roleID, question.caller.canonicalID) = (nil, nil, nil)
            question.declaredKeys = [:]
            let expected = DecisionRules.decide(question)
            guard let line = Self.line(question), expected.reason != .sessionRequired else { continue }
            let answer = try Simulated.answer(line)
            // The generator writes documents that write-time rules refuse.
            guard let decision = answer["decision"]?.string else {
                counts["refused", default: 0] += 1
                continue
            }
            counts[decision, default: 0] += 1
            #expect(
                decision == expected.decision.rawValue,
                "seed \(seed) question \(number): \(line)\nthe reference says \(expected)")
            guard expected.decision == .explicitDeny else { continue }
            let layers = answer["deniedBy"]?.elements?.compactMap(\.string) ?? []
            #expect(layers == expected.deniedBy.map(\.rawValue), "seed \(seed) question \(number): \(line)")
        }
        for decision in Decision.allCases { #expect(counts[decision.rawValue, default: 0] > 5, "\(counts)") }
    }

    /// The question as a line; `nil` for what a line cannot say.
    private static func line(_ question: ReferenceQuestion) -> String? {
        let caller = question.caller
        guard let owner = question.resourceAccount, caller.kind != .bearer, !question.isTrustPolicy,
            question.resourcePolicies.count <= 1, caller.kind != .root || question.sessionPolicies == nil
        else { return nil }
        let isRole = caller.kind == .roleSession
        // A session's ARN does not say the path of its role.
        if isRole, caller.roleARN?.string.split(separator: "/").count != 2 { return nil }
        var members: [(String, JSONOutput)] = [
            ("principal", .string(caller.arn.string)), ("action", .string(question.action.string)),
            ("resource", .string(question.resource.string)), ("resourceAccount", .string(owner.description)),
            ("context", context(question)), ("resourcePolicyRequired", .bool(question.resourcePolicyRequired)),
            ("identityPolicies", documents(question.identityPolicies)),
        ]
        if let boundary = question.permissionsBoundary {
            members.append(("permissionsBoundaries", documents([boundary])))
        }
        if let policies = question.sessionPolicies { members.append(("sessionPolicies", documents(policies))) }
        if let policy = question.resourcePolicies.first { members.append(("resourcePolicy", document(policy))) }
        let isBound = !caller.isServiceLinked && caller.organization?.masterAccount != caller.account
        if let levels = question.serviceControlPolicies, isBound, caller.account != nil {
            members.append(("serviceControlPolicies", .array(levels.map(documents))))
        }
        let isOpen = question.resourceControlPolicyServices == nil && !caller.isServiceLinked
        guard isOpen || question.resourceControlPolicies == nil else { return nil }
        if let levels = question.resourceControlPolicies, question.resourceOrganization?.masterAccount != owner {
            members.append(("resourceControlPolicies", .array(levels.map(documents))))
        }
        if let session = session(question) { members.append(("session", session)) }
        return JSONOutput.object(members).serialized()
    }

    private static func session(_ question: ReferenceQuestion) -> JSONOutput? {
        guard let session = question.session else { return nil }
        var members: [(String, JSONOutput)] = [("mfaPresent", .bool(session.mfaPresent))]
        if let provider = session.federatedProvider { members.append(("federatedProvider", .string(provider.string))) }
        if question.caller.kind == .federatedUser, let user = question.caller.userARN {
            members.append(("user", .string(user.string)))
        }
        return .object(members)
    }

    /// Everything that the engine would compute, and what is asserted.
    private static func context(_ question: ReferenceQuestion) -> JSONOutput {
        let held = EngineContext.context(of: question).held.sorted { $0.key < $1.key }
        return .object(
            held.map { key, value in
                switch value {
                case .single(let text): (key.string, .string(text.string))
                case .multiple(let texts): (key.string, .array(texts.map { .string($0.string) }))
                }
            })
    }

    private static func documents(_ documents: [Document]) -> JSONOutput { .array(documents.map(document)) }

    private static func document(_ document: Document) -> JSONOutput {
        .string(PolicyPrinter.print(document, pretty: false))
    }
}
