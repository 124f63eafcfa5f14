/// What a question says of the credentials behind its principal (design §3.3 `Session`); views into the message.
///
/// Lists stand in the buffers of the `RequestView`, by range.
@frozen
public struct SessionView: Sendable {
    /// Whether the question has a `session` at all.
    public var isGiven = false
    /// Whether it has `policies` or `policyArns`, be they empty.
    public var hasPolicies = false
    /// The session policies as written, in `RequestView.sessionPolicies`.
    public var policies = 0..<0
    /// ARNs of managed session policies, in `RequestView.sessionTexts`.
    public var policyARNs = 0..<0
    /// Session tags, in `RequestView.sessionTags`.
    public var tags = 0..<0
    /// Keys of transitive tags, in `RequestView.sessionTexts`.
    public var transitiveTagKeys = 0..<0
    /// The source identity; no bytes for none.
    public var sourceIdentity = ByteView()
    /// The identity provider; no bytes for none.
    public var federatedProvider = ByteView()
    /// When the credentials were issued, as a date; no bytes when it is not said.
    public var issued = ByteView()
    /// The user behind a federated-user session, by ARN; no bytes when it is not said.
    public var user = ByteView()
    /// Whether MFA was used.
    public var isMFAPresent = false
    /// How many seconds ago MFA was used, as decimal text; no bytes when it is not said.
    public var mfaAge = ByteView()

    /// No session.
    @inlinable
    public init() {}

    /// Whether the session hands on tags to the next role.
    public func inheritsTags(_ view: borrowing RequestView) -> Bool {
        for index in tags where isTransitive(view.sessionTags[index].key, view) { return true }
        return false
    }

    /// Whether a tag of the session is handed on.
    public func isTransitive(_ key: ByteView, _ view: borrowing RequestView) -> Bool {
        for index in transitiveTagKeys where view.sessionTexts[index].equalsFolded(key) { return true }
        return false
    }
}

/// What an `AssumeRole` call asks for (spec §8); the principal and the role are the view's principal and resource.
@frozen
public struct AssumptionView: Sendable {
    /// The name of the session to be.
    public var sessionName = ByteView()
    /// The external id; no bytes for none.
    public var externalID = ByteView()
    /// The source identity to be set; no bytes for none.
    public var sourceIdentity = ByteView()
    /// The identity provider of a bearer without credentials; no bytes for none.
    public var federatedProvider = ByteView()
    /// Tags passed in the call, in `RequestView.sessionTags`.
    public var tags = 0..<0
    /// Keys of the tags that are to be transitive, in `RequestView.sessionTexts`.
    public var transitiveTagKeys = 0..<0
    /// ARNs of managed session policies, in `RequestView.sessionTexts`.
    public var policyARNs = 0..<0
    /// The session policies of the session to be, in `RequestView.sessionPolicies`.
    public var policies = 0..<0
    /// Whether the call has `policies`, be they empty: an empty list counts, and grants nothing.
    public var hasPolicies = false
    /// Whether the call has `policyArns`, be they empty.
    public var hasPolicyARNs = false
    /// How long it is to last; `nil` for the default.
    public var durationSeconds: Int?

    /// An assumption without options.
    @inlinable
    public init() {}

    /// The source identity of the session to be: set by the call, or handed on by the caller's session.
    public func sourceIdentity(in session: SessionView) -> ByteView {
        sourceIdentity.isEmpty ? session.sourceIdentity : sourceIdentity
    }
}

/// What only the authorizer knows of a session that a role was assumed for; the rest stands in the call.
///
/// Views into the tables and the request's arena.
@frozen
public struct AssumedSessionView: Sendable {
    /// The role's account.
    public var account: ByteView
    /// The role's name.
    public var roleName: ByteView
    /// When the session begins, as a date.
    public var issued: ByteView

    /// Makes a session.
    public init(account: ByteView, roleName: ByteView, issued: ByteView) {
        self.account = account
        self.roleName = roleName
        self.issued = issued
    }
}

/// A tag with where its key and value stand.
@frozen
public struct TagView: BitwiseCopyable {
    /// The key as written.
    public var key: ByteView
    /// The value.
    public var value: ByteView

    /// Makes a tag.
    @inlinable
    public init(key: ByteView, value: ByteView) {
        self.key = key
        self.value = value
    }
}
