internal import Authorizer
internal import DecisionTree
internal import PolicyCompiler
internal import PolicyModel
internal import PolicySyntax

/// Finds which policy a document of a trace is: its name, and the text it was read from.
struct PolicyLocator {
    /// A document with what people call it.
    struct Located {
        /// Its name, its ARN, or the resource it hangs on.
        var policy: String
        var source: PolicySource
        /// Where it stands in the trace; `nil` when no walk came to it.
        var place: Trace.Place?
    }

    private let directory: Directory
    private let slots: [DocumentDigest: UInt32]
    private let principal: Text
    private let sessionUser: Text
    private let resource: Text
    private let managedSession: [Text]
    private let sessionPolicies: [PolicySource]

    init(snapshot: Snapshot, _ view: borrowing RequestView, sessionPolicies: [PolicySource]) {
        directory = snapshot.directory
        slots = snapshot.slots
        principal = view.principal.text
        sessionUser = view.session.user.text
        resource = view.resource.text
        managedSession = view.session.policyARNs.map { view.sessionTexts[$0].text }
        self.sessionPolicies = sessionPolicies
    }

    /// The document at a place of a layer.
    func locate(_ place: Trace.Place, in layer: Verdict.Layer, level: Int?) -> Located? {
        documents(of: layer, level: level).first { $0.place == place }
    }

    /// Every document of a layer that is in play.
    func documents(of layer: Verdict.Layer, level: Int?) -> [Located] {
        switch layer {
        case .identityPolicy: identityPolicies
        case .permissionsBoundary: managed(holdings.first?.permissionsBoundary.map { [$0] } ?? [])
        case .sessionPolicy: inlineSessions + managed(managedSession)
        case .resourcePolicy: resourcePolicies
        case .serviceControlPolicy, .resourceControlPolicy: controlPolicies(layer, level ?? 0)
        case .none: []
        }
    }

    /// The root, unit or account at a level of the caller's or the resource's account.
    func levelName(_ level: Int, of layer: Verdict.Layer, resourceAccount: Text) -> String? {
        let levels = levels(layer, resourceAccount)
        return levels.indices.contains(level) ? levels[level].id.string : nil
    }

    private func slot(_ source: PolicySource, isResourcePolicy: Bool = false) -> UInt32? {
        slots[DocumentDigest(source, isResourcePolicy: isResourcePolicy)]
    }

    // MARK: The caller's

    /// The entities behind the principal, its groups included.
    private var holdings: [PolicyHoldings] {
        if let role = role(named: principal) { return [role.holdings] }
        switch Caller(sessionUser.isEmpty ? principal : sessionUser) {
        case .user(let account, let arn):
            let name = arn.split(at: ASCII.slash).last ?? arn
            guard let user = directory.users[.user(account, name.foldedASCII)] else { return [] }
            return [user.holdings]
                + user.groups.compactMap { directory.groups[.group(account, $0.foldedASCII)]?.holdings }
        case .assumedRole(let account, let roleName, _):
            return directory.roles[.role(account, roleName.foldedASCII)].map { [$0.holdings] } ?? []
        default: return []
        }
    }

    private func role(named arn: Text) -> Role? {
        guard let parts = ARN(arn), parts.resource.hasPrefix("role/"), let account = AccountID(parts.account),
            let name = parts.resource.split(at: ASCII.slash).last
        else { return nil }
        let role = directory.roles[.role(account, name.foldedASCII)]
        return role?.arn == arn ? role : nil
    }

    private var identityPolicies: [Located] {
        holdings.flatMap { holding in
            holding.inlinePolicies.map {
                Located(policy: $0.name.string, source: $0.source, place: slot($0.source).map { .slot($0) })
            } + managed(holding.attachedPolicies)
        }
    }

    private func managed(_ arns: [Text]) -> [Located] {
        arns.compactMap { arn in
            directory.policy(named: arn).map {
                Located(policy: arn.string, source: $0.source, place: slot($0.source).map { .slot($0) })
            }
        }
    }

    private var inlineSessions: [Located] {
        sessionPolicies.enumerated().map { number, source in
            Located(policy: "session policy \(number + 1)", source: source, place: .inlineSession(number))
        }
    }

    // MARK: The resource's

    /// The trust policy of the role that is the resource, and the policies of the registry, which are ranked by how
    /// specific they are.
    private var resourcePolicies: [Located] {
        let trust = role(named: resource).map { role in
            Located(
                policy: "trust policy of \(role.arn)", source: role.trustPolicy,
                place: slot(role.trustPolicy, isResourcePolicy: true).map { .slot($0) })
        }
        let ranked = directory.resources.values
            .sorted { TablesBuilder.isMoreSpecific($0.pattern, than: $1.pattern) }
        let registry = ranked.enumerated().compactMap { rank, entry -> Located? in
            guard let source = entry.policy, let slot = slot(source, isResourcePolicy: true) else { return nil }
            return Located(
                policy: entry.pattern.string, source: source, place: .registry(slot: slot, rank: UInt32(rank)))
        }
        return (trust.map { [$0] } ?? []) + registry
    }

    // MARK: The organization's

    private func levels(_ layer: Verdict.Layer, _ resourceAccount: Text) -> [OrganizationTree.Level] {
        guard let organization = directory.organization else { return [] }
        let text = layer == .resourceControlPolicy ? resourceAccount : ARN(principal)?.account ?? ""
        guard let account = AccountID(text) else { return [] }
        return OrganizationTree(organization, directory).levels[account] ?? []
    }

    private func controlPolicies(_ layer: Verdict.Layer, _ level: Int) -> [Located] {
        if layer == .resourceControlPolicy {
            return directory.resourceControlPolicies.sorted { $0.key < $1.key }.map {
                Located(
                    policy: $0.value.name.string, source: $0.value.source,
                    place: slot($0.value.source, isResourcePolicy: true).map { .slot($0) })
            }
        }
        let levels = levels(layer, "")
        guard levels.indices.contains(level) else { return [] }
        return (levels[level].policies.service ?? [Organization.fullAccess]).compactMap { name in
            let source =
                name == Organization.fullAccess
                ? OrganizationTree.fullAccess
                : directory.serviceControlPolicies[.serviceControlPolicy(name.foldedASCII)]?.source
            return source.map { Located(policy: name.string, source: $0, place: slot($0).map { .slot($0) }) }
        }
    }
}
