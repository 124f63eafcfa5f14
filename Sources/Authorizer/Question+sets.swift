internal import DecisionTree
internal import PolicyModel

/// The sets of documents, and the walks of their trees.
extension Question {
    @inline(__always)
    mutating func boundaryAllows(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        guard scratch.caller.hasBoundary else { return true }
        let boundary = tables.directory.offset(record + Format.PrincipalRecord.boundarySet)
        return passes(boundary, .permissionsBoundary, view, &scratch)
    }

    /// Whether a set lets the question through as a ceiling: which statement does so is not asked.
    @inline(__always)
    mutating func passes(
        _ set: Int, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        guard set != 0 else { return false }
        // Verified with the document: an Allow of everything, or of all of the service, without conditions.
        if tables.directory[set &+ Format.DocumentSet.flags] & Format.DocumentFlag.allowsAll != 0 { return true }
        return SetCursor(tables, set: set).isOpen(to: scratch.serviceBit)
            || allows(set, layer, view, &scratch)
    }

    /// Whether the caller's own set or one of its groups' denies, which are as one (spec §6.1).
    @inline(__always)
    mutating func identityDenies(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        let groups = groups
        if denies(groups.own, .identityPolicy, view, &scratch) { return true }
        for group in 0..<groups.count
        where denies(tables.directory.offset(groups.first &+ group), .identityPolicy, view, &scratch) {
            return true
        }
        return false
    }

    /// Whether one of them allows.
    @inline(__always)
    mutating func identityAllows(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        guard record != 0 else { return false }
        let groups = groups
        if allows(groups.own, .identityPolicy, view, &scratch) { return true }
        for group in 0..<groups.count
        where allows(tables.directory.offset(groups.first &+ group), .identityPolicy, view, &scratch) {
            return true
        }
        return false
    }

    /// The caller's own set, and where how many sets of its groups stand.
    @inline(__always)
    private var groups: (own: Int, first: Int, count: Int) {
        let principal = tables.directory.record(record, size: Format.PrincipalRecord.groups)
        return (
            Int(principal[Format.PrincipalRecord.ownSet]), record &+ Format.PrincipalRecord.groups,
            Int(principal[Format.PrincipalRecord.groupCount])
        )
    }

    /// Whether a document of the set has an Allow that applies; masks spare most walks.
    @inline(__always)
    mutating func allows(
        _ set: Int, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        guard set != 0, tables.directory[set &+ Format.DocumentSet.flags] & Format.DocumentFlag.hasAllow != 0 else {
            return false
        }
        var cursor = SetCursor(tables, set: set)
        while let slot = cursor.nextAllow(scratch.serviceBit) {
            if applies(slot, .allow, layer, view, &scratch) { return true }
        }
        return false
    }

    /// Whether a document of the set has a Deny that applies; masks and gates spare most walks.
    @inline(__always)
    mutating func denies(
        _ set: Int, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        guard set != 0, tables.directory[set &+ Format.DocumentSet.flags] & Format.DocumentFlag.hasDeny != 0 else {
            return false
        }
        return anyDenies(set, layer, view, &scratch)
    }

    // A function of its own, for the sets of a large principal are all passed over here.
    @inline(never)
    private mutating func anyDenies(
        _ set: Int, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        var cursor = SetCursor(tables, set: set)
        while let (slot, gate) = cursor.nextDeny(scratch) {
            if gate == 0 || holds(gate, view, &scratch), applies(slot, .deny, layer, view, &scratch) { return true }
        }
        return false
    }

    @inline(never)
    private func holds(_ condition: Int, _ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        Evaluation(conditions: tables.conditions, keyFlags: tables.keyFlags).holds(condition, view, &scratch)
    }

    /// Whether a statement of a document's applies, which is then what was found.
    ///
    /// Never inlined, nor is what asks for a condition: what no mask lets through is passed over in registers.
    @inline(never)
    private mutating func applies(
        _ slot: UInt32, _ effect: Effect, _ layer: Verdict.Layer, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Bool {
        guard !document(slot, of: tables, effect, enough: Grades(rawValue: .max), view, &scratch).isEmpty else {
            return false
        }
        note(layer, slot, scratch)
        return true
    }

    /// The grades by which a document's statements of one effect apply.
    @inline(__always)
    func document(
        _ slot: UInt32, of tables: TablesView, _ effect: Effect, enough: Grades, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Grades {
        let evaluation = Evaluation(
            document: tables.documents[Int(slot)], conditions: tables.conditions, keyFlags: tables.keyFlags)
        let header = effect == .deny ? Format.Document.deny : Format.Document.allow
        return evaluation.grades(ofEffectAt: header, enough: enough, view, &scratch)
    }

    @inline(__always)
    mutating func note(_ layer: Verdict.Layer, _ slot: UInt32, _ scratch: borrowing Scratch) {
        found = Verdict(.implicitDeny, .identityPolicy)
        found.layer = layer
        found.slot = slot
        found.statementIndex = scratch.foundStatement
    }

    mutating func note(_ entry: UInt32, _ slot: UInt32, _ scratch: borrowing Scratch) {
        note(.resourcePolicy, slot, scratch)
        found.registryRank = tables.registry[Int(entry) + Format.RegistryEntry.rank]
    }

    // MARK: Resource policies

    func policySlot(_ entry: UInt32) -> UInt32 {
        tables.registry[Int(entry) + Format.RegistryEntry.policySlot]
    }

    /// The grades of every resource policy that allows (spec §6.4); `found` is the statement that gave the last ones.
    mutating func resourceGrades(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Grades {
        var all: Grades = []
        // What alone is enough for any caller in its own account ends the search.
        let enough = Question.sufficient(scratch.caller.kind, inSession: view.session.hasPolicies)
        // Whom a role trusts its trust policy says, and nothing else (spec §8): the registry's policies only deny here.
        guard trustSlot == Format.none else {
            scratch.caller.seeksTrust = true
            let grades = document(trustSlot, of: tables, .allow, enough: enough, view, &scratch).subtracting(.attached)
            scratch.caller.seeksTrust = false
            if !grades.isEmpty { note(.resourcePolicy, trustSlot, scratch) }
            return grades
        }
        for index in 0..<scratch.registryMatches.count where all.isDisjoint(with: enough) {
            let slot = policySlot(scratch.registryMatches[index])
            guard slot != Format.none else { continue }
            let grades = document(slot, of: tables, .allow, enough: enough, view, &scratch)
                // A statement of a resource policy without a principal is refused on write, and grants nothing.
                .subtracting(.attached)
            if !grades.isEmpty { note(scratch.registryMatches[index], slot, scratch) }
            all.formUnion(grades)
        }
        return all
    }
}
