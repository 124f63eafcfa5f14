internal import DecisionTree
internal import PolicyModel

/// Service and resource control policies (spec §6.2).
extension Question {
    /// The levels of service control policies that bind the caller, or 0.
    ///
    /// Exempt: "management account's principals; service-linked-role sessions; service principals; anonymous; principals
    /// of accounts outside the org": the tables give the management account no levels.
    @inline(__always)
    func serviceLevels(_ scratch: borrowing Scratch) -> Int {
        guard accountRecord != 0, !isServiceLinked else { return 0 }
        return tables.directory.offset(accountRecord + Format.AccountRecord.serviceLevels)
    }

    /// The levels of resource control policies that act on the resource, or 0.
    ///
    /// Exempt: "resources in management account; service-linked-role calls; services that do not opt in".
    func resourceLevels(_ scratch: borrowing Scratch) -> Int {
        guard resourceRecord != 0, !isServiceLinked else { return 0 }
        let levels = tables.directory.offset(resourceRecord + Format.AccountRecord.resourceLevels)
        return levels != 0 && hasOptedIn(scratch.foldedAction) ? levels : 0
    }

    /// Whether any resource control policy of the resource's account has a Deny.
    @inline(__always)
    var hasResourceDenies: Bool {
        guard resourceRecord != 0 else { return false }
        let directory = tables.directory
        let levels = directory.offset(resourceRecord + Format.AccountRecord.resourceLevels)
        guard levels != 0 else { return false }
        for level in 0..<directory.offset(levels) {
            let set = directory.offset(levels &+ 1 &+ level)
            if set != 0, directory[set &+ Format.DocumentSet.flags] & Format.DocumentFlag.hasDeny != 0 { return true }
        }
        return false
    }

    @inline(__always)
    private var isServiceLinked: Bool {
        record != 0
            && tables.directory[record + Format.PrincipalRecord.flags] & Format.PrincipalRecord.isServiceLinked != 0
    }

    /// Whether the action's service is one on which resource control policies act.
    private func hasOptedIn(_ action: ByteView) -> Bool {
        let list = tables.directory.offset(tables.organization + Format.OrganizationRecord.services)
        guard list != 0, let colon = action.firstIndex(of: ASCII.colon) else { return true }
        let service = action.slice(0, colon)
        for index in 0..<tables.directory.offset(list) where bytes(list + 1 + index).equals(service) { return true }
        return false
    }

    /// The first level that allows nothing of the question; "at **every** level some attached policy must Allow".
    @inline(__always)
    mutating func silentServiceLevel(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Int? {
        let levels = serviceLevels(scratch)
        guard levels != 0 else { return nil }
        for level in 0..<tables.directory.offset(levels) {
            let offset = tables.directory.offset(levels &+ 1 &+ level)
            if !passes(offset, .serviceControlPolicy, view, &scratch) { return level }
        }
        return nil
    }

    /// Whether any level denies.
    mutating func levels(
        _ levels: Int, deny layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        guard levels != 0 else { return false }
        for level in 0..<tables.directory.offset(levels) {
            let offset = tables.directory.offset(levels &+ 1 &+ level)
            if denies(offset, layer, view, &scratch) {
                found.level = UInt32(level)
                return true
            }
        }
        return false
    }
}
