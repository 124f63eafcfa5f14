public import PolicyModel

/// An `AssumeRole` call with everything that its answer depends on (spec §8).
public struct ReferenceAssumption: Sendable, Hashable {
    /// The caller, its session and policies, the organization, the clock and what the enforcement point asserts.
    ///
    /// The action is that of the call, the resource the role's ARN; the one resource policy is the trust policy, and the
    /// resource's tags are the role's own.
    public var question: ReferenceQuestion
    /// The name of the session to be.
    public var sessionName: Text
    /// The tags passed in the call.
    public var tags: [ReferenceCaller.Tag] = []
    /// Which of them are to be transitive.
    public var transitiveTagKeys: [Text] = []
    /// The source identity to be set.
    public var sourceIdentity: Text?
    /// The external id.
    public var externalID: Text?
    /// The role's own identity policies: what its sessions may do, and nothing that decides the call.
    public var rolePolicies: [Document] = []
    /// The role's own boundary; "PBs and SCPs of the caller gate the call; those of the role do not" (spec §8).
    public var roleBoundary: Document?
    /// The policies given for the session to be.
    public var sessionPolicies: [Document]?
    /// The managed policies named for the session to be, of the role's account.
    public var managedSessionPolicies: [Document]?
    /// How long the session is to last; `nil` for the default.
    public var durationSeconds: Int?
    /// The role's `MaxSessionDuration`.
    public var maxSessionDurationSeconds = 3_600

    /// A call of the question's caller; its action, resource and resource policies are those of the role.
    public init(
        by question: ReferenceQuestion, of role: Text, tags roleTags: [ReferenceCaller.Tag] = [],
        trustPolicy: Document, sessionName: Text
    ) {
        self.question = question
        self.sessionName = sessionName
        self.question.action = Text("sts:" + AssumptionRules.call(of: question.caller).rawValue)
        self.question.resource = role
        self.question.resourceAccount = ARN(role).flatMap { AccountID($0.account) }
        self.question.isTrustPolicy = true
        self.question.resourcePolicies = [trustPolicy]
        self.question.resourceTags = roleTags
    }
}

/// What an assumption comes to.
public struct AssumptionAnswer: Sendable, Hashable {
    /// The decision.
    public var answer: ReferenceAnswer
    /// The session of an allowed call.
    public var newSession: NewSession?

    /// "**Session result**" (spec §8).
    public struct NewSession: Sendable, Hashable {
        /// "ARN `sts::acct:assumed-role/RoleName/SessionName`".
        public var principal: Text
        /// Its facts; the tags and keys in the order of the keys without ASCII case.
        public var session: ReferenceSession
        /// The policies given for it.
        public var sessionPolicies: [Document]?
        /// The managed policies named for it.
        public var managedSessionPolicies: [Document]?

        /// Makes a session.
        public init(principal: Text, session: ReferenceSession) {
            self.principal = principal
            self.session = session
        }
    }
}

/// Why an `AssumeRole` call is refused as it stands: an error of the request, and no decision (spec §8).
public enum AssumptionFault: String, Error, Hashable, CaseIterable {
    /// "Session name: 2–64 of `[\w+=,.@-]`".
    case sessionName
    /// "External id: 2–1224 of `[\w+=,.@:\/-]`".
    case externalID
    /// "Source identity: 2–64, `[\w+=,.@-]`, not starting `aws:`".
    case sourceIdentity
    /// "Session tags: ≤50; key 1–128, value 0–256, chars `\p{L}\p{Z}\p{N}_.:/=+-@`; keys case-insensitive; no `aws:`
    /// prefix".
    case tags
    /// "Transitive tags: listed by the caller among passed tags".
    case transitiveTagKeys
    /// "passing a tag equal to an inherited transitive key → error".
    case inheritedTag
    /// "900 … role's MaxSessionDuration".
    case duration
    /// "**chained** ≤3600: asking more is an error, not clipped".
    case chainedDuration
}
