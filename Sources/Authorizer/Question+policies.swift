internal import DecisionTree
internal import PolicyModel

/// The policies: denies of every set first, then the tables of spec §6.3 and §6.5.
extension Question {
    /// Decides by the policies in play.
    mutating func decideByPolicies(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        let isRoot = scratch.caller.kind == .root
        if scratch.caller.kind == .session, testsSessionFacts(scratch) {
            return Verdict(.implicitDeny, .sessionRequired)
        }
        if let deny = explicitDeny(view, &scratch) { return deny }
        let isSameAccount = scratch.caller.account.equals(resourceAccount)
        if isRoot, isSameAccount, !isPolicyRequired { return Verdict(.allowed, .allowed) }
        return isSameAccount ? sameAccount(view, &scratch) : crossAccount(view, &scratch)
    }

    /// The table of spec §6.3, without `sess`, which is true where there is no session policy.
    private mutating func sameAccount(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        // An identity allow under the boundary is enough alone, unless the kind requires its resource policy.
        let id = identityAllows(view, &scratch)
        let identity = found
        let pb = boundaryAllows(view, &scratch)
        if id, pb, !isPolicyRequired { return allowed(identity) }
        let grades = resourceGrades(view, &scratch)
        let isUser = scratch.caller.kind == .user
        if scratch.caller.kind == .root {
            return grades.isEmpty ? Verdict(.implicitDeny, .resourcePolicy) : allowed(found)
        }
        let own: Grades = isUser ? [.user, .everyone] : [.session, .everyone]
        if !grades.isDisjoint(with: own) { return allowed(found) }
        if grades.isEmpty, isPolicyRequired { return Verdict(.implicitDeny, .resourcePolicy) }
        let standsIn = !isUser && grades.contains(.role)
        if !id, !standsIn { return Verdict(.implicitDeny, .identityPolicy) }
        return pb
            ? allowed(standsIn || grades.contains(.account) ? found : identity)
            : Verdict(.implicitDeny, .permissionsBoundary)
    }

    /// Both sides must allow, and no grade bypasses anything (spec §6.5).
    private mutating func crossAccount(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        guard !resourceGrades(view, &scratch).isEmpty else { return Verdict(.implicitDeny, .resourcePolicy) }
        let resource = found
        if scratch.caller.kind == .root { return allowed(resource) }
        guard identityAllows(view, &scratch) else { return Verdict(.implicitDeny, .identityPolicy) }
        guard boundaryAllows(view, &scratch) else { return Verdict(.implicitDeny, .permissionsBoundary) }
        return allowed(resource)
    }

    private func allowed(_ by: Verdict) -> Verdict {
        var verdict = by
        (verdict.decision, verdict.reason) = (.allowed, .allowed)
        return verdict
    }

    // MARK: Sets

    /// Whether a matching Deny stands anywhere: identity, boundary, resource (spec §6.1).
    private mutating func explicitDeny(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict? {
        if record != 0 {
            if identity(.deny, view, &scratch) { return denied(.identityPolicyDeny) }
            let boundary = tables.directory.offset(record + Format.PrincipalRecord.boundarySet)
            if set(boundary, .deny, .permissionsBoundary, view, &scratch) { return denied(.permissionsBoundaryDeny) }
        }
        for index in 0..<scratch.registryMatches.count {
            let slot = policySlot(scratch.registryMatches[index])
            guard slot != Format.none else { continue }
            let grades = document(slot, .deny, enough: Grades(rawValue: .max), view, &scratch)
            if !grades.isEmpty {
                note(scratch.registryMatches[index], slot, scratch)
                return denied(.resourcePolicyDeny)
            }
        }
        return nil
    }

    private func denied(_ reason: Reason) -> Verdict {
        var verdict = found
        (verdict.decision, verdict.reason) = (.explicitDeny, reason)
        return verdict
    }

    private mutating func identityAllows(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        record != 0 && identity(.allow, view, &scratch)
    }

    private mutating func boundaryAllows(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        guard scratch.caller.hasBoundary else { return true }
        let boundary = tables.directory.offset(record + Format.PrincipalRecord.boundarySet)
        return set(boundary, .allow, .permissionsBoundary, view, &scratch)
    }

    /// The caller's own set and those of its groups, as one (spec §6.1).
    private mutating func identity(
        _ effect: Effect, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        let own = tables.directory.offset(record + Format.PrincipalRecord.ownSet)
        if set(own, effect, .identityPolicy, view, &scratch) { return true }
        for group in 0..<tables.directory.offset(record + Format.PrincipalRecord.groupCount) {
            let offset = tables.directory.offset(record + Format.PrincipalRecord.groups + group)
            if set(offset, effect, .identityPolicy, view, &scratch) { return true }
        }
        return false
    }

    /// Whether a document of the set has a statement of the effect that applies; masks and flags spare most walks.
    private mutating func set(
        _ set: Int, _ effect: Effect, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        guard set != 0 else { return false }
        let flag = effect == .deny ? Format.DocumentFlag.hasDeny : Format.DocumentFlag.hasAllow
        guard tables.directory[set + Format.DocumentSet.flags] & flag != 0 else { return false }
        for index in 0..<tables.directory.offset(set + Format.DocumentSet.count) {
            let at = set + Format.DocumentSet.entries + index * Format.DocumentSet.entrySize
            guard tables.directory[at + 3] & flag != 0 else { continue }
            let mask = UInt64(tables.directory[at + 1]) | UInt64(tables.directory[at + 2]) << 32
            guard mask & scratch.serviceBit != 0 else { continue }
            let slot = tables.directory[at]
            if !document(slot, effect, enough: Grades(rawValue: .max), view, &scratch).isEmpty {
                note(layer, slot, scratch)
                return true
            }
        }
        return false
    }

    private func document(
        _ slot: UInt32, _ effect: Effect, enough: Grades, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Grades {
        let evaluation = Evaluation(
            document: tables.documents[Int(slot)], conditions: tables.conditions, keyFlags: tables.keyFlags)
        let header = effect == .deny ? Format.Document.deny : Format.Document.allow
        return evaluation.grades(ofEffectAt: header, enough: enough, view, &scratch)
    }

    private mutating func note(_ layer: Verdict.Layer, _ slot: UInt32, _ scratch: borrowing Scratch) {
        found.layer = layer
        found.slot = slot
        found.statementIndex = scratch.foundStatement
    }

    private mutating func note(_ entry: UInt32, _ slot: UInt32, _ scratch: borrowing Scratch) {
        note(.resourcePolicy, slot, scratch)
        found.registryRank = tables.registry[Int(entry) + Format.RegistryEntry.rank]
    }

    // MARK: Resource policies

    private func policySlot(_ entry: UInt32) -> UInt32 {
        tables.registry[Int(entry) + Format.RegistryEntry.policySlot]
    }

    /// The grades of every resource policy that allows (spec §6.4); `found` is the statement that gave the last ones.
    private mutating func resourceGrades(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Grades {
        var all: Grades = []
        // What alone is enough for any caller in its own account ends the search.
        let enough: Grades = scratch.caller.kind == .user ? [.user, .everyone] : [.session, .everyone]
        for index in 0..<scratch.registryMatches.count {
            let slot = policySlot(scratch.registryMatches[index])
            guard slot != Format.none else { continue }
            let grades = document(slot, .allow, enough: enough, view, &scratch)
                // A statement of a resource policy without a principal is refused on write, and grants nothing.
                .subtracting(.attached)
            if !grades.isEmpty { note(scratch.registryMatches[index], slot, scratch) }
            all.formUnion(grades)
            if !all.isDisjoint(with: enough) { return all }
        }
        return all
    }

    /// Whether any document in play reads a fact of the session that nobody has given (design §3.3).
    private func testsSessionFacts(_ scratch: borrowing Scratch) -> Bool {
        let directory = tables.directory
        let flag = Format.DocumentFlag.testsSessionFacts
        let own = directory.offset(record + Format.PrincipalRecord.ownSet)
        if own != 0, directory[own + Format.DocumentSet.flags] & flag != 0 { return true }
        let boundary = directory.offset(record + Format.PrincipalRecord.boundarySet)
        if boundary != 0, directory[boundary + Format.DocumentSet.flags] & flag != 0 { return true }
        for index in 0..<scratch.registryMatches.count {
            let slot = policySlot(scratch.registryMatches[index])
            guard slot != Format.none else { continue }
            if tables.documents[Int(slot)][Format.Document.flags] & flag != 0 { return true }
        }
        return false
    }
}
