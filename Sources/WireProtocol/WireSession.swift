/// What is known of the credentials behind a principal, as requests and the reply of `AssumeRole` carry it.
public struct WireSession: Sendable, Hashable {
    /// Inline session policies, each the JSON text of an object.
    public var policies: [String]?
    /// ARNs of managed session policies.
    public var policyARNs: [String]?
    /// Session tags, in the order in which they are written.
    public var tags: [Tag]?
    /// Keys of the tags that the next session inherits.
    public var transitiveTagKeys: [String]?
    /// The source identity.
    public var sourceIdentity: String?
    /// The identity provider.
    public var federatedProvider: String?
    /// When the credentials were issued, as a date.
    public var issued: String?
    /// Whether MFA was used.
    public var mfaPresent: Bool?
    /// How many seconds ago MFA was used.
    public var mfaAgeSeconds: Int?
    /// The ARN of the user behind a federated-user session.
    public var user: String?

    /// A tag.
    public struct Tag: Sendable, Hashable {
        /// Its key.
        public var key: String
        /// Its value.
        public var value: String

        /// Makes a tag.
        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// A session of which nothing is said.
    public init() {}

    /// A policy's JSON text without blanks and line breaks; `nil` when the text is no JSON object.
    public static func policy(_ text: String) -> String? {
        guard let value = try? WireValue(parsing: Array(text.utf8)), case .object = value else { return nil }
        return value.json
    }
}

extension WireBuffer {
    /// Adds a session as an object.
    mutating func append(_ session: WireSession) {
        append("{")
        append(policies: session.policies)
        append("policyArns", session.policyARNs)
        append(tags: session.tags)
        append("transitiveTagKeys", session.transitiveTagKeys)
        append("sourceIdentity", session.sourceIdentity)
        append("federatedProvider", session.federatedProvider)
        append("issued", session.issued)
        append("mfaPresent", session.mfaPresent)
        append("mfaAgeSeconds", session.mfaAgeSeconds)
        append("user", session.user)
        append("}")
    }

    /// Adds `tags`; nothing for `nil`.
    mutating func append(tags: [WireSession.Tag]?) {
        guard let tags else { return }
        append(member: "tags")
        append("{")
        for tag in tags {
            if !isAtStartOfObject { append(",") }
            append(jsonString: tag.key)
            append(":")
            append(jsonString: tag.value)
        }
        append("}")
    }

    /// Adds `policies`, which are JSON already; nothing for `nil`.
    mutating func append(policies: [String]?) {
        guard let policies else { return }
        append(member: "policies")
        append("[")
        for (index, policy) in policies.enumerated() {
            if index > 0 { append(",") }
            append(utf8: policy)
        }
        append("]")
    }
}

extension WireSession {
    init(_ value: WireValue) throws(ReplyError) {
        policies = try value.optional("policies", \.elements)?.map(\.json)
        policyARNs = try value.optional("policyArns", \.strings)
        tags = try value.optional("tags", \.tags)
        transitiveTagKeys = try value.optional("transitiveTagKeys", \.strings)
        sourceIdentity = try value.optional("sourceIdentity", \.string)
        federatedProvider = try value.optional("federatedProvider", \.string)
        issued = try value.optional("issued", \.string)
        mfaPresent = try value.optional("mfaPresent", \.boolean)
        mfaAgeSeconds = try value.optional("mfaAgeSeconds", \.integer)
        user = try value.optional("user", \.string)
    }
}

extension WireValue {
    /// The members, if it is an object of nothing but strings.
    fileprivate var tags: [WireSession.Tag]? {
        guard case .object(let members) = self else { return nil }
        let tags = members.compactMap { member in member.value.string.map { WireSession.Tag(member.name, $0) } }
        return tags.count == members.count ? tags : nil
    }
}
