internal import Authorizer
internal import PolicyModel

/// Which statements of a trace are shown, and in which order.
///
/// The deciding statement comes first, then those that made their layer what it is, then those whose conditions failed,
/// then those that name somebody else. Layers take turns, so that none is left out for the length of another.
struct StatementChoice {
    /// A statement that is shown if there is room.
    struct Pick {
        /// The layer's number in the trace.
        var layer: Int
        var record: Trace.StatementRecord
        /// Its place among those of its layer.
        var order: Int
    }

    /// What comes first, comes first.
    private(set) var picks: [Pick] = []
    /// How many statements each layer has.
    private(set) var counts: [Int]

    private enum Rank: Int, CaseIterable {
        case deciding, effective, failed, foreign
    }

    init(_ trace: Trace, deciding: Trace.StatementRecord?, _ bounds: ExplanationBounds) {
        counts = trace.layers.map(\.statements.count)
        var ranked: [(rank: Rank, pick: Pick)] = []
        for (number, layer) in trace.layers.enumerated() {
            var statements = layer.statements
            let isDeciding = deciding != nil && StatementChoice.isDeciding(layer, trace)
            if isDeciding, let deciding, !layer.isComplete, !statements.contains(where: deciding.isSame) {
                statements.insert(deciding, at: 0)
                counts[number] += 1
            }
            guard bounds != .everything else {
                picks += statements.enumerated().map { Pick(layer: number, record: $1, order: $0) }
                continue
            }
            var buckets: [[Trace.StatementRecord]] = Rank.allCases.map { _ in [] }
            for record in statements {
                let isFirst = isDeciding && (deciding.map(record.isSame) ?? false)
                let rank: Rank = isFirst ? .deciding : StatementChoice.rank(record, in: layer)
                if buckets[rank.rawValue].count < bounds.statementsPerLayerMax { buckets[rank.rawValue].append(record) }
            }
            let ordered = zip(Rank.allCases, buckets).flatMap { rank, records in records.map { (rank, $0) } }
            for (order, (rank, record)) in ordered.prefix(bounds.statementsPerLayerMax).enumerated() {
                ranked.append((rank, Pick(layer: number, record: record, order: order)))
            }
        }
        guard bounds != .everything else { return }
        ranked.sort {
            ($0.rank.rawValue, $0.pick.order, $0.pick.layer) < ($1.rank.rawValue, $1.pick.order, $1.pick.layer)
        }
        picks = ranked.prefix(bounds.statementsMax).map(\.pick)
    }

    /// Whether the verdict names the layer.
    private static func isDeciding(_ layer: Trace.LayerRecord, _ trace: Trace) -> Bool {
        let verdict = trace.verdict
        return layer.layer == verdict.layer && (layer.level == nil || layer.level == Int(verdict.level))
    }

    private static func rank(_ record: Trace.StatementRecord, in layer: Trace.LayerRecord) -> Rank {
        if record.applies, record.effect == (layer.denies ? .deny : .allow) { return .effective }
        return record.grades.isEmpty ? .foreign : .failed
    }
}

extension Trace.StatementRecord {
    /// Whether both are of one statement.
    func isSame(_ other: Trace.StatementRecord) -> Bool { place == other.place && index == other.index }
}
