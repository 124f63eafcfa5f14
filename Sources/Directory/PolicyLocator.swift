internal import Authorizer
internal import DecisionTree
internal import PolicyModel
internal import PolicySyntax

/// Finds which policy a document of a trace is: its name, and the text it was read from.
///
/// The documents of every layer are found once, when the locator is made; whatever is asked of it afterwards is a
/// look-up.
struct PolicyLocator {
    /// A document with what people call it.
    struct Located {
        /// Its name, its ARN, or the resource it hangs on.
        var policy: String
        var source: PolicySource
        /// Where it stands in the trace; `nil` when no walk came to it.
        var place: Trace.Place?
        /// What the text means.
        var document: Document { reading.document }
        private let reading: Reading

        fileprivate init(policy: String, source: PolicySource, place: Trace.Place?, cache: DocumentCache? = nil) {
            (self.policy, self.source, self.place) = (policy, source, place)
            reading = Reading(source, cache)
        }

        /// Reads the document when it is first asked for.
        private final class Reading {
            private let source: PolicySource
            private let cache: DocumentCache?
            lazy var document = cache?.document(of: source) ?? source.document

            init(_ source: PolicySource, _ cache: DocumentCache?) { (self.source, self.cache) = (source, cache) }
        }
    }

    /// The documents of a layer that is in play.
    struct Layer {
        /// In the order in which people read them.
        var documents: [Located]
        /// The root, unit or account that a layer of control policies hangs on.
        var levelName: String?
        fileprivate var numbers: [Trace.Place: Int] = [:]

        fileprivate init(_ documents: [Located], levelName: String? = nil) {
            self.documents = documents
            self.levelName = levelName
            // Two policies with one text are one document: the first stands for both.
            for (number, document) in documents.enumerated() {
                guard let place = document.place, numbers[place] == nil else { continue }
                numbers[place] = number
            }
        }

        /// The document at a place.
        func document(at place: Trace.Place) -> Located? { numbers[place].map { documents[$0] } }
    }

    private struct Key: Hashable {
        var layer: Verdict.Layer
        var level: Int?
    }

    private var layers: [Key: Layer] = [:]

    init(_ snapshot: Snapshot, _ asked: AskedQuestion, sessionPolicies: [PolicySource], _ trace: Trace) {
        let finder = LayerFinder(
            snapshot: snapshot, asked: asked, sessionPolicies: sessionPolicies, resourceAccount: trace.resourceAccount)
        var levels: [Verdict.Layer: [OrganizationTree.Level]] = [:]
        for record in trace.layers {
            let key = Key(layer: record.layer, level: record.level)
            guard let level = record.level else {
                layers[key] = Layer(finder.documents(of: record))
                continue
            }
            let all = levels[record.layer] ?? finder.levels(of: record.layer)
            levels[record.layer] = all
            guard all.indices.contains(level) else { continue }
            layers[key] = Layer(
                finder.controlPolicies(record.layer, all[level]), levelName: all[level].id.string)
        }
    }

    /// The documents of a layer; `nil` when it is not in play.
    func layer(_ layer: Verdict.Layer, level: Int?) -> Layer? { layers[Key(layer: layer, level: level)] }
}

/// Reads the documents of a layer off the directory.
private struct LayerFinder {
    let snapshot: Snapshot
    let asked: AskedQuestion
    let sessionPolicies: [PolicySource]
    let resourceAccount: Text

    private var directory: Directory { snapshot.directory }

    /// Every document of a layer without levels.
    func documents(of record: Trace.LayerRecord) -> [PolicyLocator.Located] {
        switch record.layer {
        case .identityPolicy: identityPolicies
        case .permissionsBoundary:
            managed(directory.holdings(of: asked).first?.holdings.permissionsBoundary.map { [$0] } ?? [])
        case .sessionPolicy: inlineSessions + managed(asked.managedSessionPolicies)
        case .resourcePolicy: record.documents.compactMap(resourcePolicy)
        case .serviceControlPolicy, .resourceControlPolicy, .none: []
        }
    }

    private var identityPolicies: [PolicyLocator.Located] {
        directory.holdings(of: asked).flatMap { key, holdings in
            holdings.inlinePolicies.map {
                located($0.name.string, $0.source, .inline(key, $0.name))
            } + managed(holdings.attachedPolicies)
        }
    }

    private func managed(_ arns: [Text]) -> [PolicyLocator.Located] {
        arns.compactMap { arn in
            directory.policy(named: arn).map { located(arn.string, $0.source, .managed($0.key)) }
        }
    }

    private var inlineSessions: [PolicyLocator.Located] {
        sessionPolicies.enumerated().map { number, source in
            PolicyLocator.Located(
                policy: "session policy \(number + 1)", source: source, place: .inlineSession(number))
        }
    }

    private func located(_ name: String, _ source: PolicySource, _ key: SourceKey) -> PolicyLocator.Located {
        located(name, source, at: snapshot.slots[key].map { .slot($0) })
    }

    private func located(_ name: String, _ source: PolicySource, at place: Trace.Place?) -> PolicyLocator.Located {
        PolicyLocator.Located(policy: name, source: source, place: place, cache: snapshot.documentCache)
    }

    /// The trust policy of the role that is the resource, or the policy of a registry entry.
    private func resourcePolicy(_ place: Trace.Place) -> PolicyLocator.Located? {
        switch place {
        case .slot:
            return directory.role(named: asked.resource).map {
                located("trust policy of \($0.arn)", $0.trustPolicy, at: place)
            }
        case .registry(_, let rank):
            guard snapshot.rankedResources.indices.contains(Int(rank)),
                let entry = directory.resources[snapshot.rankedResources[Int(rank)]], let source = entry.policy
            else { return nil }
            return located(entry.pattern.string, source, at: place)
        case .inlineSession: return nil
        }
    }

    // MARK: The organization's

    /// The levels above the caller's or the resource's account, root first.
    func levels(of layer: Verdict.Layer) -> [OrganizationTree.Level] {
        let text = layer == .resourceControlPolicy ? resourceAccount : ARN(asked.principal)?.account ?? ""
        guard let organization = directory.organization, let account = AccountID(text) else { return [] }
        return OrganizationTree(organization, directory).levels(above: account) ?? []
    }

    func controlPolicies(_ layer: Verdict.Layer, _ level: OrganizationTree.Level) -> [PolicyLocator.Located] {
        if layer == .resourceControlPolicy {
            return (level.policies.resource ?? []).compactMap { name in
                control(.resourceControlPolicy(name.foldedASCII), in: directory.resourceControlPolicies)
            }
        }
        return (level.policies.service ?? [Organization.fullAccess]).compactMap { name in
            name == Organization.fullAccess
                ? located(name.string, OrganizationTree.fullAccess, .fullAccess)
                : control(.serviceControlPolicy(name.foldedASCII), in: directory.serviceControlPolicies)
        }
    }

    private func control(_ key: EntityKey, in policies: [EntityKey: ControlPolicy]) -> PolicyLocator.Located? {
        policies[key].map { located($0.name.string, $0.source, .control(key)) }
    }
}

extension Directory {
    /// The entities whose policies are the caller's own, its groups after it.
    func holdings(of asked: AskedQuestion) -> [(key: EntityKey, holdings: PolicyHoldings)] {
        // A simulation may ask as a role.
        if let role = role(named: asked.principal) { return [(role.key, role.holdings)] }
        switch Caller(asked.sessionUser.isEmpty ? asked.principal : asked.sessionUser) {
        case .user(let account, let arn):
            let name = arn.split(at: ASCII.slash).last ?? arn
            guard let user = users[.user(account, name.foldedASCII)] else { return [] }
            let groups = user.groups.compactMap { self.groups[.group(account, $0.foldedASCII)] }
            return [(user.key, user.holdings)] + groups.map { ($0.key, $0.holdings) }
        case .assumedRole(let account, let roleName, _):
            return roles[.role(account, roleName.foldedASCII)].map { [($0.key, $0.holdings)] } ?? []
        case .root, .federatedUser, .service, .anonymous, nil: return []
        }
    }

    /// The role with an ARN, path included.
    func role(named arn: Text) -> Role? {
        guard let parts = ARN(arn), parts.resource.hasPrefix("role/"), let account = AccountID(parts.account),
            let name = parts.resource.split(at: ASCII.slash).last
        else { return nil }
        let role = roles[.role(account, name.foldedASCII)]
        return role?.arn == arn ? role : nil
    }
}
