internal import PolicyCompiler
internal import PolicyModel
internal import PolicySyntax

/// The tree of an organization as its accounts see it: the levels from the root to each (spec §6.2).
struct OrganizationTree {
    private let organization: Organization
    private let directory: Directory

    /// One place on the way from the root to an account.
    struct Level {
        /// `r-…`, `ou-…` or the account's twelve digits.
        var id: Text
        var policies: AttachedControlPolicies
    }

    init(_ organization: Organization, _ directory: Directory) {
        self.organization = organization
        self.directory = directory
    }

    /// What `FullAWSAccess` says.
    static var fullAccess: PolicySource {
        let statement = Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))
        let text = #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#
        return PolicySource(
            document: Document(version: .v2012, statements: [statement]), text: Array(text.utf8),
            file: Organization.builtInFile,
            statementPositions: [])
    }

    /// The levels of every account, root first, the account itself last.
    var levels: [AccountID: [Level]] {
        var levels: [AccountID: [Level]] = [:]
        collect(organization.root, under: [], into: &levels)
        return levels
    }

    private func collect(_ unit: OrganizationUnit, under above: [Level], into levels: inout [AccountID: [Level]]) {
        let path = above + [Level(id: unit.id, policies: unit.policies)]
        for account in unit.accounts {
            levels[account.id] = path + [Level(id: account.id.text, policies: account.policies)]
        }
        for child in unit.units { collect(child, under: path, into: &levels) }
    }

    /// The levels of one account, root first, the account itself last; `nil` for an account outside.
    func levels(above account: AccountID) -> [Level]? {
        OrganizationTree.levels(above: account, in: organization.root)
    }

    private static func levels(above account: AccountID, in unit: OrganizationUnit) -> [Level]? {
        let level = Level(id: unit.id, policies: unit.policies)
        if let own = unit.accounts.first(where: { $0.id == account }) {
            return [level, Level(id: account.text, policies: own.policies)]
        }
        for child in unit.units {
            if let below = levels(above: account, in: child) { return [level] + below }
        }
        return nil
    }

    /// The place of every account, as tables are built from it; a name without a slot quarantines the accounts below.
    func places(
        service: (Text) -> UInt32?, resource: (Text) -> UInt32?
    ) -> [AccountID: OrganizationPlace] {
        var places: [AccountID: OrganizationPlace] = [:]
        for (account, levels) in levels {
            let path = levels.dropLast().map { "\($0.id)/" }.joined()
            var place = OrganizationPlace(
                path: Text("\(organization.id)/\(path)"), serviceLevels: nil, resourceLevels: nil)
            // The management account is bound by neither kind (spec §6.2).
            if account != organization.masterAccount { fill(&place, levels, service: service, resource: resource) }
            places[account] = place
        }
        return places
    }

    private func fill(
        _ place: inout OrganizationPlace, _ levels: [Level], service: (Text) -> UInt32?, resource: (Text) -> UInt32?
    ) {
        let names = levels.map { $0.policies.service ?? [Organization.fullAccess] }
        let slots = names.map { $0.map(service) }
        place.serviceLevels = slots.map { $0.compactMap { $0 } }
        place.isQuarantined = slots.contains { $0.contains { $0 == nil } }
        // "every level has a built-in allow-all; only Denies act" (spec §6.2): the built-in policy needs no document.
        let resourceNames = levels.map { ($0.policies.resource ?? []).filter { $0 != Organization.resourceFullAccess } }
        let resourceSlots = resourceNames.map { $0.map(resource) }
        place.resourceLevels = resourceSlots.map { $0.compactMap { $0 } }
        place.isResourceQuarantined = resourceSlots.contains { $0.contains { $0 == nil } }
    }
}
