import JSONDocument
import PolicyCases
import PolicyModel
import PolicyReference
import PolicySyntax

/// Why a question of the reference cannot be put to `simulate`.
enum Unsayable: String, Error, CaseIterable {
    /// A policy names the caller by an id, and a line has no ids.
    case id
    /// Policies name a role with a path, and a session of it: the session's ARN does not say the path, the role's names no
    /// session.
    case sessionOfPathedRole
    /// Nothing owns the resource, and in a line the caller's account does.
    case owner
    /// A line has one resource policy, and these do not make one together.
    case resourcePolicies
    /// Facts of the session are missing, which in a line are absent.
    case sessionRequired
    /// The bearer of a provider's token only calls `AssumeRole`.
    case bearer
    /// A managed session policy has a short ARN, which session policies may not have.
    case shortARN
}

/// A question as a line of `simulate`: what the engine would compute is given as context.
struct SimulatedQuestion {
    private let question: ReferenceQuestion
    /// The context as it stands, where it is not the engine's.
    private var given: [Request.ContextEntry]?
    /// Whether kinds of policy that the question has none of are left out, or said to grant nothing.
    private let leavesOut: Bool

    init(_ question: ReferenceQuestion, leavingOutAbsent leavesOut: Bool = false) throws(Unsayable) {
        self.question = question
        self.leavesOut = leavesOut
        try check()
    }

    /// A question in which what is given is all that the context holds, the engine's keys among it.
    init(_ question: ReferenceQuestion, as context: [Request.ContextEntry]) throws(Unsayable) {
        try self.init(question)
        given = context
    }

    /// The line.
    var line: String { JSONOutput.object(members).serialized() }

    // MARK: What a line can say

    private func check() throws(Unsayable) {
        if question.caller.kind == .bearer { throw .bearer }
        if question.resourceAccount == nil { throw .owner }
        if DecisionRules.decide(question).reason == .sessionRequired { throw .sessionRequired }
        if question.resourcePolicies.count > 1, resourcePolicy == nil { throw .resourcePolicies }
        if hasPath, namesSession, namesRole { throw .sessionOfPathedRole }
        let resources = (question.managedSessionPolicies ?? []).flatMap(\.statements).flatMap {
            $0.resource?.patterns ?? []
        }
        if resources.contains(where: { $0 != "*" && ARN($0) == nil }) { throw .shortARN }
        for pattern in principals {
            switch pattern {
            case .userID(let id) where id == question.caller.userID: throw .id
            case .roleID(let id) where id == question.caller.roleID: throw .id
            case .canonicalUser(let id) where id == question.caller.canonicalID: throw .id
            default: break
            }
        }
    }

    private var principals: [PrincipalPattern] {
        question.resourcePolicies.flatMap(\.statements).flatMap { $0.principal?.patterns ?? [] }
    }

    private var namesSession: Bool { principals.contains(.assumedRole(question.caller.arn)) }

    /// Whether a role of that name is named, with whichever path.
    private var namesRole: Bool {
        let own = question.caller.roleARN.flatMap { EntityName($0) }
        return principals.contains { pattern in
            guard case .role(let arn) = pattern, let named = EntityName(arn), let own else { return false }
            return named.account == own.account && named.name == own.name
        }
    }

    /// Whether the caller is a session of a role with a path.
    private var hasPath: Bool {
        question.caller.roleARN.map { $0.split(at: ASCII.slash).count != 2 } ?? false
    }

    /// A session's ARN does not say the path of its role; the role's own stands for any session of it.
    private var principal: Text {
        if hasPath, !namesSession, let role = question.caller.roleARN { return role }
        return question.caller.arn
    }

    /// The policies of the resource as one, whose union is theirs; `nil` where they do not read alike.
    private var resourcePolicy: Document? {
        guard let first = question.resourcePolicies.first else { return nil }
        guard question.resourcePolicies.allSatisfy({ $0.version == first.version }) else { return nil }
        var statements = question.resourcePolicies.flatMap(\.statements)
        // Two of them may have one `Sid`.
        for index in statements.indices { statements[index].sid = nil }
        return Document(version: first.version, statements: statements)
    }

    // MARK: The line

    private var members: [(String, JSONOutput)] {
        var members: [(String, JSONOutput)] = [
            ("principal", .string(principal.string)), ("action", .string(question.action.string)),
            ("resource", .string(question.resource.string)),
            ("resourceAccount", question.resourceAccount.map { .string($0.description) } ?? .null),
            ("context", context), ("resourcePolicyRequired", .bool(question.resourcePolicyRequired)),
        ]
        let identity =
            question.identityPolicies + question.attachedPolicies + question.groupPolicies.flatMap { $0 }
        if !identity.isEmpty || !leavesOut { members.append(("identityPolicies", documents(identity))) }
        if let boundary = question.permissionsBoundary {
            members.append(("permissionsBoundaries", documents([boundary])))
        }
        if question.hasSessionPolicies {
            let policies = (question.sessionPolicies ?? []) + (question.managedSessionPolicies ?? [])
            members.append(("sessionPolicies", documents(policies)))
        }
        if let policy = resourcePolicy ?? (leavesOut ? nil : Self.silent) {
            members.append(("resourcePolicy", document(policy)))
        }
        // Those that bind, and no others: what exempts from them a line does not know.
        if let levels = OrganizationRules.bindingServiceControlPolicies(question) {
            members.append(("serviceControlPolicies", .array(levels.map(documents))))
        }
        if let levels = OrganizationRules.actingResourceControlPolicies(question) {
            members.append(("resourceControlPolicies", .array(levels.map(documents))))
        }
        if let session { members.append(("session", session)) }
        return members
    }

    /// A resource policy that is in play and grants nothing.
    private static let silent = Document(
        version: .v2012,
        statements: [
            Statement(effect: .allow, principal: .principal([.everyone]), action: .action(["nothing:Nothing"]))
        ])

    private var session: JSONOutput? {
        guard let session = question.session else { return nil }
        var members: [(String, JSONOutput)] = [
            ("mfaPresent", .bool(session.mfaPresent)),
            ("tags", .object(session.tags.map { ($0.key.string, .string($0.value.string)) })),
            ("transitiveTagKeys", .array(session.transitiveTagKeys.map { .string($0.string) })),
        ]
        if let provider = session.federatedProvider { members.append(("federatedProvider", .string(provider.string))) }
        if let identity = session.sourceIdentity { members.append(("sourceIdentity", .string(identity.string))) }
        if let issued = session.issued { members.append(("issued", .string(issued.string))) }
        if let seconds = session.mfaAgeSeconds { members.append(("mfaAgeSeconds", .int(seconds))) }
        if question.caller.kind == .federatedUser, let user = question.caller.userARN {
            members.append(("user", .string(user.string)))
        }
        return .object(members)
    }

    /// Everything that the engine would compute, and what is asserted.
    private var context: JSONOutput {
        if let given { return .object(given.map { ($0.key.string, Self.value($0.value)) }) }
        let held = EngineContext.context(of: question).held.sorted { $0.key < $1.key }
        return .object(held.map { ($0.key.string, Self.value($0.value)) })
    }

    private static func value(_ value: ContextValue) -> JSONOutput {
        switch value {
        case .single(let text): .string(text.string)
        case .multiple(let texts): .array(texts.map { .string($0.string) })
        }
    }

    private func documents(_ documents: [Document]) -> JSONOutput { .array(documents.map(document)) }

    private func document(_ document: Document) -> JSONOutput {
        .string(PolicyPrinter.print(document, pretty: false))
    }
}
