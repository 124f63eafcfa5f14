internal import DecisionTree
internal import PolicyModel

/// The policies: denies of every set first, then the ceilings, then the tables of spec §6.3 and §6.5.
extension Question {
    /// Decides by the policies in play.
    mutating func decideByPolicies(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        if lacksSessionFacts(view, scratch) { return Verdict(.implicitDeny, .sessionRequired) }
        if let deny = explicitDeny(view, &scratch) { return deny }
        if let level = silentServiceLevel(view, &scratch) {
            var verdict = Verdict(.implicitDeny, .serviceControlPolicy)
            verdict.level = UInt32(level)
            return verdict
        }
        switch scratch.caller.kind {
        case .service, .anonymous, .bearer: return resourceAlone(view, &scratch)
        case .root, .user, .session, .federatedUser, .unknown: break
        }
        return scratch.caller.account.equals(resourceAccount)
            ? sameAccount(view, &scratch) : crossAccount(view, &scratch)
    }

    /// "Anonymous and service principals count only the resource side" (spec §6.5); so does a bearer (spec §8).
    private mutating func resourceAlone(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        let grades = resourceGrades(view, &scratch)
        return grades.isDisjoint(with: Question.sufficient(scratch.caller.kind, inSession: view.session.hasPolicies))
            ? Verdict(.implicitDeny, withoutResource) : allowed(found)
    }

    /// The table of spec §6.3.
    private mutating func sameAccount(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        if scratch.caller.kind == .root { return rootInOwnAccount(view, &scratch) }
        // An identity allow under its ceilings is enough alone, unless the kind requires its resource policy.
        let id = identityAllows(view, &scratch)
        let identity = found
        let ceiling = silentCeiling(view, &scratch)
        if id, ceiling == nil, !isPolicyRequired { return allowed(identity) }
        let grades = resourceGrades(view, &scratch)
        if !grades.isDisjoint(with: Question.sufficient(scratch.caller.kind, inSession: view.session.hasPolicies)) {
            return allowed(found)
        }
        if grades.isEmpty, isPolicyRequired { return Verdict(.implicitDeny, withoutResource) }
        let standsIn = !grades.isDisjoint(
            with: Question.standIns(scratch.caller.kind, inSession: view.session.hasPolicies))
        if !id, !standsIn { return Verdict(.implicitDeny, .identityPolicy) }
        if let ceiling { return Verdict(.implicitDeny, ceiling) }
        return allowed(standsIn || grades.contains(.account) ? found : identity)
    }

    /// "always […], unless the resource kind *requires* a resource policy: then any matching res grade" (spec §6.3).
    ///
    /// Session policies bind a root user's session too, but for what everyone may.
    private mutating func rootInOwnAccount(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        let isThrough = sessionAllows(view, &scratch)
        if isThrough, !isPolicyRequired { return Verdict(.allowed, .allowed) }
        let grades = resourceGrades(view, &scratch)
        if isPolicyRequired, grades.isEmpty { return Verdict(.implicitDeny, withoutResource) }
        return isThrough || grades.contains(.everyone) ? allowed(found) : Verdict(.implicitDeny, .sessionPolicy)
    }

    /// Both sides must allow, and no grade bypasses anything (spec §6.5).
    private mutating func crossAccount(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict {
        guard !resourceGrades(view, &scratch).isEmpty else { return Verdict(.implicitDeny, withoutResource) }
        let resource = found
        if scratch.caller.kind != .root {
            guard identityAllows(view, &scratch) else { return Verdict(.implicitDeny, .identityPolicy) }
        }
        if let ceiling = silentCeiling(view, &scratch) { return Verdict(.implicitDeny, ceiling) }
        return allowed(resource)
    }

    /// The ceiling that does not let the question through: the boundary, else the session's policies.
    private mutating func silentCeiling(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Reason? {
        guard boundaryAllows(view, &scratch) else { return .permissionsBoundary }
        return sessionAllows(view, &scratch) ? nil : .sessionPolicy
    }

    private var withoutResource: Reason { targetRole == 0 ? .resourcePolicy : .trustPolicy }

    private func allowed(_ by: Verdict) -> Verdict {
        var verdict = by
        (verdict.decision, verdict.reason) = (.allowed, .allowed)
        return verdict
    }

    // MARK: Grades

    /// The grades that are enough by themselves, in the caller's own account (spec §6.3).
    ///
    /// A user that is given session policies is under them as a federated user is: naming the user is not enough then.
    static func sufficient(_ kind: CallerFacts.Kind, inSession hasPolicies: Bool) -> Grades {
        switch kind {
        case .user: hasPolicies ? .everyone : .everyone.union(.user)
        case .session: .everyone.union(.session)
        case .federatedUser: .everyone.union(.federatedUser)
        case .service: .everyone.union(.service)
        case .bearer: .federated
        case .anonymous, .root: .everyone
        case .unknown: []
        }
    }

    /// The grades that stand in for an identity policy, under the ceilings (spec §6.3, §6.4).
    static func standIns(_ kind: CallerFacts.Kind, inSession hasPolicies: Bool) -> Grades {
        switch kind {
        case .session: .role.union(.federated)
        case .federatedUser: .user
        case .user: hasPolicies ? .user : []
        case .root, .service, .anonymous, .bearer, .unknown: []
        }
    }

    // MARK: Denies

    /// Whether a matching Deny stands anywhere (spec §6.1).
    private mutating func explicitDeny(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Verdict? {
        if record != 0 {
            if identity(.deny, view, &scratch) { return denied(.identityPolicyDeny) }
            let boundary = tables.directory.offset(record + Format.PrincipalRecord.boundarySet)
            if set(boundary, .deny, .permissionsBoundary, view, &scratch) { return denied(.permissionsBoundaryDeny) }
        }
        if view.session.hasPolicies, sessionDenies(view, &scratch) { return denied(.sessionPolicyDeny) }
        if let reason = resourceDenies(view, &scratch) { return denied(reason) }
        if levels(serviceLevels(scratch), deny: .serviceControlPolicy, view, &scratch) {
            return denied(.serviceControlPolicyDeny)
        }
        if levels(resourceLevels(scratch), deny: .resourceControlPolicy, view, &scratch) {
            return denied(.resourceControlPolicyDeny)
        }
        return nil
    }

    private func denied(_ reason: Reason) -> Verdict {
        var verdict = found
        (verdict.decision, verdict.reason) = (.explicitDeny, reason)
        return verdict
    }

    /// Whether a policy of the resource denies, and which.
    mutating func resourceDenies(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Reason? {
        let any = Grades(rawValue: .max)
        if trustSlot != Format.none, !document(trustSlot, of: tables, .deny, enough: any, view, &scratch).isEmpty {
            note(.resourcePolicy, trustSlot, scratch)
            return .trustPolicyDeny
        }
        for index in 0..<scratch.registryMatches.count {
            let slot = policySlot(scratch.registryMatches[index])
            guard slot != Format.none else { continue }
            if !document(slot, of: tables, .deny, enough: any, view, &scratch).isEmpty {
                note(scratch.registryMatches[index], slot, scratch)
                return .resourcePolicyDeny
            }
        }
        return nil
    }
}
