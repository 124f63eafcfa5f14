internal import DecisionTree
internal import PolicyModel

extension RequestView {
    /// Puts a question into the view, as the scanner of the socket does.
    mutating func fill(_ simulation: Simulation, keys: SymbolTable) {
        reset()
        principal = keep(simulation.caller.principal)
        action = keep(simulation.action)
        resource = keep(simulation.resource)
        for entry in simulation.context { append(entry, keys: keys) }
        if let given = simulation.session { fill(given) }
        session.hasPolicies = simulation.policies.session != nil
        // A federated user is some user's: one that no policy names when the question does not say.
        if simulation.caller.kind == .federatedUser, session.user.isEmpty, let account = simulation.caller.account {
            let (name, path) = simulation.userBehind
            session.isGiven = true
            session.user = keep(Text("arn:aws:iam::\(account):user\(path)\(name)"))
        }
    }

    private mutating func append(_ entry: Request.ContextEntry, keys: SymbolTable) {
        let key = keep(entry.key)
        let first = values.count
        for value in entry.value.values { values.append(keep(value)) }
        let isList = if case .multiple = entry.value { true } else { false }
        entries.append(
            Entry(
                key: key, keyID: keys.id(of: key), firstValue: first, valueCount: values.count - first, isList: isList))
    }

    private mutating func fill(_ given: SimulatedSession) {
        session.isGiven = true
        for tag in given.tags {
            let key = keep(tag.key)
            sessionTags.append(TagView(key: key, value: keep(tag.value)))
        }
        session.tags = 0..<sessionTags.count
        for key in given.transitiveTagKeys { sessionTexts.append(keep(key)) }
        session.transitiveTagKeys = 0..<sessionTexts.count
        session.isMFAPresent = given.isMFAPresent
        if let text = given.sourceIdentity { session.sourceIdentity = keep(text) }
        if let text = given.federatedProvider { session.federatedProvider = keep(text) }
        if let text = given.issued { session.issued = keep(text) }
        if let text = given.user { session.user = keep(text) }
        if let text = given.mfaAge { session.mfaAge = keep(text) }
    }

    /// Copies text into the arena, which is as large as the longest line.
    private mutating func keep(_ text: Text) -> ByteView {
        let mark = arena.count
        for byte in text.utf8 { _ = arena.append(byte) }
        return arena.view(from: mark)
    }
}
