internal import WireProtocol

// The client's values as the wire's: what is called.
extension WireQuestion {
    /// The same question, its context sorted, so that a question is always the same bytes.
    init(_ question: Question) throws(PosternError) {
        self.init(principal: question.principal, action: question.action, resource: question.resource)
        if let session = question.session { self.session = try WireSession(session, field: "session.") }
        context = try WireContextEntry.sorted(question.context)
    }
}

extension WireAssumption {
    init(_ assumption: RoleAssumption) throws(PosternError) {
        self.init(principal: assumption.principal, role: assumption.role, sessionName: assumption.sessionName)
        if let session = assumption.session { self.session = try WireSession(session, field: "session.") }
        tags = assumption.tags.map { $0.map { WireSession.Tag($0.key, $0.value) } }
        transitiveTagKeys = assumption.transitiveTagKeys
        sourceIdentity = assumption.sourceIdentity
        externalID = assumption.externalID
        policies = try WireSession.policies(assumption.policies, field: "")
        policyARNs = assumption.policyARNs
        durationSeconds = assumption.durationSeconds
        federatedProvider = assumption.federatedProvider
        context = try WireContextEntry.sorted(assumption.context)
    }
}

extension WireSession {
    fileprivate init(_ session: Session, field: String) throws(PosternError) {
        self.init()
        policies = try WireSession.policies(session.policies, field: field)
        policyARNs = session.policyARNs
        tags = session.tags.map { $0.map { Tag($0.key, $0.value) } }
        transitiveTagKeys = session.transitiveTagKeys
        sourceIdentity = session.sourceIdentity
        federatedProvider = session.federatedProvider
        issued = session.issued
        mfaPresent = session.mfaPresent
        mfaAgeSeconds = session.mfaAgeSeconds
        user = session.user
    }

    /// Policies go into the message as they are, so each has to be a JSON object: else it could say anything.
    fileprivate static func policies(_ texts: [String]?, field: String) throws(PosternError) -> [String]? {
        guard let texts else { return nil }
        var policies: [String] = []
        for (index, text) in texts.enumerated() {
            guard let policy = WireSession.policy(text) else {
                throw .badRequest("`\(field)policies[\(index)]` is no JSON object")
            }
            policies.append(policy)
        }
        return policies
    }
}

extension WireContextEntry {
    /// `nil` for an empty context.
    fileprivate static func sorted(_ context: [String: ContextValue]) throws(PosternError) -> [WireContextEntry]? {
        guard !context.isEmpty else { return nil }
        var entries: [WireContextEntry] = []
        for (key, value) in context.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            entries.append(WireContextEntry(key, try WireContextValue(value, key: key)))
        }
        return entries
    }
}

extension WireContextValue {
    fileprivate init(_ value: ContextValue, key: String) throws(PosternError) {
        switch value {
        case .string(let text): self = .string(text)
        case .bool(let value): self = .boolean(value)
        case .number(let text):
            // Else it would be sent as a string, which is not what the caller said.
            guard WireContextValue.isNumber(text) else {
                throw .badRequest("context key `\(key)`: `\(text)` is not a number")
            }
            self = .number(text)
        case .list(let values):
            var elements: [WireContextValue] = []
            for value in values { elements.append(try WireContextValue(value, key: key)) }
            self = .list(elements)
        }
    }
}
