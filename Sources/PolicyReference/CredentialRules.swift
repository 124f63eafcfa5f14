import PolicyModel

/// What credentials may do at all, and what must be known of them (spec §8, design §3.3).
public enum CredentialRules {
    /// Whether the credentials are temporary: those of every session, and of users and root users who have a session.
    public static func isTemporary(_ question: ReferenceQuestion) -> Bool {
        switch question.caller.kind {
        case .roleSession, .federatedUser: true
        case .user, .root: question.session != nil
        case .service, .anonymous, .bearer: false
        }
    }

    /// Whether credentials of this kind may not call the action, whatever the policies say (spec §8).
    public static func areUnsuitable(_ question: ReferenceQuestion) -> Bool {
        let action = question.action.foldedASCII
        let isSTS = action.hasPrefix("sts:")
        // "`GetSessionToken`: user or root, long-term key"; "`GetFederationToken`: user (long-term)".
        let kind = question.caller.kind
        if action == "sts:getsessiontoken", isTemporary(question) || (kind != .user && kind != .root) { return true }
        if action == "sts:getfederationtoken", isTemporary(question) || kind != .user { return true }
        switch kind {
        // "A root user cannot assume roles."
        case .root where action.hasPrefix("sts:assumerole"): return true
        // "federated-user sessions may call no STS action but `GetCallerIdentity`".
        case .federatedUser: return isSTS && action != "sts:getcalleridentity"
        // "`GetSessionToken`: user or root […]; without MFA it may not call IAM actions, and of STS only
        // AssumeRole/GetCallerIdentity".
        case .user, .root:
            guard let session = question.session, !session.mfaPresent else { return false }
            let isAllowed = action == "sts:assumerole" || action == "sts:getcalleridentity"
            return action.hasPrefix("iam:") || (isSTS && !isAllowed)
        // "`AssumeRoleWithWebIdentity` / `WithSAML`: unauthenticated token bearer", who is not just anybody; of a caller
        // without credentials that presents no token STS knows nothing to do.
        case .anonymous: return isSTS && action != "sts:getcalleridentity"
        case .roleSession, .service, .bearer: return false
        }
    }

    /// "if any document in play tests `aws:TokenIssueTime`, `aws:SourceIdentity` or `aws:FederatedProvider` the answer
    /// is implicitDeny, reason `sessionRequired`: a revocation never fails open" (design §3.3).
    ///
    /// A variable that names one tests it too; and `sts:SourceIdentity` is the same fact: the "value being set or
    /// inherited" (spec §8).
    public static func lacksSessionFacts(_ question: ReferenceQuestion) -> Bool {
        let missing = missingFacts(question)
        // "Source identity: […] immutable, survives chaining; trying to change it → denied": is it a change?
        if missing.contains("sts:sourceidentity"), question.callKeys.contains(where: setsSourceIdentity) { return true }
        let documents = PoliciesInPlay(question).all
        if documents.contains(where: { !keys(testedBy: $0).isDisjoint(with: missing) }) { return true }
        // Who is refused by provider is not let through for want of knowing it.
        return missing.contains("aws:federatedprovider") && question.resourcePolicies.contains(where: refusesProvider)
    }

    /// The facts that the question does not give, folded: a role's session without `session` gives none, and temporary
    /// credentials may be without their time of issue.
    private static func missingFacts(_ question: ReferenceQuestion) -> Set<Text> {
        guard isTemporary(question) else { return [] }
        guard let session = question.session else {
            return ["aws:tokenissuetime", "aws:sourceidentity", "sts:sourceidentity", "aws:federatedprovider"]
        }
        return session.issued == nil ? ["aws:tokenissuetime"] : []
    }

    /// Whether a key of the call is the source identity, which without a session's facts is the call's own.
    private static func setsSourceIdentity(_ entry: Request.ContextEntry) -> Bool {
        entry.key.foldedASCII == "sts:sourceidentity"
    }

    private static func refusesProvider(_ document: Document) -> Bool {
        document.statements.contains { statement in
            guard statement.effect == .deny, case .principal(let patterns) = statement.principal else { return false }
            return patterns.contains { if case .federated = $0 { true } else { false } }
        }
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
