public import PolicyModel

/// Where an account stands in an organization (spec §6.2, §7).
public struct ReferenceOrganization: Sendable, Hashable {
    /// `o-…`.
    public var id: Text
    /// The management account.
    public var masterAccount: AccountID
    /// The ids of the nodes above the account, root first.
    public var nodes: [Text]

    /// Makes a place.
    public init(id: Text, masterAccount: AccountID, nodes: [Text]) {
        self.id = id
        self.masterAccount = masterAccount
        self.nodes = nodes
    }

    /// "`o-x/r-y/ou-z/…/` trailing slash" (spec §7).
    public var path: Text {
        Text(([id] + nodes).map { $0.string + "/" }.joined())
    }
}
