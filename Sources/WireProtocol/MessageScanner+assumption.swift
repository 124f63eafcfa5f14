internal import DecisionTree

// `AssumeRole` (design §3.3, spec §8).
extension MessageScanner {
    /// The members of the call as tokens; `nil` for absent and `null`.
    private struct AssumptionMembers {
        var principal: Int?
        var session: Int?
        var role: Int?
        var sessionName: Int?
        var tags: Int?
        var transitiveTagKeys: Int?
        var sourceIdentity: Int?
        var externalID: Int?
        var policies: Int?
        var policyARNs: Int?
        var durationSeconds: Int?
        var federatedProvider: Int?
        var context: Int?
        var explain: Int?

        /// Notes the token of a member's value; `false` when the call has no member of that name.
        mutating func note(_ name: ByteView, _ token: Int?) -> Bool {
            if name.equals("principal") {
                principal = token
            } else if name.equals("session") {
                session = token
            } else if name.equals("role") {
                role = token
            } else if name.equals("sessionName") {
                sessionName = token
            } else if name.equals("context") {
                context = token
            } else if name.equals("explain") {
                explain = token
            } else {
                return noteOption(name, token)
            }
            return true
        }

        private mutating func noteOption(_ name: ByteView, _ token: Int?) -> Bool {
            if name.equals("tags") {
                tags = token
            } else if name.equals("transitiveTagKeys") {
                transitiveTagKeys = token
            } else if name.equals("sourceIdentity") {
                sourceIdentity = token
            } else if name.equals("externalId") {
                externalID = token
            } else if name.equals("policies") {
                policies = token
            } else if name.equals("policyArns") {
                policyARNs = token
            } else if name.equals("durationSeconds") {
                durationSeconds = token
            } else if name.equals("federatedProvider") {
                federatedProvider = token
            } else {
                return false
            }
            return true
        }
    }

    /// Reads the call into `view` and `assumption`.
    mutating func scanAssumeRole(_ object: Int?, _ keys: SymbolTable) throws(WireError) -> Incoming {
        let members = try assumptionMembers(of: object)
        let explain = try members.explain.map { token throws(WireError) in try boolean(token, "explain") }
        view.principal = try text(members.principal, "principal", WireBounds.principalBytesMax)
        view.action = ByteView("sts:AssumeRole")
        view.resource = try text(members.role, "role", WireBounds.resourceBytesMax)
        if let session = members.session { try scanSession(session) }
        try scanNames(members)
        try scanLists(members)
        if let context = members.context { contextRange = try scanContext(context, keys) }
        return .assumeRole(explain: explain ?? false)
    }

    private func assumptionMembers(of object: Int?) throws(WireError) -> AssumptionMembers {
        var members = AssumptionMembers()
        guard let object else { return members }
        var name = object + 1
        while name < Int(tape.tokens[object].next) {
            let value: Int? = tape.tokens[name + 1].kind == .null ? nil : name + 1
            guard members.note(tape.tokens[name].text, value) else {
                throw .invalidParameter(UserText.bounded(tape.tokens[name].text))
            }
            name = Int(tape.tokens[name + 1].next)
        }
        return members
    }

    private mutating func scanNames(_ members: AssumptionMembers) throws(WireError) {
        assumption.sessionName = try name(members.sessionName, "sessionName")
        if let token = members.sourceIdentity { assumption.sourceIdentity = try name(token, "sourceIdentity") }
        if let token = members.externalID {
            assumption.externalID = try name(
                token, "externalId", SessionRules.externalIDCharacters, allowsColonAndSlash: true)
        }
        if let token = members.federatedProvider {
            assumption.federatedProvider = try text(token, "federatedProvider", WireBounds.principalBytesMax)
        }
        if let token = members.durationSeconds {
            assumption.durationSeconds = try wholeNumber(token, "durationSeconds", SessionRules.durationSeconds).number
        }
    }

    private mutating func scanLists(_ members: AssumptionMembers) throws(WireError) {
        if let token = members.tags { assumption.tags = try scanTags(token, "tags") }
        if let token = members.transitiveTagKeys {
            assumption.transitiveTagKeys = try scanTransitiveKeys(token, among: assumption.tags, "transitiveTagKeys")
        }
        if let token = members.policies {
            assumption.policies = try scanPolicies(token, "policies")
            assumption.hasPolicies = true
        }
        if let token = members.policyARNs {
            assumption.policyARNs = try scanPolicyARNs(token, "policyArns")
            assumption.hasPolicyARNs = true
        }
    }
}
