public import PolicyModel

/// How a resource policy names a caller (spec §6.4).
public enum PrincipalGrade: Sendable, Hashable, CaseIterable {
    /// "caller's user ARN or AIDA id (for a federated session: its user's)".
    case user
    /// "role ARN or AROA id of the session".
    case role
    /// "exact session ARN".
    case session
    /// "`*`, `{"AWS":"*"}`".
    case everyone
    /// "account id, root ARN, CanonicalUser id of the caller's account".
    case account
    /// "exact […] federated-user ARN".
    case federatedUser
    /// "the calling service's name".
    case service
    /// "IdP of the session (role sessions from OIDC/SAML, `aws:FederatedProvider`); in trust: the unauthenticated caller".
    case federated
}

/// The principal element (spec §6.4, §6.6).
public enum PrincipalRules {
    /// The grade with which one value names the caller; `nil` when it names somebody else.
    ///
    /// The provider is that of the caller's session, where it is known.
    public static func grade(
        of pattern: PrincipalPattern, for caller: ReferenceCaller, provider: Text? = nil
    ) -> PrincipalGrade? {
        switch pattern {
        case .everyone: .everyone
        case .account(let account): account == caller.account ? .account : nil
        case .canonicalUser(let id): id == caller.canonicalID ? .account : nil
        // A federated user has its user's ARN and id, too.
        case .user(let arn): arn == caller.userARN ? .user : nil
        case .userID(let id): id == caller.userID ? .user : nil
        case .role(let arn): arn == caller.roleARN ? .role : nil
        case .roleID(let id): id == caller.roleID ? .role : nil
        case .assumedRole(let arn): caller.kind == .roleSession && arn == caller.arn ? .session : nil
        case .federatedUser(let arn): caller.kind == .federatedUser && arn == caller.arn ? .federatedUser : nil
        case .service(let name): caller.kind == .service && name == caller.arn ? .service : nil
        case .federated(let name): name == identityProvider(of: caller, session: provider) ? .federated : nil
        }
    }

    /// The provider that a `Federated` principal is compared with: of a bearer the one whose token it presents, of role
    /// sessions the one they came in through; nobody else has one.
    private static func identityProvider(of caller: ReferenceCaller, session provider: Text?) -> Text? {
        switch caller.kind {
        case .bearer: caller.presentedProvider
        case .roleSession: provider
        case .user, .root, .federatedUser, .service, .anonymous: nil
        }
    }

    /// The grades of an Allow: "Types in one map and values in one list are ORed" (spec §2.6).
    ///
    /// "`NotPrincipal` only with `Effect: Deny`" (spec §6.6), so with Allow it names nobody.
    public static func grades(
        of element: PrincipalElement?, for caller: ReferenceCaller, provider: Text? = nil
    ) -> Set<PrincipalGrade> {
        guard case .principal(let patterns) = element else { return [] }
        return Set(patterns.compactMap { grade(of: $0, for: caller, provider: provider) })
    }

    /// "*Deny matching* uses the same grades, but any grade suffices" (spec §6.6); a NotPrincipal hits whoever is not
    /// exempt.
    public static func denyHits(
        _ element: PrincipalElement?, _ caller: ReferenceCaller, hasBoundary: Bool, provider: Text? = nil
    ) -> Bool {
        switch element {
        case .principal: !grades(of: element, for: caller, provider: provider).isEmpty
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
    /// session; federated user: account + federated-user (a listed user ARN does not stand in); service / anonymous:
    /// service name / only `*`".
    private static func chain(of caller: ReferenceCaller) -> Set<PrincipalGrade> {
        switch caller.kind {
        case .root: [.account]
        case .user: [.account, .user]
        case .roleSession: [.account, .role, .session]
        case .federatedUser: [.account, .federatedUser]
        case .service: [.service]
        case .anonymous, .bearer: [.everyone]
        }
    }
}
