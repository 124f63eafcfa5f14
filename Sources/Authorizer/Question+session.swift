internal import DecisionTree
internal import PolicyModel

/// Session policies (spec §6.3 `sess`, §8; design §3.3 `Session`).
extension Question {
    /// Checks that every managed session policy is one that the caller's session could have.
    func checkSessionPolicies(_ view: borrowing RequestView) throws(RequestFault) {
        for index in view.session.policyARNs {
            try checkManagedPolicy(view.sessionTexts[index], accountRecord, field: "session.policyArns")
        }
    }

    /// "≤10 managed (of the role's account)" (spec §8), or the vendor's.
    func checkManagedPolicy(_ arn: ByteView, _ account: Int, field: StaticString) throws(RequestFault) {
        guard tables.managedPolicies.find(arn) != nil, arn.count > 25 else {
            throw .unknownSessionPolicy(arn.text, field: "\(field)")
        }
        let isVendors = arn.hasPrefix("arn:aws:iam::aws:policy/")
        guard isVendors || (account != 0 && arn.slice(13, 25).equals(bytes(account + Format.AccountRecord.id))) else {
            throw .unknownSessionPolicy(arn.text, field: "\(field)")
        }
    }

    /// Asks the inline session policies, whose keys and conditions have symbols of their own.
    mutating func readInlineSession(
        _ view: inout RequestView, _ context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) {
        guard let documents = sessionDocuments else { return }
        try bind(to: documents, &view, context, &scratch)
        for number in 0..<documents.documents.count {
            let slot = UInt32(number)
            if let deny = inlineSession(slot, of: documents, .deny, view, &scratch) {
                inlineSession.deny = inlineSession.deny ?? deny
            }
            if let allow = inlineSession(slot, of: documents, .allow, view, &scratch) { inlineSession.allow = allow }
        }
    }

    /// What an inline session policy says, if one of its statements of that effect applies.
    private mutating func inlineSession(
        _ slot: UInt32, of documents: TablesView, _ effect: Effect, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Verdict? {
        let grades = document(slot, of: documents, effect, enough: Grades(rawValue: .max), view, &scratch)
        guard !grades.isEmpty else { return nil }
        var verdict = Verdict(.implicitDeny, .sessionPolicy)
        (verdict.layer, verdict.slot, verdict.isInlineSession) = (.sessionPolicy, slot, true)
        verdict.statementIndex = scratch.foundStatement
        return verdict
    }

    /// Whether the session's policies let it through; where there are none, all but a federated user's do.
    ///
    /// "Without any session policy, `sess` = **false**" for a federated user (spec §6.3).
    mutating func sessionAllows(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        guard view.session.hasPolicies else { return scratch.caller.kind != .federatedUser }
        if inlineSession.allow != nil { return true }
        return managedSession(.allow, view, &scratch)
    }

    /// Whether a session policy denies.
    mutating func sessionDenies(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        if let deny = inlineSession.deny {
            found = deny
            return true
        }
        return managedSession(.deny, view, &scratch)
    }

    private mutating func managedSession(
        _ effect: Effect, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        for index in view.session.policyARNs {
            let slot = tables.managedPolicies.payload(of: view.sessionTexts[index])
            guard slot != SymbolTable.none else { continue }
            if !document(slot, of: tables, effect, enough: Grades(rawValue: .max), view, &scratch).isEmpty {
                note(.sessionPolicy, slot, scratch)
                return true
            }
        }
        return false
    }

    // MARK: Facts

    /// Whether a policy in play, or the call itself, depends on a fact of the session that the question does not give
    /// (design §3.3).
    func lacksSessionFacts(_ view: borrowing RequestView, _ scratch: borrowing Scratch) -> Bool {
        // A simulation gives the keys themselves; what it does not give is absent.
        guard mode == .enforce else { return false }
        let kind = scratch.caller.kind
        // "immutable […]; trying to change it → denied" (spec §8): the session may have a source identity already.
        let setsIdentity = isAssumption && !assumption.sourceIdentity.isEmpty
        if setsIdentity, kind == .session, !view.session.isGiven { return true }
        let flag: UInt32
        if view.session.isGiven {
            // What a session carries none of is absent; but every session was issued at some time.
            guard view.session.issued.isEmpty else { return false }
            flag = Format.DocumentFlag.testsTokenIssueTime
        } else {
            guard kind == .session || kind == .federatedUser else { return false }
            flag = Format.DocumentFlag.testsSessionFacts
        }
        return flagsInPlay(view, scratch) & flag != 0
    }

    /// The flags of all documents in play.
    private func flagsInPlay(_ view: borrowing RequestView, _ scratch: borrowing Scratch) -> UInt32 {
        var flags: UInt32 = 0
        if record != 0 {
            flags |= setFlags(record + Format.PrincipalRecord.ownSet)
            flags |= setFlags(record + Format.PrincipalRecord.boundarySet)
            for group in 0..<tables.directory.offset(record + Format.PrincipalRecord.groupCount) {
                flags |= setFlags(record + Format.PrincipalRecord.groups + group)
            }
        }
        for index in 0..<scratch.registryMatches.count {
            flags |= documentFlags(policySlot(scratch.registryMatches[index]), tables)
        }
        flags |= documentFlags(trustSlot, tables)
        flags |= levelFlags(serviceLevels(scratch)) | levelFlags(resourceLevels(scratch))
        for index in view.session.policyARNs {
            flags |= documentFlags(tables.managedPolicies.payload(of: view.sessionTexts[index]), tables)
        }
        if let documents = sessionDocuments {
            for slot in 0..<UInt32(documents.documents.count) { flags |= documentFlags(slot, documents) }
        }
        return flags
    }

    private func setFlags(_ word: Int) -> UInt32 {
        let set = tables.directory.offset(word)
        return set == 0 ? 0 : tables.directory[set + Format.DocumentSet.flags]
    }

    private func documentFlags(_ slot: UInt32, _ tables: TablesView) -> UInt32 {
        slot == Format.none ? 0 : tables.documents[Int(slot)][Format.Document.flags]
    }

    private func levelFlags(_ levels: Int) -> UInt32 {
        guard levels != 0 else { return 0 }
        var flags: UInt32 = 0
        for level in 0..<tables.directory.offset(levels) { flags |= setFlags(levels + 1 + level) }
        return flags
    }
}
