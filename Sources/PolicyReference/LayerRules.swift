import PolicyModel

/// What each kind of policy says of a question (spec §6.1).
///
/// "Collect every applicable document."
public struct LayerFindings: Sendable, Hashable {
    /// `id`: an Allow of an identity policy; a root user has none and needs none.
    public var identity = false
    /// `pb`: an Allow of the boundary; "absent PB counts as true".
    public var boundary = true
    /// `sess`: an Allow of a session policy; absent it counts as true, but for a federated user as false.
    public var session = true
    /// Whether every level of the service control policies that bind the caller allows it.
    public var serviceControl = true
    /// `res:<grade>`: the grades of all Allows of resource policies.
    public var grades: Set<PrincipalGrade> = []
    /// The layers that have a matching Deny.
    public var denies: Set<ReferenceLayer> = []
}

/// Looks at every statement of every document in play.
public enum LayerRules {
    /// What all layers say.
    public static func findings(_ question: ReferenceQuestion) -> LayerFindings {
        let policies = PoliciesInPlay(question)
        // Nothing but conditions and variables reads a key.
        let isRead = policies.all.contains(where: \.readsKeys)
        let look = Look(question: question, context: isRead ? EngineContext.context(of: question) : ReferenceContext())
        var findings = LayerFindings()
        findings.identity = look.finds(.allow, in: policies.identity, .identity)
        findings.boundary = policies.boundary.map { look.finds(.allow, in: [$0], .boundary) } ?? true
        findings.session =
            policies.hasSession
            ? look.finds(.allow, in: policies.session, .session)
                || look.finds(.allow, in: policies.managedSession, .managed)
            : question.caller.kind != .federatedUser
        // "at **every** level some attached policy must Allow" (spec §6.2).
        findings.serviceControl = policies.serviceControl.allSatisfy { look.finds(.allow, in: $0, .scp) }
        findings.grades = look.grades(of: policies.resource)
        findings.denies = denies(policies, look)
        return findings
    }

    /// The layers that have a matching Deny.
    ///
    /// "**Any** matching Deny in any of them (RCP, SCP, resource, identity incl. group, PB, every session policy)"
    /// (spec §6.1).
    private static func denies(_ policies: PoliciesInPlay, _ look: Look) -> Set<ReferenceLayer> {
        var layers: Set<ReferenceLayer> = []
        if look.finds(.deny, in: policies.identity, .identity) { layers.insert(.identityPolicy) }
        if look.finds(.deny, in: policies.boundary.map { [$0] } ?? [], .boundary) {
            layers.insert(.permissionsBoundary)
        }
        if look.finds(.deny, in: policies.session, .session) || look.finds(.deny, in: policies.managedSession, .managed)
        {
            layers.insert(.sessionPolicy)
        }
        if look.finds(.deny, in: policies.serviceControl.flatMap { $0 }, .scp) { layers.insert(.serviceControlPolicy) }
        if look.hits(policies.resource, hasBoundary: policies.boundary != nil) { layers.insert(.resourcePolicy) }
        // Their principal "must be `"*"`" (spec §2.5): everyone.
        if look.finds(.deny, in: policies.resourceControl.flatMap { $0 }, .rcp) {
            layers.insert(.resourceControlPolicy)
        }
        return layers
    }
}

/// The documents that have a say in a question.
struct PoliciesInPlay {
    /// "root has no identity policy and no PB" (spec §6.3), and whoever has no account has neither.
    var identity: [Document] = []
    var boundary: Document?
    /// Whether the caller is under session policies, which only an IAM principal is.
    var hasSession = false
    var session: [Document] = []
    /// By the write-time rules of managed policies, which complete short ARNs.
    var managedSession: [Document] = []
    /// By level; empty when none bind the caller.
    var serviceControl: [[Document]]
    /// By level; empty when none act.
    var resourceControl: [[Document]]
    var resource: [Document]

    init(_ question: ReferenceQuestion) {
        let caller = question.caller
        if caller.account != nil, caller.kind != .root {
            // "The union of all policies of one kind on one entity is one set (user's own + groups')" (spec §6.1).
            identity = question.identityPolicies + question.attachedPolicies
            // "Groups are not principals": only users are in them (spec §10).
            if caller.roleARN == nil { identity += question.groupPolicies.flatMap { $0 } }
            boundary = question.permissionsBoundary
        }
        if caller.account != nil {
            hasSession = question.hasSessionPolicies
            session = question.sessionPolicies ?? []
            managedSession = question.managedSessionPolicies ?? []
        }
        serviceControl = OrganizationRules.bindingServiceControlPolicies(question) ?? []
        resourceControl = OrganizationRules.actingResourceControlPolicies(question) ?? []
        resource = question.resourcePolicies
    }

    /// All of them.
    var all: [Document] {
        identity + (boundary.map { [$0] } ?? []) + session + managedSession + resource
            + serviceControl.flatMap { $0 } + resourceControl.flatMap { $0 }
    }
}

/// A question with its context, held against statements.
private struct Look {
    var question: ReferenceQuestion
    var context: ReferenceContext

    func finds(_ effect: Effect, in documents: [Document], _ kind: PolicyKind) -> Bool {
        !statements(effect, in: documents, kind).isEmpty
    }

    func grades(of documents: [Document]) -> Set<PrincipalGrade> {
        // "IdP of the session […]; in trust: the unauthenticated caller" (spec §6.4), whose provider it presents.
        let provider = question.isTrustPolicy ? nil : question.session?.federatedProvider
        var grades: Set<PrincipalGrade> = []
        for statement in statements(.allow, in: documents, resourceKind) {
            grades.formUnion(
                PrincipalRules.grades(of: statement.principal, for: question.caller, provider: provider))
        }
        // "trust only (`Federated` principal + conditions on `aud`/`sub`)" (spec §8): by nothing else is a bearer trusted.
        return question.caller.kind == .bearer ? grades.intersection([.federated]) : grades
    }

    func hits(_ documents: [Document], hasBoundary: Bool) -> Bool {
        statements(.deny, in: documents, resourceKind).contains {
            PrincipalRules.denyHits(
                $0.principal, question.caller, hasBoundary: hasBoundary,
                provider: question.session?.federatedProvider)
        }
    }

    private var resourceKind: PolicyKind { question.isTrustPolicy ? .trust : .resource }

    /// Those that match, but for their principal.
    private func statements(_ effect: Effect, in documents: [Document], _ kind: PolicyKind) -> [Statement] {
        documents.flatMap { document in
            document.statements.filter {
                $0.effect == effect
                    && StatementRules.matches(
                        $0, of: document, kind: kind, action: question.action, resource: question.resource,
                        in: context)
            }
        }
    }
}

extension Document {
    /// Whether what the document says depends on any key of the request.
    fileprivate var readsKeys: Bool {
        statements.contains { statement in
            !statement.conditions.isEmpty || (statement.resource?.patterns ?? []).contains { $0.string.contains("${") }
        }
    }
}
