internal import PolicyCompiler
internal import PolicyModel

extension SnapshotInputs {
    /// The accounts of the store, and those that only the organization names.
    func addAccounts(to builder: inout TablesBuilder) {
        let tree = directory.organization.map { OrganizationTree($0, directory) }
        let places =
            tree?.places {
                serviceSlot($0)
            } resource: {
                resourceSlot($0)
            } ?? [:]
        for id in Set(directory.accounts.keys).union(places.keys).sorted() {
            let account = directory.accounts[id]
            builder.add(
                AccountInput(
                    id: id, isRootUserEnabled: account?.isRootUserEnabled ?? false,
                    canonicalID: account?.canonicalID, isInStore: account != nil, place: places[id]))
        }
        guard let organization = directory.organization else { return }
        builder.add(
            OrganizationInput(
                id: organization.id, masterAccount: organization.masterAccount,
                defaultResourceAccount: organization.defaultResourceAccount,
                services: organization.resourceControlPolicyServices?.map(\.foldedASCII)))
    }

    private func serviceSlot(_ name: Text) -> UInt32? {
        if name == Organization.fullAccess { return slots[.fullAccess] }
        let key = EntityKey.serviceControlPolicy(name.foldedASCII)
        return directory.serviceControlPolicies[key]?.name == name ? slots[.control(key)] : nil
    }

    private func resourceSlot(_ name: Text) -> UInt32? {
        let key = EntityKey.resourceControlPolicy(name.foldedASCII)
        return directory.resourceControlPolicies[key]?.name == name ? slots[.control(key)] : nil
    }
}
