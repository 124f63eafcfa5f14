public import PolicyModel

/// How a resource policy names a caller (spec §6.4).
public enum PrincipalGrade: Sendable, Hashable, CaseIterable {
    /// "caller's user ARN or AIDA id".
    case user
    /// "role ARN or AROA id of the session".
    case role
    /// "exact session ARN".
    case session
    /// "`*`, `{"AWS":"*"}`".
    case everyone
    /// "account id, root ARN, CanonicalUser id of the caller's account".
    case account
}

/// The principal element (spec §6.4, §6.6).
public enum PrincipalRules {
    /// The grade with which one value names the caller; `nil` when it names somebody else.
    public static func grade(of pattern: PrincipalPattern, for caller: ReferenceCaller) -> PrincipalGrade? {
        switch pattern {
        case .everyone: .everyone
        case .account(let account): account == caller.account ? .account : nil
        case .canonicalUser(let id): id == caller.canonicalID ? .account : nil
        case .user(let arn): caller.kind == .user && arn == caller.arn ? .user : nil
        case .userID(let id): caller.kind == .user && id == caller.userID ? .user : nil
        case .role(let arn): caller.kind == .roleSession && arn == caller.roleARN ? .role : nil
        case .roleID(let id): caller.kind == .roleSession && id == caller.roleID ? .role : nil
        case .assumedRole(let arn): caller.kind == .roleSession && arn == caller.arn ? .session : nil
        // Federated, service and federated-user callers are not evaluated yet, and nobody else is named by these.
        case .federatedUser, .federated, .service: nil
        }
    }

    /// The grades of an Allow: "Types in one map and values in one list are ORed" (spec §2.6).
    ///
    /// "`NotPrincipal` only with `Effect: Deny`" (spec §6.6), so with Allow it names nobody.
    public static func grades(of element: PrincipalElement?, for caller: ReferenceCaller) -> Set<PrincipalGrade> {
        guard case .principal(let patterns) = element else { return [] }
        return Set(patterns.compactMap { grade(of: $0, for: caller) })
    }

    /// "*Deny matching* uses the same grades, but any grade suffices" (spec §6.6); a NotPrincipal hits whoever is not
    /// exempt.
    public static func denyHits(_ element: PrincipalElement?, _ caller: ReferenceCaller, hasBoundary: Bool) -> Bool {
        switch element {
        case .principal: !grades(of: element, for: caller).isEmpty
        case .notPrincipal(let patterns): !isExempt(caller, from: patterns, hasBoundary: hasBoundary)
        // A resource policy whose statement has no principal is refused when it is read; a Deny then holds for all.
        case nil: true
        }
    }

    /// Whether a NotPrincipal lets the caller off (spec §6.6).
    ///
    /// "The caller is **exempt** iff *all* members of its chain are listed and it has no PB. A principal with a PB is
    /// always denied by a NotPrincipal Deny whatever is listed. […] `NotPrincipal:"*"`: nobody is hit".
    ///
    /// A caller with a boundary is hit by `NotPrincipal:"*"` too: the two sentences disagree, and this one denies.
    public static func isExempt(
        _ caller: ReferenceCaller, from listed: [PrincipalPattern], hasBoundary: Bool
    ) -> Bool {
        if hasBoundary { return false }
        if listed.contains(.everyone) { return true }
        let grades = Set(listed.compactMap { grade(of: $0, for: caller) })
        return grades.isSuperset(of: chain(of: caller))
    }

    /// The chain that must be listed: "root user: account; IAM user: account + user; role session: account + role +
    /// session".
    private static func chain(of caller: ReferenceCaller) -> Set<PrincipalGrade> {
        switch caller.kind {
        case .root: [.account]
        case .user: [.account, .user]
        case .roleSession: [.account, .role, .session]
        }
    }
}
