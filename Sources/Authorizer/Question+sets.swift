internal import DecisionTree
internal import PolicyModel

/// The sets of documents, and the walks of their trees.
extension Question {
    mutating func identityAllows(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        record != 0 && identity(.allow, view, &scratch)
    }

    mutating func boundaryAllows(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        guard scratch.caller.hasBoundary else { return true }
        let boundary = tables.directory.offset(record + Format.PrincipalRecord.boundarySet)
        return set(boundary, .allow, .permissionsBoundary, view, &scratch)
    }

    /// The caller's own set and those of its groups, as one (spec §6.1).
    mutating func identity(_ effect: Effect, _ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        let own = tables.directory.offset(record + Format.PrincipalRecord.ownSet)
        if set(own, effect, .identityPolicy, view, &scratch) { return true }
        for group in 0..<tables.directory.offset(record + Format.PrincipalRecord.groupCount) {
            let offset = tables.directory.offset(record + Format.PrincipalRecord.groups + group)
            if set(offset, effect, .identityPolicy, view, &scratch) { return true }
        }
        return false
    }

    /// Whether a document of the set has a statement of the effect that applies; masks and flags spare most walks.
    mutating func set(
        _ set: Int, _ effect: Effect, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        guard set != 0 else { return false }
        let flag = effect == .deny ? Format.DocumentFlag.hasDeny : Format.DocumentFlag.hasAllow
        guard tables.directory[set + Format.DocumentSet.flags] & flag != 0 else { return false }
        let directory = tables.directory
        var at = set + Format.DocumentSet.entries
        for _ in 0..<directory.offset(set + Format.DocumentSet.count) {
            let entry = directory.slot(ofEntry: at, service: scratch.serviceBit, flags: flag)
            at += Format.DocumentSet.entrySize
            guard let slot = entry else { continue }
            if !document(slot, of: tables, effect, enough: Grades(rawValue: .max), view, &scratch).isEmpty {
                note(layer, slot, scratch)
                return true
            }
        }
        return false
    }

    /// The grades by which a document's statements of one effect apply.
    func document(
        _ slot: UInt32, of tables: TablesView, _ effect: Effect, enough: Grades, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Grades {
        let evaluation = Evaluation(
            document: tables.documents[Int(slot)], conditions: tables.conditions, keyFlags: tables.keyFlags)
        let header = effect == .deny ? Format.Document.deny : Format.Document.allow
        return evaluation.grades(ofEffectAt: header, enough: enough, view, &scratch)
    }

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
