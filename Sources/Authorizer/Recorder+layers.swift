internal import DecisionTree
internal import PolicyModel

// The layers in play, each with its documents.
extension Recorder {
    mutating func recordLayers(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        recordPrincipal(view, &scratch)
        recordSession(view, &scratch)
        recordResource(view, &scratch)
        recordLevels(question.serviceLevels(scratch), .serviceControlPolicy, view, &scratch)
        recordLevels(question.resourceLevels(scratch), .resourceControlPolicy, view, &scratch)
        trace.layers.sort { ($0.layer.rawValue, $0.level ?? 0) < ($1.layer.rawValue, $1.level ?? 0) }
    }

    private mutating func recordPrincipal(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        guard question.record != 0 else { return }
        let directory = question.tables.directory
        var walks = walks(ofSet: directory.offset(question.record + Format.PrincipalRecord.ownSet), scratch)
        for group in 0..<directory.offset(question.record + Format.PrincipalRecord.groupCount) {
            walks += self.walks(
                ofSet: directory.offset(question.record + Format.PrincipalRecord.groups + group), scratch)
        }
        var identity = Trace.LayerRecord(layer: .identityPolicy)
        record(walks, of: question.tables, into: &identity, view, &scratch)
        settle(&identity, view, &scratch)
        trace.layers.append(identity)
        let boundary = directory.offset(question.record + Format.PrincipalRecord.boundarySet)
        guard boundary != 0 else { return }
        var layer = Trace.LayerRecord(layer: .permissionsBoundary)
        record(self.walks(ofSet: boundary, scratch), of: question.tables, into: &layer, view, &scratch)
        settle(&layer, view, &scratch)
        trace.layers.append(layer)
    }

    mutating func recordInlineSession(
        _ documents: TablesView, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        var layer = Trace.LayerRecord(layer: .sessionPolicy)
        let walks = (0..<documents.documents.count).map { Walk(slot: UInt32($0), place: .inlineSession($0)) }
        record(walks, of: documents, into: &layer, view, &scratch)
        trace.layers.append(layer)
    }

    private mutating func recordSession(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        let isInPlay = view.session.hasPolicies || scratch.caller.kind == .federatedUser
        guard isInPlay else { return }
        var layer = Trace.LayerRecord(layer: .sessionPolicy)
        if let index = trace.layers.firstIndex(where: { $0.layer == .sessionPolicy }) {
            layer = trace.layers.remove(at: index)
        }
        let walks = view.session.policyARNs.compactMap { index -> Walk? in
            let slot = question.tables.managedPolicies.payload(of: view.sessionTexts[index])
            return slot == SymbolTable.none ? nil : Walk(slot: slot, place: .slot(slot))
        }
        record(walks, of: question.tables, into: &layer, view, &scratch)
        settle(&layer, view, &scratch)
        trace.layers.append(layer)
    }

    private mutating func recordResource(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        var walks: [Walk] = []
        let trust = question.trustSlot
        if trust != Format.none { walks.append(Walk(slot: trust, place: .slot(trust), isTrust: true)) }
        for index in 0..<scratch.registryMatches.count {
            let entry = scratch.registryMatches[index]
            let slot = question.policySlot(entry)
            guard slot != Format.none else { continue }
            let rank = question.tables.registry[Int(entry) + Format.RegistryEntry.rank]
            // Beside a trust policy the registry's policies only deny.
            walks.append(
                Walk(slot: slot, place: .registry(slot: slot, rank: rank), onlyDenies: trust != Format.none))
        }
        guard !walks.isEmpty else { return }
        var layer = Trace.LayerRecord(layer: .resourcePolicy)
        record(walks, of: question.tables, into: &layer, view, &scratch)
        settle(&layer, view, &scratch)
        layer.allows.subtract(.attached)
        trace.layers.append(layer)
    }

    private mutating func recordLevels(
        _ levels: Int, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        guard levels != 0 else { return }
        for level in 0..<question.tables.directory.offset(levels) {
            var record = Trace.LayerRecord(layer: layer, level: level)
            let walks = walks(ofSet: question.tables.directory.offset(levels + 1 + level), scratch)
            self.record(walks, of: question.tables, into: &record, view, &scratch)
            settle(&record, view, &scratch)
            trace.layers.append(record)
        }
    }

    // MARK: What a layer says as a whole

    /// Finds out what an unfinished recording does not say, by the very rules of the decision.
    private mutating func settle(
        _ layer: inout Trace.LayerRecord, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        guard !layer.isComplete else { return }
        scratch.goOn(recording: false, steps: steps.settling)
        let denial = denial(of: layer, view, &scratch)
        var isSettled = layer.denies
        if !scratch.isExhausted {
            isSettled = true
            layer.denies = denial != nil
            layer.isDeniedByTrust = denial == .trustPolicyDeny
        }
        scratch.goOn(recording: false, steps: steps.settling)
        let grades = grades(of: layer, view, &scratch)
        if !scratch.isExhausted {
            layer.allows = grades
        } else if layer.allows.isEmpty || layer.layer == .resourcePolicy {
            // Any Allow is enough elsewhere; of a resource's policies every grade counts.
            isSettled = false
        }
        layer.isSettled = isSettled
    }

    /// Whether the layer denies; the reason is told for resource policies alone.
    private mutating func denial(
        of layer: Trace.LayerRecord, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Reason? {
        switch layer.layer {
        case .resourcePolicy: return question.resourceDenies(view, &scratch)
        case .identityPolicy: return question.identityDenies(view, &scratch) ? .identityPolicyDeny : nil
        case .sessionPolicy: return question.sessionDenies(view, &scratch) ? .sessionPolicyDeny : nil
        case .permissionsBoundary, .serviceControlPolicy, .resourceControlPolicy:
            return question.denies(set(of: layer, scratch), layer.layer, view, &scratch) ? .identityPolicyDeny : nil
        case .none: return nil
        }
    }

    private mutating func grades(
        of layer: Trace.LayerRecord, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Grades {
        switch layer.layer {
        case .resourcePolicy: return question.resourceGrades(view, &scratch)
        case .identityPolicy: return question.identityAllows(view, &scratch) ? .attached : []
        case .sessionPolicy: return question.sessionAllows(view, &scratch) ? .attached : []
        case .permissionsBoundary, .serviceControlPolicy, .resourceControlPolicy:
            return question.passes(set(of: layer, scratch), layer.layer, view, &scratch) ? .attached : []
        case .none: return []
        }
    }

    /// The set of documents of a boundary or of a level.
    private func set(of layer: Trace.LayerRecord, _ scratch: borrowing Scratch) -> Int {
        let directory = question.tables.directory
        let levels: Int
        switch layer.layer {
        case .permissionsBoundary: return directory.offset(question.record + Format.PrincipalRecord.boundarySet)
        case .serviceControlPolicy: levels = question.serviceLevels(scratch)
        case .resourceControlPolicy: levels = question.resourceLevels(scratch)
        case .none, .identityPolicy, .resourcePolicy, .sessionPolicy: return 0
        }
        return levels == 0 ? 0 : directory.offset(levels + 1 + (layer.level ?? 0))
    }
}
