import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

/// Every combination of what the layers say, for every kind of caller, reference against tree.
@Suite("The combination of all layers, in full")
struct EnumeratedLayersTests {
    @Test("the tree decides as the reference does, and at home says by which layers", arguments: EnumeratedWorld.pairs)
    func layers(pair: EnumeratedWorld.Pair) throws {
        let decisions = try compare(
            EnumeratedWorld.layers.get(), pair, EnumeratedWorld.Caller.all, count: EnumeratedWorld.Caller.all.count * 31
        )
        // Where the organization denies what is asked, it is denied to nearly everyone: only those decide otherwise whom
        // it does not bind.
        #expect(!decisions.isEmpty && (decisions.count == 3) == EnumeratedWorld.isOpen(pair))
    }

    @Test(
        "so it does by every two statements of resource and trust policies",
        arguments: [
            EnumeratedWorld.Pair(caller: 1, resource: 1), .init(caller: 1, resource: 3), .init(caller: 6, resource: 6),
        ])
    func policies(pair: EnumeratedWorld.Pair) throws {
        let decisions = try compare(
            EnumeratedWorld.policies.get(), pair, EnumeratedWorld.Caller.some,
            count: EnumeratedWorld.Caller.some.count * 277)
        #expect(decisions.count == 3)
    }

    @Test("how many there are")
    func count() {
        #expect(EnumeratedWorld.pairs.count == 29)
        #expect(EnumeratedWorld.Caller.all.count == 48 * 4 + 4 + 2)
        #expect(EnumeratedWorld.Caller.some.count == 18 * 3 + 3 + 2)
    }

    /// Asks everybody about everything; gives the decisions that there were.
    private func compare(
        _ world: EnumeratedWorld, _ pair: EnumeratedWorld.Pair, _ callers: [EnumeratedWorld.Caller], count expected: Int
    ) throws -> Set<Decision> {
        var count = 0
        var decisions: Set<Decision> = []
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        for caller in callers {
            for resource in world.resources {
                let question = world.question(caller, resource, pair)
                let answer = try world.answer(question, caller.session, tracing: pair.isTraced, &view, &scratch)
                let expected = DecisionRules.decide(question)
                count += 1
                decisions.insert(answer.decision)
                if answer.decision != expected.decision || answer.reason != expected.reason
                    || (pair.isTraced && answer.deniedBy != expected.deniedBy)
                {
                    Issue.record("\(pair) \(caller) \(resource): \(answer), not \(expected)")
                }
            }
        }
        #expect(count == expected)
        return decisions
    }
}

extension EnumeratedWorld {
    /// A question about a resource or a role.
    func question(_ caller: Caller, _ resource: Resource, _ pair: Pair) -> ReferenceQuestion {
        var asking = caller.reference(in: accounts[pair.caller])
        if asking.account != nil { asking.organization = organization(pair.caller) }
        let owner = accounts[pair.resource]
        var question = ReferenceQuestion(
            caller: asking, action: resource.isRole ? "sts:AssumeRole" : "docs:Act", resource: resource.arn(in: owner),
            resourceAccount: owner)
        question.resourceOrganization = organization(pair.resource)
        (question.resourcePolicyRequired, question.isTrustPolicy) = (resource.isRequired, resource.isRole)
        question.resourcePolicies = resource.policy.map { [$0] } ?? []
        question.identityPolicies = caller.identity.documents ?? []
        question.permissionsBoundary = caller.boundary.documents?.first
        question.sessionPolicies = caller.session.documents
        if asking.account != nil { question.session = session(of: asking) }
        if asking.account != nil, let documents = Self.places[pair.caller].service.documents {
            question.serviceControlPolicies = [Self.full, documents, Self.full]
        }
        if Self.places[pair.resource].resource != .absent {
            question.resourceControlPolicies = [[], [Self.resourceControl(Self.places[pair.resource].resource)], []]
        }
        return question
    }

    /// A session that is described, so that the question is one that a socket would take; roles' come from a provider.
    private func session(of caller: ReferenceCaller) -> ReferenceSession {
        var session = ReferenceSession()
        if caller.kind == .roleSession { session.federatedProvider = Self.provider }
        return session
    }

    private static let full = [
        Document(
            version: .v2012,
            statements: [Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))])
    ]

    /// What the tree answers; with a trace, which takes twice as long, also which layers denied.
    func answer(
        _ question: ReferenceQuestion, _ session: LayerState, tracing: Bool, _ view: inout RequestView,
        _ scratch: inout Scratch
    ) throws -> ReferenceAnswer {
        Deciding.fill(&view, question, question.caller.arn, snapshot)
        let policies = sessions[session] ?? nil
        guard tracing else {
            let verdict = try Authorizer.decide(
                &view, context: 0..<0, tables: snapshot.tables, sessionPolicies: policies, scratch: &scratch,
                now: question.now)
            return ReferenceAnswer(verdict.decision, verdict.reason)
        }
        let trace = try Authorizer.trace(
            &view, context: 0..<0, tables: snapshot.tables, sessionPolicies: policies, scratch: &scratch,
            now: question.now)
        #expect(trace.recorded.decision == trace.verdict.decision && trace.recorded.reason == trace.verdict.reason)
        return ReferenceAnswer(trace)
    }
}
