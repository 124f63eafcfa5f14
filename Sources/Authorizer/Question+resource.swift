internal import DecisionTree
internal import PolicyModel

/// The registry, and whose the resource is (design §3.2 "The resource's account").
extension Question {
    /// Finds the registry entries whose pattern matches the resource, most specific first.
    @inline(never)
    func findRegistryEntries(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        var cursor = TrieCursor(tables.registry.offset(0), view.resource, tables.registry)
        while let entry = cursor.next(view.resource, tables.registry, tables.keyFlags, view, &scratch) {
            scratch.registryMatches.append(UInt32(entry))
            // Insertion keeps them by rank; few entries match one resource.
            var index = scratch.registryMatches.count - 1
            while index > 0, rank(scratch.registryMatches[index - 1]) > rank(scratch.registryMatches[index]) {
                guard scratch.spend(1) else { return }
                let other = scratch.registryMatches[index - 1]
                scratch.registryMatches[index - 1] = scratch.registryMatches[index]
                scratch.registryMatches[index] = other
                index -= 1
            }
        }
    }

    private func rank(_ entry: UInt32) -> UInt32 {
        tables.registry[Int(entry) + Format.RegistryEntry.rank]
    }

    /// Finds the role that an action of role assumption is about: its trust policy is then the resource's policy, and
    /// required (spec §8); `false` when there is no such role.
    mutating func findTargetRole(_ resource: ByteView, _ scratch: borrowing Scratch) -> Bool {
        guard scratch.isAccessManagement, Question.readsTrustPolicy(scratch.foldedAction) else {
            return true
        }
        guard let offset = tables.roleARNs.find(resource) else { return false }
        targetRole = Int(tables.roleARNs.payload(at: offset))
        isPolicyRequired = true
        return true
    }

    static func readsTrustPolicy(_ action: ByteView) -> Bool {
        action.equals("sts:assumerole") || action.equals("sts:assumerolewithsaml")
            || action.equals("sts:assumerolewithwebidentity") || action.equals("sts:tagsession")
            || action.equals("sts:setsourceidentity")
    }

    /// The slot of the trust policy in play, or `Format.none`.
    var trustSlot: UInt32 {
        targetRole == 0 ? Format.none : tables.directory[targetRole + Format.PrincipalRecord.trustSlot]
    }

    /// Finds the resource's account; a verdict when nothing says it, or two sources disagree.
    @inline(__always)
    mutating func resolveResourceAccount(_ resource: ByteView, _ scratch: borrowing Scratch) -> Verdict? {
        if let reason = findOwner(resource, scratch) { return Verdict(.implicitDeny, reason) }
        guard tables.organization != 0 else { return nil }
        if resourceAccount.equals(scratch.caller.account) {
            resourceRecord = accountRecord
        } else if let offset = tables.accounts.find(resourceAccount) {
            resourceRecord = Int(tables.accounts.payload(at: offset))
        }
        guard resourceRecord != 0 else { return nil }
        let flags = tables.directory[resourceRecord + Format.AccountRecord.flags]
        return flags & Format.AccountRecord.isResourceQuarantined != 0
            ? Verdict(.implicitDeny, .brokenReference) : nil
    }

    @inline(__always)
    private mutating func findOwner(_ resource: ByteView, _ scratch: borrowing Scratch) -> Reason? {
        for index in 0..<scratch.registryMatches.count {
            let entry = Int(scratch.registryMatches[index])
            let owner = tables.registry.bytes(tables.registry.offset(entry + Format.RegistryEntry.owner))
            let flags = tables.registry[entry + Format.RegistryEntry.flags]
            if flags & Format.RegistryEntry.isPolicyRequired != 0 { isPolicyRequired = true }
            guard resourceAccount.isEmpty || resourceAccount.equals(owner) else { return .ambiguousOwner }
            resourceAccount = owner
        }
        if mode == .simulate, !resourceAccount.isEmpty { return nil }
        if !accountField.isEmpty {
            guard resourceAccount.isEmpty || resourceAccount.equals(accountField) else { return .ambiguousOwner }
            resourceAccount = accountField
        }
        if resourceAccount.isEmpty { resourceAccount = fallbackOwner(resource, scratch.caller) }
        return resourceAccount.isEmpty ? .unknownResourceAccount : nil
    }

    /// "`DefaultResourceAccount`; the only account of a store that has one; for `*`, the caller's account" (design §3.2).
    @inline(__always)
    private func fallbackOwner(_ resource: ByteView, _ caller: CallerFacts) -> ByteView {
        if tables.organization != 0 {
            let stated = bytes(tables.organization + Format.OrganizationRecord.defaultResourceAccount)
            if !stated.isEmpty { return stated }
        }
        if tables.onlyAccount != 0 { return bytes(tables.onlyAccount + Format.AccountRecord.id) }
        return resource.equals("*") ? caller.account : ByteView()
    }
}
