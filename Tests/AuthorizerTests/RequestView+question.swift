import DecisionTree
import PolicyModel
import PolicyReference

// The fuzz targets link to this file.
extension RequestView {
    /// Puts a question into the view, as a scanner does.
    mutating func fill(
        _ principal: Text, _ action: Text, _ resource: Text, _ context: [Request.ContextEntry], keys: SymbolTable
    ) {
        reset()
        self.principal = keep(principal)
        self.action = keep(action)
        self.resource = keep(resource)
        for entry in context {
            let key = keep(entry.key)
            let first = values.count
            for value in entry.value.values { values.append(keep(value)) }
            let isList = if case .multiple = entry.value { true } else { false }
            entries.append(
                Entry(
                    key: key, keyID: keys.id(of: key), firstValue: first, valueCount: values.count - first,
                    isList: isList))
        }
    }

    /// Puts what is known of the credentials into the view; the inline session policies are compiled apart.
    ///
    /// `policyARNs` are those of `question.managedSessionPolicies`.
    mutating func fill(sessionOf question: ReferenceQuestion, policyARNs: [Text]?) {
        fill(question.session, user: question.caller.kind == .federatedUser ? question.caller.userARN : nil)
        session.hasPolicies = question.hasSessionPolicies
        let first = sessionTexts.count
        for arn in policyARNs ?? [] { sessionTexts.append(keep(arn)) }
        session.policyARNs = first..<sessionTexts.count
    }

    private mutating func fill(_ known: ReferenceSession?, user: Text?) {
        session.isGiven = known != nil
        // A federated user's ARN does not say whose session it is.
        if let user { session.user = keep(user) }
        guard let known else { return }
        for tag in known.tags {
            let key = keep(tag.key)
            sessionTags.append(TagView(key: key, value: keep(tag.value)))
        }
        session.tags = 0..<sessionTags.count
        for key in known.transitiveTagKeys { sessionTexts.append(keep(key)) }
        session.transitiveTagKeys = 0..<sessionTexts.count
        if let text = known.sourceIdentity { session.sourceIdentity = keep(text) }
        if let text = known.federatedProvider { session.federatedProvider = keep(text) }
        if let text = known.issued { session.issued = keep(text) }
        session.isMFAPresent = known.mfaPresent
        if let seconds = known.mfaAgeSeconds { session.mfaAge = keep(Text(String(seconds))) }
    }

    /// Copies text into the arena.
    mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
