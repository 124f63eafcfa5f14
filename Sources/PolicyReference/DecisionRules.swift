import PolicyModel

/// The decision for users, role sessions and root users (spec §6.1, §6.3, §6.5, §6.7).
public enum DecisionRules {
    /// Which sets of policies matched, once every document has been looked at.
    private struct Matches {
        /// `id`: an Allow of an identity policy; a root user has none and needs none.
        var identity = false
        /// `pb`: an Allow of the boundary; "absent PB counts as true".
        var boundary = false
        /// `res:<grade>`: the grades of all Allows of resource policies.
        var grades: Set<PrincipalGrade> = []
        /// The sets that have a Deny, in the order in which they are named as the reason.
        var denies: [Reason] = []
    }

    /// Decides a question.
    public static func decide(_ question: ReferenceQuestion) -> ReferenceAnswer {
        // "`sts:GetCallerIdentity` is always allowed for a known principal, explicit denies included" (spec §6.1).
        if question.action.foldedASCII == "sts:getcalleridentity" { return ReferenceAnswer(.allowed, .allowed) }
        if lacksSessionFacts(question) { return ReferenceAnswer(.implicitDeny, .sessionRequired) }
        let matches = matches(question)
        // "**Any** matching Deny in any of them → `ExplicitDeny`" (spec §6.1).
        if let deny = matches.denies.first { return ReferenceAnswer(.explicitDeny, deny) }
        let missing =
            question.caller.account == question.resourceAccount
            ? missingInSameAccount(question, matches) : missingAcrossAccounts(question, matches)
        return missing.map { ReferenceAnswer(.implicitDeny, $0) } ?? ReferenceAnswer(.allowed, .allowed)
    }

    /// The table of spec §6.3; `nil` when a disjunct of it holds, else what was missing first.
    private static func missingInSameAccount(_ question: ReferenceQuestion, _ matches: Matches) -> Reason? {
        let grades = matches.grades
        switch question.caller.kind {
        case .root:
            // "always, unless the resource kind *requires* a resource policy: then any matching res grade".
            return question.resourcePolicyRequired && grades.isEmpty ? .resourcePolicy : nil
        case .user:
            // "`res:user` ∨ `res:everyone`".
            if grades.contains(.user) || grades.contains(.everyone) { return nil }
        case .roleSession:
            // "`res:session` ∨ `res:everyone`".
            if grades.contains(.session) || grades.contains(.everyone) { return nil }
        }
        // "**Resource kinds that require their resource policy**: drop the pure `id∧…` disjunct".
        if question.resourcePolicyRequired, grades.isEmpty { return .resourcePolicy }
        // "`(res:role ∧ pb ∧ sess)`": a role grade stands in for the identity policies.
        if !matches.identity, !grades.contains(.role) { return .identityPolicy }
        // "`(id ∧ pb)`", "`(res:account ∧ id ∧ pb)`".
        return matches.boundary ? nil : .permissionsBoundary
    }

    /// The rule of spec §6.5; `nil` when both sides hold, else what was missing first.
    ///
    /// "Allow iff resource side ∧ principal side: resource side = resource policy Allow with **any** grade incl.
    /// `account`; principal side = `id ∧ pb ∧ sess` […]. No grade bypasses anything" (spec §6.5).
    private static func missingAcrossAccounts(_ question: ReferenceQuestion, _ matches: Matches) -> Reason? {
        if matches.grades.isEmpty { return .resourcePolicy }
        if question.caller.kind == .root { return nil }
        if !matches.identity { return .identityPolicy }
        return matches.boundary ? nil : .permissionsBoundary
    }
}

extension DecisionRules {
    /// Looks at every statement of every document.
    private static func matches(_ question: ReferenceQuestion) -> Matches {
        let context = EngineContext.context(of: question)
        func matching(_ documents: [Document], _ kind: PolicyKind, _ effect: Effect) -> [Statement] {
            documents.flatMap { document in
                document.statements.filter {
                    $0.effect == effect
                        && StatementRules.matches(
                            $0, of: document, kind: kind, action: question.action, resource: question.resource,
                            in: context)
                }
            }
        }
        // "root has no identity policy and no PB" (spec §6.3).
        let isRoot = question.caller.kind == .root
        let identity = isRoot ? [] : question.identityPolicies
        let boundary = isRoot ? nil : question.permissionsBoundary
        var matches = Matches()
        matches.identity = !matching(identity, .identity, .allow).isEmpty
        matches.boundary = boundary.map { !matching([$0], .boundary, .allow).isEmpty } ?? true
        for statement in matching(question.resourcePolicies, .resource, .allow) {
            matches.grades.formUnion(PrincipalRules.grades(of: statement.principal, for: question.caller))
        }
        if !matching(identity, .identity, .deny).isEmpty { matches.denies.append(.identityPolicyDeny) }
        if let boundary, !matching([boundary], .boundary, .deny).isEmpty {
            matches.denies.append(.permissionsBoundaryDeny)
        }
        let hits = matching(question.resourcePolicies, .resource, .deny).contains {
            PrincipalRules.denyHits($0.principal, question.caller, hasBoundary: boundary != nil)
        }
        if hits { matches.denies.append(.resourcePolicyDeny) }
        return matches
    }

    /// "if any document in play tests `aws:TokenIssueTime`, `aws:SourceIdentity` or `aws:FederatedProvider` the answer
    /// is implicitDeny, reason `sessionRequired`: a revocation never fails open" (design §3.3).
    ///
    /// No session brings such facts yet. A variable that names one tests it too.
    static func lacksSessionFacts(_ question: ReferenceQuestion) -> Bool {
        guard question.caller.kind == .roleSession else { return false }
        let facts: Set<Text> = ["aws:tokenissuetime", "aws:sourceidentity", "aws:federatedprovider"]
        let documents =
            question.identityPolicies + question.resourcePolicies + (question.permissionsBoundary.map { [$0] } ?? [])
        return documents.contains { !keys(testedBy: $0).isDisjoint(with: facts) }
    }

    private static func keys(testedBy document: Document) -> Set<Text> {
        var keys: Set<Text> = []
        for statement in document.statements {
            keys.formUnion(statement.conditions.map(\.key.foldedASCII))
            guard document.version == .v2012 else { continue }
            let values = statement.conditions.filter(\.operator.base.takesVariables).flatMap(\.values)
            for value in values + (statement.resource?.patterns ?? []) {
                keys.formUnion(VariableRules.keys(in: value))
            }
        }
        return keys
    }
}
