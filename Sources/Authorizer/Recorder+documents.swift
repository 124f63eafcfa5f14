internal import DecisionTree
internal import PolicyModel

// The walks themselves.
extension Recorder {
    /// A document that is to be walked.
    struct Walk {
        var slot: UInt32
        var place: Trace.Place
        /// Whether it is a role's trust policy, which names identity providers in its own way.
        var isTrust = false
        /// Whether its Allows do not count.
        var onlyDenies = false
        /// Whether anything in it can be about the action's service.
        var isServed = true
    }

    /// The documents of a set.
    func walks(ofSet set: Int, _ scratch: borrowing Scratch) -> [Walk] {
        guard set != 0 else { return [] }
        var walks: [Walk] = []
        var cursor = SetCursor(question.tables, set: set)
        while let entry = cursor.nextOfAny(scratch.serviceBit) {
            walks.append(Walk(slot: entry.slot, place: .slot(entry.slot), isServed: entry.isServed))
        }
        return walks
    }

    /// Walks documents until all are done, or the layer's steps are used up; one that two groups have is walked once.
    func record(
        _ walks: [Walk], of tables: TablesView, into layer: inout Trace.LayerRecord,
        _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        scratch.goOn(recording: true, steps: steps.layer)
        defer { scratch.isRecording = false }
        var places = Set(layer.documents)
        for walk in walks where places.insert(walk.place).inserted {
            layer.documents.append(walk.place)
            guard walk.isServed, !scratch.isExhausted else { continue }
            record(walk, .deny, of: tables, into: &layer, view, &scratch)
            if !walk.onlyDenies { record(walk, .allow, of: tables, into: &layer, view, &scratch) }
        }
        if scratch.isExhausted { layer.isComplete = false }
    }

    private func record(
        _ walk: Walk, _ effect: Effect, of tables: TablesView, into layer: inout Trace.LayerRecord,
        _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        defer { scratch.caller.seeksTrust = false }
        scratch.forgetEvents()
        scratch.caller.seeksTrust = walk.isTrust && effect == .allow
        let grades = question.document(
            walk.slot, of: tables, effect, enough: Grades(rawValue: .max), view, &scratch)
        if effect == .allow {
            layer.allows.formUnion(grades)
        } else if !grades.isEmpty {
            layer.denies = true
            layer.isDeniedByTrust = layer.isDeniedByTrust || walk.isTrust
        }
        Recorder.appendEvents(effect, walk.place, to: &layer.statements, scratch)
    }

    /// Keeps each statement once: two patterns of it may match.
    static func appendEvents(
        _ effect: Effect, _ place: Trace.Place, to statements: inout [Trace.StatementRecord],
        _ scratch: borrowing Scratch
    ) {
        var seen: Set<UInt32> = []
        for number in 0..<scratch.events.count {
            let event = scratch.events[number]
            guard seen.insert(event.statement).inserted else { continue }
            var failed: [Int] = []
            for index in event.firstFailed..<event.firstFailed + event.failedCount {
                failed.append(Int(scratch.failedConditions[index]))
            }
            statements.append(
                Trace.StatementRecord(
                    place: place, index: Int(event.statement), effect: effect, grades: event.grades,
                    failedConditions: failed.sorted()))
        }
    }
}
