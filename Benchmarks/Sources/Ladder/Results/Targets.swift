/// What a figure is held against.
struct Target {
    var what: String
    var key: String
    var bound: Double
    var isAtLeast = false
    var unit = "×"

    func isReached(by value: Double) -> Bool { isAtLeast ? value >= bound : value <= bound }

    var text: String { "\(isAtLeast ? "≥" : "≤") \(NumberText.plain(bound))\(unit.isEmpty ? "" : " " + unit)" }

    static let all: [Target] = wire + load + processor + decisions + peers + growth + store

    private static let wire = [
        Target(what: "`Authorize`, one caller, rung M: p50 / C echo", key: "wire.p50", bound: 1.08),
        Target(what: "the same, p99", key: "wire.p99", bound: 1.2),
    ]

    private static let load =
        [1, 8, 64].flatMap { callers in
            [50, 80].map { share in
                Target(
                    what: "\(callers) caller\(callers == 1 ? "" : "s"), open loop at \(share) %: p99 / C echo's",
                    key: "load.\(callers).\(share)", bound: 2)
            }
        } + [
            Target(what: "63 quiet callers beside pipelined batches of 512: p99 / alone", key: "load.quiet", bound: 1.3)
        ]

    private static let processor = [
        Target(
            what: "server processor time, pipelined `Authorize` / jansson parsing it", key: "processor.one",
            bound: 0.2),
        Target(what: "the same in `AuthorizeMany`", key: "processor.many", bound: 0.15),
        Target(what: "server processor time a message: two loops / one", key: "processor.loops", bound: 1.05),
        Target(what: "two threads deciding / one", key: "threads", bound: 1.9, isAtLeast: true),
    ]

    private static let decisions = [
        Target(what: "decision, rung M, hot", key: "decision.M.hot", bound: 150, unit: "ns"),
        Target(what: "decision, rung M, all in turn", key: "decision.M.turn", bound: 250, unit: "ns"),
        Target(
            what: "decision, rung M, all in turn", key: "instructions.M.turn", bound: 2_500, unit: "instructions"),
        Target(what: "decision, rung L, hot", key: "decision.L.hot", bound: 400, unit: "ns"),
        Target(what: "decision, rung L, all in turn", key: "decision.L.turn", bound: 1_500, unit: "ns"),
        Target(what: "allocations of a block of decisions, rung M", key: "decision.M.allocations", bound: 0, unit: ""),
        Target(
            what: "instructions in retain, release, locks and allocation, a decision", key: "instructions.M.counting",
            bound: 0, unit: ""),
    ]

    private static let peers = [
        Target(
            what: "100 policies: pre-parsed `cedarpy` call / ours", key: "peer.cedarpy", bound: 300, isAtLeast: true),
        Target(
            what: "100 policies: Cedar's own time / ours", key: "peer.cedarpy.own", bound: 100, isAtLeast: true),
    ]

    private static let growth = [
        Target(what: "growth 100 → 100,000 statements: instructions", key: "growth.instructions", bound: 1.1),
        Target(what: "the same, hot", key: "growth.hot", bound: 1.2),
        Target(what: "the same, over the socket, drawn uniformly", key: "growth.socket", bound: 1.15),
        Target(what: "the same, in process, drawn uniformly", key: "growth.turn", bound: 4),
    ]

    private static let store = [
        Target(what: "cold start of L / reading and jansson-parsing its files", key: "start.L", bound: 4),
        Target(what: "from the image / reading and SHA-256 of them", key: "start.image", bound: 2),
        Target(
            what: "one file of L changed under load: in force, p99", key: "reload.one.inForce", bound: 25, unit: "ms"),
        Target(what: "one file: questions that failed", key: "reload.one.failed", bound: 0, unit: ""),
        Target(what: "one file: peak memory / at rest", key: "reload.one.peak", bound: 1.5),
        Target(what: "all files: questions that failed", key: "reload.all.failed", bound: 0, unit: ""),
        Target(what: "all files: peak memory / at rest", key: "reload.all.peak", bound: 2.2),
        Target(what: "memory at rest, L, over an empty store's / text", key: "memory.L", bound: 2),
        Target(what: "memory at rest, XL, over an empty store's / text", key: "memory.XL", bound: 2),
    ]
}
