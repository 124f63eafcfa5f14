internal import DecisionTree
internal import PolicyModel

// `session`: what the caller knows of the credentials behind the principal (design §3.3).
extension MessageScanner {
    /// The members that are checked together.
    private struct Pending {
        var transitiveTagKeys: Int?
        var mfaPresent: Int?
        var mfaAgeSeconds: Int?
    }

    /// Reads a session into `view.session`, which it replaces whole.
    mutating func scanSession(_ object: Int) throws(WireError) {
        guard tape.tokens[object].kind == .object else { throw .invalidParameter("session") }
        view.session = SessionView()
        view.session.isGiven = true
        var pending = Pending()
        var name = object + 1
        while name < Int(tape.tokens[object].next) {
            if !(try scanSessionMember(name, &pending)) {
                throw .invalidParameter("session." + UserText.bounded(tape.tokens[name].text))
            }
            name = Int(tape.tokens[name + 1].next)
        }
        if let keys = pending.transitiveTagKeys {
            view.session.transitiveTagKeys = try scanTransitiveKeys(
                keys, among: view.session.tags, "session.transitiveTagKeys")
        }
        try scanMFA(pending)
    }

    /// Reads one member; `false` when a session has none of that name.
    private mutating func scanSessionMember(_ name: Int, _ pending: inout Pending) throws(WireError) -> Bool {
        let text = tape.tokens[name].text
        let value = name + 1
        guard tape.tokens[value].kind != .null else { return MessageScanner.isSessionMember(text) }
        if text.equals("policies") {
            view.session.policies = try scanPolicies(value, "session.policies")
            view.session.hasPolicies = true
        } else if text.equals("policyArns") {
            view.session.policyARNs = try scanPolicyARNs(value, "session.policyArns")
            view.session.hasPolicies = true
        } else if text.equals("tags") {
            view.session.tags = try scanTags(value, "session.tags")
        } else if text.equals("transitiveTagKeys") {
            pending.transitiveTagKeys = value
        } else if text.equals("mfaPresent") {
            pending.mfaPresent = value
        } else if text.equals("mfaAgeSeconds") {
            pending.mfaAgeSeconds = value
        } else {
            return try scanSessionText(text, value)
        }
        return true
    }

    private mutating func scanSessionText(_ name: ByteView, _ value: Int) throws(WireError) -> Bool {
        if name.equals("sourceIdentity") {
            view.session.sourceIdentity = try self.name(value, "session.sourceIdentity")
        } else if name.equals("federatedProvider") {
            view.session.federatedProvider = try text(
                value, "session.federatedProvider", WireBounds.principalBytesMax)
        } else if name.equals("user") {
            view.session.user = try text(value, "session.user", WireBounds.principalBytesMax)
        } else if name.equals("issued") {
            view.session.issued = try string(value, "session.issued")
            guard view.session.issued.instant != nil else {
                throw .badRequest("`session.issued` is not a date such as `2026-01-31T12:00:00Z`")
            }
        } else {
            return false
        }
        return true
    }

    /// Without MFA there is no time since it (spec §7).
    private mutating func scanMFA(_ pending: Pending) throws(WireError) {
        if let value = pending.mfaPresent {
            view.session.isMFAPresent = try boolean(value, "session.mfaPresent")
        }
        guard let value = pending.mfaAgeSeconds else { return }
        view.session.mfaAge = try wholeNumber(value, "session.mfaAgeSeconds", 0...Int.max).text
        guard view.session.isMFAPresent else {
            throw .badRequest("`session.mfaAgeSeconds` is given, but `mfaPresent` is not true")
        }
    }

    private static func isSessionMember(_ name: ByteView) -> Bool {
        let names: [StaticString] = [
            "policies", "policyArns", "tags", "transitiveTagKeys", "sourceIdentity", "federatedProvider", "issued",
            "mfaPresent", "mfaAgeSeconds", "user",
        ]
        return names.contains { name.equals($0) }
    }
}
