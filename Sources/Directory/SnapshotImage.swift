internal import DecisionTree

/// Why words are no image of a snapshot.
public struct SnapshotImageError: Error, Sendable, Hashable {
    /// One line.
    public let message: String

    /// Makes the error.
    public init(_ message: String) { self.message = message }
}

/// Snapshots as words, to be read back by the same build: what decides, and what there is to count; not what explains.
///
/// Only a snapshot that a fresh builder has built is worth an image: whoever builds the same directory has the same words.
public enum SnapshotImage {
    /// Words of the counts, two each.
    private static let countsSize = 24

    /// The words of a snapshot, behind others; `nil` for more than so many, which is known before any memory is taken.
    public static func words(
        of snapshot: Snapshot, behind header: [UInt32] = [], wordsMax: Int = Int(UInt32.max)
    ) -> [UInt32]? {
        let size = header.count + countsSize + TablesImage.wordsMax(of: snapshot.tables)
        guard size <= wordsMax else { return nil }
        var words: [UInt32] = []
        words.reserveCapacity(size)
        words += header
        for count in snapshot.counts.listed {
            let number = UInt64(clamping: count)
            words += [UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32)]
        }
        return TablesImage.words(of: snapshot.tables, behind: words)
    }

    /// A snapshot that reads its words where they are; it is not complete.
    ///
    /// Whatever the words are, either everything in them was verified or nothing was done.
    ///
    /// - Parameter words: aligned; they stay as they are for as long as `owner` lives.
    /// - Parameter rules: the schema and the organization of the revision, by which session policies are read.
    @unsafe
    public static func snapshot(
        in words: UnsafeBufferPointer<UInt32>, owner: any AnyObject & Sendable, revision: String, rules: Directory
    ) throws(SnapshotImageError) -> Snapshot {
        guard words.count >= countsSize else { throw SnapshotImageError("it ends too early") }
        var counts: [Int] = []
        for index in stride(from: 0, to: countsSize, by: 2) {
            let number = unsafe UInt64(words[index]) | UInt64(words[index + 1]) << 32
            counts.append(Int(clamping: number))
        }
        do throws(VerificationFailure) {
            let rest = unsafe UnsafeBufferPointer(rebasing: words[countsSize...])
            return Snapshot(
                revision: revision, tables: try unsafe TablesImage.tables(in: rest, owner: owner),
                counts: DirectoryCounts(listed: counts), directory: rules, slots: [:], rankedResources: [],
                isComplete: false)
        } catch {
            throw SnapshotImageError("word \(error.offset) is not as expected: \(error.expectation)")
        }
    }

    /// The same snapshot with other rules; it is complete no more.
    ///
    /// - Parameter rules: the schema and the organization of its revision.
    public static func snapshot(_ snapshot: Snapshot, rules: Directory) -> Snapshot {
        Snapshot(
            revision: snapshot.revision, tables: snapshot.tables, counts: snapshot.counts, directory: rules,
            slots: [:], rankedResources: [], isComplete: false)
    }

    /// Where two snapshots of one revision differ, in words; `nil` when they decide and count alike.
    public static func difference(_ one: Snapshot, _ other: Snapshot) -> String? {
        if let place = TablesImage.difference(one.tables, other.tables) { return place }
        return one.counts == other.counts ? nil : "the counts"
    }
}

extension DirectoryCounts {
    /// The numbers in the order of the format.
    fileprivate var listed: [Int] {
        [
            accounts, users, groups, roles, managedPolicies, resources, controlPolicies, quarantined, trees, statements,
            conditions, tableBytes,
        ]
    }

    /// Twelve numbers in the order of the format.
    fileprivate init(listed: [Int]) {
        self.init()
        (accounts, users, groups, roles) = (listed[0], listed[1], listed[2], listed[3])
        (managedPolicies, resources, controlPolicies) = (listed[4], listed[5], listed[6])
        (quarantined, trees, statements) = (listed[7], listed[8], listed[9])
        (conditions, tableBytes) = (listed[10], listed[11])
    }
}
