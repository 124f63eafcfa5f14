/// How much is measured: all of it, a look, or just enough to see that nothing is broken.
package struct Effort: Sendable {
    package var name: String
    /// By how much stores are smaller.
    var divisor: Int
    /// Repetitions whose median is given.
    var runs: Int
    /// Alternating blocks of a run.
    var blocks: Int
    /// Decisions of a block in process.
    var decisions: Int
    /// How long one load lasts.
    var loadSeconds: Double
    /// Alternating blocks into which an open loop of that time is cut.
    var loadBlocks: Int
    /// Messages of one pumping.
    var messages: Int
    /// Changes of a store under load.
    var changes: Int
    /// The largest store that is grown to.
    var statementsMax: Int

    /// What the published figures come from.
    package static let full = Effort(
        name: "full", divisor: 1, runs: 7, blocks: 120, decisions: 5_000, loadSeconds: 2, loadBlocks: 20,
        messages: 60_000, changes: 100, statementsMax: 100_000)
    /// A tenth of the stores and a few seconds a part.
    package static let quick = Effort(
        name: "quick", divisor: 10, runs: 3, blocks: 20, decisions: 2_000, loadSeconds: 0.5, loadBlocks: 5,
        messages: 10_000, changes: 10, statementsMax: 10_000)
    /// What the tests run.
    package static let tiny = Effort(
        name: "tiny", divisor: 200, runs: 1, blocks: 2, decisions: 50, loadSeconds: 0.05, loadBlocks: 2,
        messages: 200, changes: 2, statementsMax: 1_000)

    /// The sizes of the growth ladder.
    var sizes: [Int] { [100, 1_000, 10_000, 100_000].filter { $0 <= statementsMax } }
}
