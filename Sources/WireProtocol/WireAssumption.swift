/// An `AssumeRole` as a client asks it.
public struct WireAssumption: Sendable, Hashable {
    /// Who asks.
    public var principal: String
    /// What is known of the caller's own credentials.
    public var session: WireSession?
    /// The role's ARN.
    public var role: String
    /// The name of the session to be.
    public var sessionName: String
    /// Tags of the session to be.
    public var tags: [WireSession.Tag]?
    /// Keys of those tags that later sessions inherit.
    public var transitiveTagKeys: [String]?
    /// The source identity to be set.
    public var sourceIdentity: String?
    /// What the role's owner has agreed on with the caller.
    public var externalID: String?
    /// Inline session policies, each the JSON text of an object.
    public var policies: [String]?
    /// ARNs of managed session policies.
    public var policyARNs: [String]?
    /// How long the session is to last.
    public var durationSeconds: Int?
    /// The identity provider of a bearer without credentials.
    public var federatedProvider: String?
    /// What is known of the circumstances.
    public var context: [WireContextEntry]?

    /// Makes an assumption without options.
    public init(principal: String, role: String, sessionName: String) {
        self.principal = principal
        self.role = role
        self.sessionName = sessionName
    }
}

/// The answer of `AssumeRole`.
public struct WireAssumedRole: Sendable, Hashable {
    /// The answer.
    public let answer: WireAnswer
    /// The session's principal, when it is allowed.
    public let principal: String?
    /// What is to be sent as `session` with that principal's questions, when it is allowed.
    public let session: WireSession?
    /// The revision that was in force.
    public let revision: String
}

extension WireBuffer {
    /// Asks `AssumeRole`.
    public mutating func appendAssumeRole(_ assumption: WireAssumption, explain: Bool = false) {
        append("{\"method\":\"io.postern.AssumeRole\",\"parameters\":{")
        append("principal", assumption.principal)
        append(session: assumption.session)
        append("role", assumption.role)
        append("sessionName", assumption.sessionName)
        append(tags: assumption.tags)
        append("transitiveTagKeys", assumption.transitiveTagKeys)
        append("sourceIdentity", assumption.sourceIdentity)
        append("externalId", assumption.externalID)
        append(policies: assumption.policies)
        append("policyArns", assumption.policyARNs)
        append("durationSeconds", assumption.durationSeconds)
        append("federatedProvider", assumption.federatedProvider)
        append(context: assumption.context)
        if explain { append("explain", true) }
        append("}}\0")
    }

    /// Adds `session`; nothing for `nil`.
    mutating func append(session: WireSession?) {
        guard let session else { return }
        append(member: "session")
        append(session)
    }
}

extension WireReply {
    /// Reads the answer of `AssumeRole`; one that is allowed without a principal and a session is malformed.
    public func assumedRole() throws(ReplyError) -> WireAssumedRole {
        let answer = try WireAnswer(parameters)
        let principal = try parameters.optional("principal", \.string)
        let session = try parameters.object("session") { value throws(ReplyError) in try WireSession(value) }
        guard !answer.allowed || (principal != nil && session != nil) else {
            throw .malformed("the role is assumed by nobody")
        }
        return WireAssumedRole(
            answer: answer, principal: principal, session: session,
            revision: try parameters.required("revision", \.string))
    }
}
