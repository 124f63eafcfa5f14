internal import DecisionTree
internal import PolicyModel

/// Fills a trace: walks every document of every layer with recording switched on.
struct Recorder: ~Copyable {
    var question: Question
    var trace: Trace

    /// How many times the steps of a decision a recording may take: it never stops early.
    static let stepsFactor = 20

    mutating func record(
        _ view: inout RequestView, _ context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) {
        trace.action = view.action.text
        let early = try question.prepare(&view, context, &scratch)
        trace.resourceAccount = question.resourceAccount.text
        trace.caller = caller(scratch)
        guard early == nil else { return }
        let lacksFacts = question.lacksSessionFacts(view, scratch)
        scratch.record(stepsFactor: Recorder.stepsFactor)
        if let documents = question.sessionDocuments {
            try question.bind(to: documents, &view, context, &scratch)
            keepContext(documents, view)
            recordInlineSession(documents, view, &scratch)
            try question.bind(to: question.tables, &view, context, &scratch)
        }
        keepContext(question.tables, view)
        recordLayers(view, &scratch)
        guard trace.verdict.reason != .tooCostly, !lacksFacts else { return }
        let combination = Combination(trace)
        (trace.recorded.decision, trace.recorded.reason) = combination.outcome
        trace.deniedBy = combination.deniedBy
    }

    private func caller(_ scratch: borrowing Scratch) -> Trace.CallerRecord {
        Trace.CallerRecord(
            kind: scratch.caller.kind,
            isSameAccount: !question.resourceAccount.isEmpty
                && scratch.caller.account.equals(question.resourceAccount),
            isPolicyRequired: question.isPolicyRequired, isTrustPolicy: question.targetRole != 0)
    }

    // MARK: Context

    /// Keeps what the bound keys hold.
    private mutating func keepContext(_ names: TablesView, _ view: borrowing RequestView) {
        var held: [Text: [Text]] = [:]
        for (key, values) in trace.context { held[key] = values }
        for key in 0..<UInt32(names.keyCount) {
            guard let index = view.entry(of: key) else { continue }
            let entry = view.entries[index]
            let name = entry.key.isEmpty ? Text(GlobalConditionKey.allCases[Int(key)].rawValue) : entry.key.text
            held[name.foldedASCII] = (0..<entry.valueCount).map { view.values[entry.firstValue + $0].text }
        }
        trace.context = held.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: Layers

    private mutating func recordLayers(_ view: borrowing RequestView, _ scratch: inout Scratch) {
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
        var identity = Trace.LayerRecord(layer: .identityPolicy)
        record(set: directory.offset(question.record + Format.PrincipalRecord.ownSet), &identity, view, &scratch)
        for group in 0..<directory.offset(question.record + Format.PrincipalRecord.groupCount) {
            let set = directory.offset(question.record + Format.PrincipalRecord.groups + group)
            record(set: set, &identity, view, &scratch)
        }
        trace.layers.append(identity)
        let boundary = directory.offset(question.record + Format.PrincipalRecord.boundarySet)
        guard boundary != 0 else { return }
        var layer = Trace.LayerRecord(layer: .permissionsBoundary)
        record(set: boundary, &layer, view, &scratch)
        trace.layers.append(layer)
    }

    private mutating func recordInlineSession(
        _ documents: TablesView, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        var layer = Trace.LayerRecord(layer: .sessionPolicy)
        for slot in 0..<documents.documents.count {
            record(UInt32(slot), of: documents, .inlineSession(slot), &layer, view, &scratch)
        }
        trace.layers.append(layer)
    }

    private mutating func recordSession(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        let isInPlay = view.session.hasPolicies || scratch.caller.kind == .federatedUser
        guard isInPlay else { return }
        var layer = Trace.LayerRecord(layer: .sessionPolicy)
        if let index = trace.layers.firstIndex(where: { $0.layer == .sessionPolicy }) {
            layer = trace.layers.remove(at: index)
        }
        for index in view.session.policyARNs {
            let slot = question.tables.managedPolicies.payload(of: view.sessionTexts[index])
            guard slot != SymbolTable.none else { continue }
            record(slot, of: question.tables, .slot(slot), &layer, view, &scratch)
        }
        trace.layers.append(layer)
    }

    private mutating func recordResource(_ view: borrowing RequestView, _ scratch: inout Scratch) {
        var layer = Trace.LayerRecord(layer: .resourcePolicy)
        var isInPlay = false
        if question.trustSlot != Format.none {
            isInPlay = true
            let slot = question.trustSlot
            record(slot, of: question.tables, .slot(slot), &layer, view, &scratch, isTrust: true)
        }
        for index in 0..<scratch.registryMatches.count {
            let entry = scratch.registryMatches[index]
            let slot = question.policySlot(entry)
            guard slot != Format.none else { continue }
            isInPlay = true
            let rank = question.tables.registry[Int(entry) + Format.RegistryEntry.rank]
            var beside = Trace.LayerRecord(layer: .resourcePolicy)
            record(slot, of: question.tables, .registry(slot: slot, rank: rank), &beside, view, &scratch)
            // Beside a trust policy the registry's policies only deny.
            if question.trustSlot != Format.none {
                beside.statements.removeAll { $0.effect == .allow }
                beside.allows = []
            }
            layer.add(beside)
        }
        layer.allows.subtract(.attached)
        if isInPlay { trace.layers.append(layer) }
    }

    private mutating func recordLevels(
        _ levels: Int, _ layer: Verdict.Layer, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        guard levels != 0 else { return }
        for level in 0..<question.tables.directory.offset(levels) {
            var record = Trace.LayerRecord(layer: layer, level: level)
            self.record(set: question.tables.directory.offset(levels + 1 + level), &record, view, &scratch)
            trace.layers.append(record)
        }
    }

    // MARK: Documents

    private mutating func record(
        set: Int, _ layer: inout Trace.LayerRecord, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        guard set != 0 else { return }
        let directory = question.tables.directory
        for index in 0..<directory.offset(set + Format.DocumentSet.count) {
            let at = set + Format.DocumentSet.entries + index * Format.DocumentSet.entrySize
            guard let slot = directory.slot(ofEntry: at, service: scratch.serviceBit, flags: .max) else { continue }
            record(slot, of: question.tables, .slot(slot), &layer, view, &scratch)
        }
    }

    /// Walks a document for both effects and keeps each statement once.
    private func record(
        _ slot: UInt32, of tables: TablesView, _ place: Trace.Place, _ layer: inout Trace.LayerRecord,
        _ view: borrowing RequestView, _ scratch: inout Scratch, isTrust: Bool = false
    ) {
        let provider = scratch.caller.provider
        defer { scratch.caller.provider = provider }
        for effect in [Effect.deny, .allow] {
            scratch.events.truncate(to: 0)
            scratch.failedConditions.truncate(to: 0)
            if isTrust, effect == .allow { scratch.caller.provider = Question.trustedProvider(scratch.caller) }
            let grades = question.document(
                slot, of: tables, effect, enough: Grades(rawValue: .max), view, &scratch)
            if effect == .deny {
                layer.denies = layer.denies || !grades.isEmpty
            } else {
                layer.allows.formUnion(grades)
            }
            for statement in statements(effect, place, scratch) where !layer.statements.contains(statement) {
                layer.statements.append(statement)
            }
        }
    }

    private func statements(
        _ effect: Effect, _ place: Trace.Place, _ scratch: borrowing Scratch
    ) -> [Trace.StatementRecord] {
        (0..<scratch.events.count).map { number in
            let event = scratch.events[number]
            let failed = (0..<event.failedCount).map { Int(scratch.failedConditions[event.firstFailed + $0]) }
            return Trace.StatementRecord(
                place: place, index: Int(event.statement), effect: effect, grades: event.grades,
                failedConditions: failed.sorted())
        }
    }
}

extension Trace.LayerRecord {
    /// Takes in what another document of the layer said.
    fileprivate mutating func add(_ other: Trace.LayerRecord) {
        for statement in other.statements where !statements.contains(statement) { statements.append(statement) }
        allows.formUnion(other.allows)
        denies = denies || other.denies
    }
}
