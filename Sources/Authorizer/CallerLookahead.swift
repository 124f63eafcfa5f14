public import DecisionTree

/// Finds the callers of the questions to come, so that their records are near when it is their turn.
///
/// A caller's record is four reads away, each of which needs the one before: slot, entry, record, sets. In a large store
/// each is a cache miss. One stage a question is begun here while earlier questions are decided, and nothing waits for it.
/// What it finds is a guess: the decision compares the name.
@frozen
public struct CallerLookahead {
    /// How many questions ahead a caller is looked for.
    public static let distance = 4

    /// What is known of a caller so far.
    @frozen
    @usableFromInline
    struct Stage: BitwiseCopyable {
        @usableFromInline var hash: UInt32 = 0
        /// Whether there is a caller to be looked for.
        @usableFromInline var isWanted = false
        /// The offset of its entry; 0 as long as it is not known, and for a name that is no user's.
        @usableFromInline var entry = 0

        @inlinable
        init() {}
    }

    @usableFromInline var stages = InlineArray<8, Stage>(repeating: Stage())

    /// Looks for nobody yet.
    @inlinable
    public init() {}

    /// Takes in the caller of question `index`, no bytes for one that need not be looked for.
    public mutating func begin(_ index: Int, principal: ByteView, in tables: TablesView) {
        var stage = Stage()
        if !principal.isEmpty {
            stage.isWanted = true
            stage.hash = principal.exactHash
            tables.users.prefetchSlot(stage.hash)
        }
        stages[index & 7] = stage
    }

    /// Before question `index` is decided: goes on with those behind it, the farthest of which has just been taken in.
    public mutating func advance(_ index: Int, in tables: TablesView) {
        let (found, read, laid) = ((index &+ 3) & 7, (index &+ 2) & 7, (index &+ 1) & 7)
        if stages[found].isWanted { stages[found].entry = tables.users.prefetchEntry(stages[found].hash) ?? 0 }
        let directory = tables.directory
        if stages[read].entry != 0 {
            let record = Int(tables.users.payload(at: stages[read].entry))
            directory.prefetch(record)
            directory.prefetch(record &+ Format.PrincipalRecord.groupCount)
        }
        guard stages[laid].entry != 0 else { return }
        let principal = directory.record(
            Int(tables.users.payload(at: stages[laid].entry)), size: Format.PrincipalRecord.groups)
        directory.prefetch(Int(principal[Format.PrincipalRecord.ownSet]))
        directory.prefetch(Int(principal[Format.PrincipalRecord.boundarySet]))
        directory.prefetch(Int(principal[Format.PrincipalRecord.arn]))
    }

    /// The entry that question `index`'s caller most likely has; 0 when nothing is known of it.
    public func entry(_ index: Int) -> Int { stages[index & 7].entry }
}
