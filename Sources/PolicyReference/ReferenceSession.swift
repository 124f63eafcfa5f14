public import PolicyModel

/// What is known of the credentials behind a principal (design §3.3 `Session`), but for their policies.
///
/// A user or root user who has one has temporary credentials (spec §8 `GetSessionToken`). Services, anonymous callers and
/// bearers never have one.
public struct ReferenceSession: Sendable, Hashable {
    /// The session's tags; their keys are unique without ASCII case.
    public var tags: [ReferenceCaller.Tag] = []
    /// Which of the tags go along when the session assumes a role.
    public var transitiveTagKeys: [Text] = []
    /// The source identity, where one is set.
    public var sourceIdentity: Text?
    /// The identity provider that the session came in through.
    public var federatedProvider: Text?
    /// When the credentials were issued, as a date; `nil` when it is not said.
    public var issued: Text?
    /// Whether MFA was used.
    public var mfaPresent = false
    /// How many seconds ago.
    public var mfaAgeSeconds: Int?

    /// A session of which nothing is said.
    public init() {}

    /// The tags that go along when the session assumes a role.
    public var transitiveTags: [ReferenceCaller.Tag] {
        let keys = Set(transitiveTagKeys.map(\.foldedASCII))
        return tags.filter { keys.contains($0.key.foldedASCII) }
    }
}
