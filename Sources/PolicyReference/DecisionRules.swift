import PolicyModel

/// The decision (spec §6.1, §6.3, §6.5, §6.7).
public enum DecisionRules {
    /// Decides a question.
    public static func decide(_ question: ReferenceQuestion) -> ReferenceAnswer {
        let caller = question.caller
        // Who is behind a federated user must be known before anything is (spec §6.3 "`id(user)`").
        if caller.kind == .federatedUser, caller.userARN == nil { return denied(.sessionRequired) }
        // "`sts:GetCallerIdentity` is always allowed for a known principal, explicit denies included" (spec §6.1).
        let isKnown = caller.kind != .anonymous && caller.kind != .bearer
        if isKnown, question.action.foldedASCII == "sts:getcalleridentity" {
            return ReferenceAnswer(.allowed, .allowed)
        }
        if CredentialRules.areUnsuitable(question) { return denied(.unsuitableCredentials) }
        return decideByPolicies(question)
    }

    /// Decides by the policies alone.
    static func decideByPolicies(_ question: ReferenceQuestion) -> ReferenceAnswer {
        if question.resourceAccount == nil { return denied(.unknownResourceAccount) }
        if CredentialRules.lacksSessionFacts(question) { return denied(.sessionRequired) }
        let findings = LayerRules.findings(question)
        // "**Any** matching Deny in any of them → `ExplicitDeny`" (spec §6.1).
        if !findings.denies.isEmpty { return explicitDeny(findings, question) }
        let isAllowed = findings.serviceControl && isAllowed(question, findings)
        return isAllowed ? ReferenceAnswer(.allowed, .allowed) : implicitDeny(findings, question)
    }

    private static func denied(_ reason: Reason) -> ReferenceAnswer {
        ReferenceAnswer(.implicitDeny, reason)
    }

    // MARK: The tables

    /// The combination, once no Deny matches and every ceiling lets it through.
    ///
    /// It is what "3. RCP ceiling → 4. SCP ceiling → 5. combination" (spec §6.1) comes to for the fifth.
    private static func isAllowed(_ question: ReferenceQuestion, _ found: LayerFindings) -> Bool {
        switch question.caller.kind {
        // "service principal: `res:service` ∨ `res:everyone`; anonymous: `res:everyone`" (spec §6.3); "Anonymous and
        // service principals count only the resource side" (spec §6.5). "AssumeRoleWithWebIdentity / WithSAML: trust
        // only" (spec §8).
        case .service, .anonymous, .bearer: !found.grades.isEmpty
        case .user, .root, .roleSession, .federatedUser:
            question.caller.account == question.resourceAccount
                ? isAllowedInSameAccount(question, found) : isAllowedAcrossAccounts(question, found)
        }
    }

    /// The table of spec §6.3, a row a kind.
    ///
    /// A session policy is a ceiling for users and root users, too; where it is absent `sess` is true for them. A user
    /// with session policies has the row of a federated user: such is the only session of a user that AWS limits.
    private static func isAllowedInSameAccount(_ question: ReferenceQuestion, _ found: LayerFindings) -> Bool {
        let (id, pb, sess) = (found.identity, found.boundary, found.session)
        func res(_ grade: PrincipalGrade) -> Bool { found.grades.contains(grade) }
        // "**Resource kinds that require their resource policy**: drop the pure `id∧…` disjunct; everything else stays."
        let isPure = !requiresResourcePolicy(question)
        switch question.caller.kind {
        case .root:
            // "always, unless the resource kind *requires* a resource policy: then any matching res grade".
            return (isPure && sess) || res(.everyone) || (res(.account) && sess)
        case .user:
            let isNamed = isLimited(question) ? res(.user) && pb && sess : res(.user)
            return (isPure && id && pb && sess) || isNamed || res(.everyone) || (res(.account) && id && pb && sess)
        case .roleSession:
            return (isPure && id && pb && sess) || (res(.role) && pb && sess) || (res(.federated) && pb && sess)
                || res(.session) || res(.everyone) || (res(.account) && id && pb && sess)
        case .federatedUser:
            return (isPure && id && pb && sess) || (res(.user) && pb && sess) || res(.federatedUser)
                || res(.everyone) || (res(.account) && id && pb && sess)
        case .service, .anonymous, .bearer: return false
        }
    }

    /// Whether a user is under session policies.
    private static func isLimited(_ question: ReferenceQuestion) -> Bool {
        question.caller.kind == .user && question.hasSessionPolicies
    }

    /// The rule of spec §6.5.
    ///
    /// "Allow iff resource side ∧ principal side: resource side = resource policy Allow with **any** grade incl.
    /// `account`; principal side = `id ∧ pb ∧ sess` and SCPs of the caller's account (root user of the caller's account:
    /// SCPs only). No grade bypasses anything" (spec §6.5).
    private static func isAllowedAcrossAccounts(_ question: ReferenceQuestion, _ found: LayerFindings) -> Bool {
        let isRoot = question.caller.kind == .root
        return !found.grades.isEmpty && (isRoot || found.identity) && found.boundary && found.session
    }

    /// "role trust; KMS-like kinds flagged `resourcePolicyRequired`" (spec §6.3).
    private static func requiresResourcePolicy(_ question: ReferenceQuestion) -> Bool {
        question.isTrustPolicy || question.resourcePolicyRequired
    }
}

// MARK: Why not

extension DecisionRules {
    /// The first layer that has a Deny names the reason: identity, boundary, session, resource, SCP, RCP.
    private static func explicitDeny(_ found: LayerFindings, _ question: ReferenceQuestion) -> ReferenceAnswer {
        let order: [(ReferenceLayer, Reason)] = [
            (.identityPolicy, .identityPolicyDeny), (.permissionsBoundary, .permissionsBoundaryDeny),
            (.sessionPolicy, .sessionPolicyDeny),
            (.resourcePolicy, question.isTrustPolicy ? .trustPolicyDeny : .resourcePolicyDeny),
            (.serviceControlPolicy, .serviceControlPolicyDeny), (.resourceControlPolicy, .resourceControlPolicyDeny),
        ]
        let reasons = order.filter { found.denies.contains($0.0) }.map(\.1)
        return ReferenceAnswer(
            .explicitDeny, reasons.first ?? .resourcePolicyDeny,
            deniedBy: ReferenceLayer.allCases.filter { found.denies.contains($0) })
    }

    /// The first layer that was silent and should not have been names the reason: SCP, resource, identity, boundary,
    /// session.
    private static func implicitDeny(_ found: LayerFindings, _ question: ReferenceQuestion) -> ReferenceAnswer {
        let silent = silentLayers(found, question)
        let order: [(ReferenceLayer, Reason)] = [
            (.serviceControlPolicy, .serviceControlPolicy),
            (.resourcePolicy, question.isTrustPolicy ? .trustPolicy : .resourcePolicy),
            (.identityPolicy, .identityPolicy), (.permissionsBoundary, .permissionsBoundary),
            (.sessionPolicy, .sessionPolicy),
        ]
        let reasons = order.filter { silent.contains($0.0) }.map(\.1)
        return ReferenceAnswer(
            .implicitDeny, reasons.first ?? .identityPolicy,
            deniedBy: ReferenceLayer.allCases.filter { silent.contains($0) })
    }

    /// The layers in play that gave no Allow and whose silence mattered (design §3.4).
    private static func silentLayers(_ found: LayerFindings, _ question: ReferenceQuestion) -> Set<ReferenceLayer> {
        let speaks: [ReferenceLayer: Bool] = [
            .identityPolicy: found.identity, .resourcePolicy: !found.grades.isEmpty,
            .permissionsBoundary: found.boundary, .sessionPolicy: found.session,
        ]
        var silent = neededLayers(found, question).filter { speaks[$0] == false }
        if !found.serviceControl { silent.insert(.serviceControlPolicy) }
        return silent
    }

    /// The layers below the organization whose Allow the caller cannot do without, as the tables have it.
    private static func neededLayers(_ found: LayerFindings, _ question: ReferenceQuestion) -> Set<ReferenceLayer> {
        let caller = question.caller
        if caller.account == nil { return [.resourcePolicy] }
        var needed: Set<ReferenceLayer> = [.identityPolicy, .permissionsBoundary, .sessionPolicy]
        if caller.kind == .root { needed.remove(.identityPolicy) }
        guard caller.account == question.resourceAccount else { return needed.union([.resourcePolicy]) }
        if !found.grades.isDisjoint(with: limitedByNothing(question)) { return [] }
        if !found.grades.isDisjoint(with: standsInForIdentity(question)) { needed.remove(.identityPolicy) }
        return requiresResourcePolicy(question) ? needed.union([.resourcePolicy]) : needed
    }

    /// "Limited by implicit deny in… (same account): nothing" (spec §6.4).
    private static func limitedByNothing(_ question: ReferenceQuestion) -> Set<PrincipalGrade> {
        if isLimited(question) { return [.everyone] }
        return question.caller.kind == .federatedUser ? [.federatedUser, .everyone] : [.user, .session, .everyone]
    }

    /// "pb, sess; identity not needed" (spec §6.4).
    private static func standsInForIdentity(_ question: ReferenceQuestion) -> Set<PrincipalGrade> {
        isLimited(question) || question.caller.kind == .federatedUser ? [.user] : [.role, .federated]
    }
}
