internal import DecisionTree
internal import PolicyModel

/// The registry, and whose the resource is (design §3.2 "The resource's account").
extension Question {
    /// Finds the registry entries whose pattern matches the resource, most specific first.
    func findRegistryEntries(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        var cursor = TrieCursor(tables.registry.offset(0))
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

    /// Finds the resource's account; a verdict when nothing says it, or two sources disagree.
    mutating func resolveResourceAccount(_ resource: ByteView, _ scratch: borrowing Scratch) -> Verdict? {
        for index in 0..<scratch.registryMatches.count {
            let entry = Int(scratch.registryMatches[index])
            let owner = tables.registry.bytes(tables.registry.offset(entry + Format.RegistryEntry.owner))
            let flags = tables.registry[entry + Format.RegistryEntry.flags]
            if flags & Format.RegistryEntry.isPolicyRequired != 0 { isPolicyRequired = true }
            guard resourceAccount.isEmpty || resourceAccount.equals(owner) else {
                return Verdict(.implicitDeny, .ambiguousOwner)
            }
            resourceAccount = owner
        }
        if let named = Question.accountField(resource) {
            guard resourceAccount.isEmpty || resourceAccount.equals(named) else {
                return Verdict(.implicitDeny, .ambiguousOwner)
            }
            resourceAccount = named
        }
        guard resourceAccount.isEmpty else { return nil }
        if tables.onlyAccount != 0 {
            let id = tables.directory.offset(tables.onlyAccount + Format.AccountRecord.id)
            resourceAccount = tables.directory.bytes(id)
        } else if resource.equals("*") {
            resourceAccount = scratch.caller.account
        } else {
            return Verdict(.implicitDeny, .unknownResourceAccount)
        }
        return nil
    }

    /// The fifth field, if it is twelve digits.
    private static func accountField(_ resource: ByteView) -> ByteView? {
        var start = 0
        for _ in 0..<4 {
            guard let colon = resource.firstIndex(of: ASCII.colon, from: start) else { return nil }
            start = colon + 1
        }
        guard resource.count >= start + 12, resource.firstIndex(of: ASCII.colon, from: start) == start + 12 else {
            return nil
        }
        let field = resource.slice(start, start + 12)
        for index in 0..<12 where !ASCII.isDigit(field[index]) { return nil }
        return field
    }
}
