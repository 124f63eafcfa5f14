internal import PolicyModel

/// The name of an action as a question has it: `service:name`, without wildcards (design §3.3).
public enum ActionName {
    /// Where the colon stands; `nil` when this is no such name.
    public static func colon(_ name: ByteView) -> Int? {
        guard let colon = name.firstIndex(of: ASCII.colon), colon > 0, colon + 1 < name.count,
            name.firstIndex(of: ASCII.colon, from: colon + 1) == nil
        else { return nil }
        for index in 0..<name.count {
            let byte = name[index]
            guard byte > 0x20, byte != 0x7F, byte != ASCII.star, byte != ASCII.questionMark else { return nil }
        }
        return colon
    }

    /// Whether the service of a folded name is `sts` or `iam`.
    public static func isAccessManagement(_ folded: ByteView) -> Bool {
        folded.hasPrefix("sts:") || folded.hasPrefix("iam:")
    }
}

extension Scratch {
    /// Notes a folded action by the symbols that tables have for it and its service; its bit stays.
    ///
    /// - Parameter isKnown: whether the tables may have the action; `false` if it was looked for in vain.
    public mutating func setAction(_ folded: ByteView, in tables: TablesView, isKnown: Bool = true) {
        foldedAction = folded
        actionSymbol = isKnown ? tables.actions.id(of: folded) : Format.none
        let service = folded.slice(0, folded.firstIndex(of: ASCII.colon) ?? 0)
        serviceSymbol = min(tables.services.id(of: service), Format.ActionSymbol.noService)
    }
}
