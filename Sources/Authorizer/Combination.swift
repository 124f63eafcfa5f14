internal import DecisionTree
internal import PolicyModel

/// What recorded layers come to: the formulas of spec §6.3 to §6.5 as they stand there.
///
/// `Question` decides the same without looking at more than it needs; that both agree is a property that tests hold.
struct Combination {
    private let caller: Trace.CallerRecord
    private let layers: [Trace.LayerRecord]

    init(_ trace: Trace) {
        self.init(caller: trace.caller, layers: trace.layers)
    }

    init(caller: Trace.CallerRecord, layers: [Trace.LayerRecord]) {
        self.caller = caller
        self.layers = layers
    }

    /// The decision and its reason.
    var outcome: (Decision, Reason) {
        if let denied = denials.first { return (.explicitDeny, denied) }
        if layers.contains(where: { $0.layer == .serviceControlPolicy && $0.allows.isEmpty }) {
            return (.implicitDeny, .serviceControlPolicy)
        }
        return missing.map { (.implicitDeny, $0) } ?? (.allowed, .allowed)
    }

    /// The layers that denied, or whose silence mattered (design §3.4).
    var deniedBy: [Verdict.Layer] {
        switch outcome.0 {
        case .allowed: return []
        case .explicitDeny: return Verdict.Layer.allCases.filter { denies($0) }
        case .implicitDeny: return Verdict.Layer.allCases.filter { mattered($0) && !isUnsettled($0) }
        }
    }

    // MARK: Denies

    private func denies(_ layer: Verdict.Layer) -> Bool {
        layers.contains { $0.layer == layer && $0.denies }
    }

    /// The reasons of the layers with a Deny, in the order in which they are named.
    private var denials: [Reason] {
        let order: [(Verdict.Layer, Reason)] = [
            (.identityPolicy, .identityPolicyDeny), (.permissionsBoundary, .permissionsBoundaryDeny),
            (.sessionPolicy, .sessionPolicyDeny), (.resourcePolicy, resourceDenial),
            (.serviceControlPolicy, .serviceControlPolicyDeny), (.resourceControlPolicy, .resourceControlPolicyDeny),
        ]
        return order.filter { denies($0.0) }.map(\.1)
    }

    /// A role may have a registry entry beside its trust policy, which is asked first.
    private var resourceDenial: Reason {
        layers.contains { $0.layer == .resourcePolicy && $0.isDeniedByTrust } ? .trustPolicyDeny : .resourcePolicyDeny
    }

    // MARK: Allows

    private func allows(_ layer: Verdict.Layer) -> Bool {
        layers.contains { $0.layer == layer && !$0.allows.isEmpty }
    }

    private func isInPlay(_ layer: Verdict.Layer) -> Bool {
        layers.contains { $0.layer == layer }
    }

    /// Whether it is not known that the layer is silent: it had no part in the decision then.
    private func isUnsettled(_ layer: Verdict.Layer) -> Bool {
        func isSilent(settled isSettled: Bool) -> Bool {
            layers.contains { $0.layer == layer && $0.allows.isEmpty && $0.isSettled == isSettled }
        }
        if isSilent(settled: false), !isSilent(settled: true) { return true }
        // In the caller's own account what the resource's policies say can make up for another layer's silence.
        let canBeMadeUpFor = layer == .identityPolicy || layer == .permissionsBoundary || layer == .sessionPolicy
        return canBeMadeUpFor && caller.isSameAccount
            && layers.contains { $0.layer == .resourcePolicy && !$0.isSettled }
    }

    private var grades: Grades {
        layers.filter { $0.layer == .resourcePolicy }.reduce(into: []) { $0.formUnion($1.allows) }
    }

    /// Whether the resource policy alone is enough.
    private var isSufficient: Bool {
        let isAlone = caller.kind == .service || caller.kind == .anonymous || caller.kind == .bearer
        guard isAlone || caller.isSameAccount else { return false }
        return !grades.isDisjoint(with: Question.sufficient(caller.kind, inSession: isInPlay(.sessionPolicy)))
    }

    /// Whether the resource policy must say something at all.
    private var needsResource: Bool {
        switch caller.kind {
        case .service, .anonymous, .bearer: true
        case .root, .user, .session, .federatedUser, .unknown: !caller.isSameAccount || caller.isPolicyRequired
        }
    }

    private var lacksResource: Bool {
        switch caller.kind {
        case .service, .anonymous, .bearer: !isSufficient
        case .root, .user, .session, .federatedUser, .unknown: needsResource && grades.isEmpty
        }
    }

    private var lacksIdentity: Bool {
        guard isInPlay(.identityPolicy), !allows(.identityPolicy) else { return false }
        return !caller.isSameAccount
            || grades.isDisjoint(with: Question.standIns(caller.kind, inSession: isInPlay(.sessionPolicy)))
    }

    /// What is missing first, when nothing denies and the organization lets it through.
    private var missing: Reason? {
        if isSufficient { return nil }
        if lacksResource { return caller.isTrustPolicy ? .trustPolicy : .resourcePolicy }
        if lacksIdentity { return .identityPolicy }
        if isInPlay(.permissionsBoundary), !allows(.permissionsBoundary) { return .permissionsBoundary }
        return isInPlay(.sessionPolicy) && !allows(.sessionPolicy) ? .sessionPolicy : nil
    }

    /// Whether a layer gave no Allow, and one was needed.
    private func mattered(_ layer: Verdict.Layer) -> Bool {
        switch layer {
        case .serviceControlPolicy: return layers.contains { $0.layer == layer && $0.allows.isEmpty }
        case .resourcePolicy: return lacksResource
        case .identityPolicy: return !isSufficient && lacksIdentity
        case .permissionsBoundary, .sessionPolicy: return !isSufficient && isInPlay(layer) && !allows(layer)
        case .none, .resourceControlPolicy: return false
        }
    }
}
