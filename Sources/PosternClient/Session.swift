/// What is known of the credentials behind a principal: the sidecar makes the session's condition keys from it.
///
/// `AssumeRole` answers with one; it is sent, as it came, with every question of the session's principal.
public struct Session: Sendable, Hashable {
    /// Inline session policies, each the JSON text of a policy document: they limit what the session may do.
    public var policies: [String]?
    /// ARNs of managed policies that limit the session in the same way.
    public var policyARNs: [String]?
    /// Session tags: `aws:PrincipalTag/…`, before the tags of the user or role.
    public var tags: [SessionTag]?
    /// Keys of the tags that sessions of a further `AssumeRole` inherit.
    public var transitiveTagKeys: [String]?
    /// Who acts in the session: `aws:SourceIdentity`.
    public var sourceIdentity: String?
    /// The identity provider that vouched: `aws:FederatedProvider`.
    public var federatedProvider: String?
    /// When the credentials were issued, as `2026-01-01T00:00:00Z`: `aws:TokenIssueTime`.
    public var issued: String?
    /// Whether MFA was used: `aws:MultiFactorAuthPresent`.
    public var mfaPresent: Bool?
    /// How many seconds ago: `aws:MultiFactorAuthAge`.
    public var mfaAgeSeconds: Int?
    /// The ARN of the user behind a federated-user session, which its principal does not name.
    public var user: String?

    /// A session of which nothing is said.
    public init() {}
}

/// A tag of a session.
///
/// Tags are a list and no dictionary, because Swift takes some keys for equal that the sidecar tells apart: none may be lost
/// on the way.
public struct SessionTag: Sendable, Hashable {
    /// The key, without `aws:PrincipalTag/`.
    public var key: String
    /// The value, which may be empty.
    public var value: String

    /// Makes a tag.
    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// The call of `AssumeRole`, which asks whether a principal may have a session of a role.
public struct RoleAssumption: Sendable, Hashable {
    /// Who asks; `anonymous` for the bearer of a provider's token.
    public var principal: String
    /// What is known of the caller's own credentials.
    public var session: Session?
    /// The role's ARN.
    public var role: String
    /// The name of the session to be: 2 to 64 letters, digits and `_+=,.@-`.
    public var sessionName: String
    /// Tags of the session to be.
    public var tags: [SessionTag]?
    /// Keys of those tags that later sessions inherit.
    public var transitiveTagKeys: [String]?
    /// The source identity to be set.
    public var sourceIdentity: String?
    /// What the role's owner has agreed on with the caller: `sts:ExternalId`.
    public var externalID: String?
    /// Inline session policies, each the JSON text of a policy document.
    public var policies: [String]?
    /// ARNs of managed session policies.
    public var policyARNs: [String]?
    /// How long the session is to last: 900 to the role's maximum, an hour when it is not said.
    public var durationSeconds: Int?
    /// The identity provider whose token an anonymous caller presents.
    public var federatedProvider: String?
    /// What is known of the request.
    public var context: [String: ContextValue]

    /// Makes a call without options.
    public init(principal: String, role: String, sessionName: String, context: [String: ContextValue] = [:]) {
        self.principal = principal
        self.role = role
        self.sessionName = sessionName
        self.context = context
    }
}

/// The answer to a `RoleAssumption`.
public struct AssumedRole: Sendable, Hashable {
    /// The only thing to act on: `true` when, and only when, the decision is `allowed`.
    public let isAllowed: Bool
    /// How it came out.
    public let decision: Decision
    /// The principal of the session's questions, when it is allowed.
    public let principal: String?
    /// What is sent with the session's questions, when it is allowed.
    public let session: Session?
    /// The session as a JSON object, as the sidecar sent it.
    public let sessionJSON: String?
    /// The revision of the policies that decided.
    public let revision: String
    /// When asked for: why it came out so.
    public let explanation: Explanation?
}
