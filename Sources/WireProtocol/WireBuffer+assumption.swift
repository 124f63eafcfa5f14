public import DecisionTree

// The answer of an `AssumeRole` that is allowed, written from where its parts stand: nothing is allocated.
extension WireBuffer {
    /// Answers `AssumeRole` with the session that comes of it; `view` and `assumption` are those of the call.
    ///
    /// What the caller is to say of the session from then on; its policies are those of the call.
    public mutating func appendAssumeRoleReply(
        _ session: AssumedSessionView, _ assumption: AssumptionView, _ view: borrowing RequestView, revision: String,
        explanation: WireExplanation? = nil
    ) {
        append("{\"parameters\":{\"allowed\":true,\"decision\":\"allowed\",\"principal\":\"arn:aws:sts::")
        append(escaping: session.account)
        append(":assumed-role/")
        append(escaping: session.roleName)
        append("/")
        append(escaping: assumption.sessionName)
        append("\",\"session\":{")
        append(policiesOf: assumption, view)
        append(tagsOf: assumption, view)
        append(text: "sourceIdentity", assumption.sourceIdentity(in: view.session))
        append(text: "federatedProvider", assumption.federatedProvider)
        append(text: "issued", session.issued)
        append("mfaPresent", false)
        append("}")
        append("revision", revision)
        append(explanation)
        append("}}\0")
    }

    /// As they were given: an empty list is no absent one, and grants nothing.
    private mutating func append(policiesOf assumption: AssumptionView, _ view: borrowing RequestView) {
        if assumption.hasPolicies {
            append(member: "policies")
            append("[")
            for index in assumption.policies {
                if index > assumption.policies.lowerBound { append(",") }
                append(view.sessionPolicies[index])
            }
            append("]")
        }
        if assumption.hasPolicyARNs { append(texts: "policyArns", assumption.policyARNs, view) }
    }

    /// The tags that the caller's session hands on, then those of the call.
    private mutating func append(tagsOf assumption: AssumptionView, _ view: borrowing RequestView) {
        let inherits = view.session.inheritsTags(view)
        if inherits || !assumption.tags.isEmpty {
            append(member: "tags")
            append("{")
            for index in view.session.tags where view.session.isTransitive(view.sessionTags[index].key, view) {
                append(view.sessionTags[index])
            }
            for index in assumption.tags { append(view.sessionTags[index]) }
            append("}")
        }
        guard inherits || !assumption.transitiveTagKeys.isEmpty else { return }
        append(member: "transitiveTagKeys")
        append("[")
        for index in view.session.tags where view.session.isTransitive(view.sessionTags[index].key, view) {
            append(element: view.sessionTags[index].key)
        }
        for index in assumption.transitiveTagKeys { append(element: view.sessionTexts[index]) }
        append("]")
    }

    private mutating func append(_ tag: TagView) {
        if !isAtStartOfObject { append(",") }
        append(jsonString: tag.key)
        append(":")
        append(jsonString: tag.value)
    }

    private mutating func append(element: ByteView) {
        if view.count > 0, view[view.count - 1] != UInt8(ascii: "[") { append(",") }
        append(jsonString: element)
    }

    private mutating func append(texts name: StaticString, _ range: Range<Int>, _ view: borrowing RequestView) {
        append(member: name)
        append("[")
        for index in range { append(element: view.sessionTexts[index]) }
        append("]")
    }

    /// Adds a member that is a string; nothing for no bytes.
    private mutating func append(text name: StaticString, _ value: ByteView) {
        guard !value.isEmpty else { return }
        append(member: name)
        append(jsonString: value)
    }
}
