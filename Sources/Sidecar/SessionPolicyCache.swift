internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import PolicySyntax
internal import WireProtocol

/// Compiled session policies of one loop, by their bytes (design §3.3): most sessions ask more than once.
///
/// What is kept is found without allocating.
struct SessionPolicyCache {
    /// Lists of policies that are kept; the oldest goes first.
    static let entriesMax = 256

    /// The inline policies of a session.
    @safe
    final class Entry: @unchecked Sendable {  // Immutable after `init`.
        let sources: [PolicySource]
        let tables: DecisionTables
        // INVARIANT: the policies as they were written, one after the other; each ends where `ends` says.
        private let base: UnsafeMutablePointer<UInt8>
        private let ends: [Int]

        /// Keeps the policies of a range of the view.
        init(
            _ sources: [PolicySource], _ tables: DecisionTables, _ range: Range<Int>, _ view: borrowing RequestView
        ) {
            (self.sources, self.tables) = (sources, tables)
            var (bytes, ends): ([UInt8], [Int]) = ([], [])
            for index in range {
                bytes += view.sessionPolicies[index].bytes
                ends.append(bytes.count)
            }
            unsafe base = .allocate(capacity: bytes.count)
            unsafe base.update(from: bytes, count: bytes.count)
            self.ends = ends
        }

        deinit { unsafe base.deallocate() }

        /// Whether a range of the view has the same policies, byte for byte.
        func isMade(of range: Range<Int>, _ view: borrowing RequestView) -> Bool {
            guard range.count == ends.count else { return false }
            var start = 0
            for index in ends.indices {
                let kept = unsafe ByteView(base: base + start, count: ends[index] - start)
                guard view.sessionPolicies[range.lowerBound + index].equals(kept) else { return false }
                start = ends[index]
            }
            return true
        }
    }

    /// By hash; of two lists with the same hash the later one is kept.
    private var entries: [UInt64: Entry] = [:]
    private var order: [UInt64] = []
    /// The last one that was asked for: the questions of a call mostly share theirs.
    private var last: Entry?
    /// Compiled for this snapshot: keys that a store declares have their meaning from it.
    private var snapshot: Snapshot?
    /// How many lists were compiled.
    private(set) var compilations = 0
    /// Bytes of policies that were compiled, or refused.
    private(set) var bytesCompiled = 0

    /// Forgets everything, and keeps from here on what is compiled for a snapshot.
    mutating func begin(_ snapshot: Snapshot) {
        guard self.snapshot !== snapshot else { return }
        (entries, order, last) = ([:], [], nil)
        self.snapshot = snapshot
    }

    /// The policies of a range of the view, compiled; `nil` when there are none.
    ///
    /// - Throws: `badRequest` with the first error of the first policy that is not a session policy.
    mutating func policies(
        in range: Range<Int>, of view: borrowing RequestView, _ snapshot: Snapshot, field: String
    ) throws(WireError) -> Entry? {
        guard !range.isEmpty else { return nil }
        // A call that goes on by an older snapshot finds nothing and leaves nothing behind.
        guard self.snapshot === snapshot else { return try compile(range, view, snapshot, field: field) }
        if let last, last.isMade(of: range, view) { return last }
        let hash = SessionPolicyCache.hash(range, view)
        if let entry = entries[hash], entry.isMade(of: range, view) {
            last = entry
            return entry
        }
        let entry = try compile(range, view, snapshot, field: field)
        keep(entry, hash)
        return entry
    }

    private mutating func keep(_ entry: Entry, _ hash: UInt64) {
        if entries[hash] == nil {
            if order.count == SessionPolicyCache.entriesMax { entries[order.removeFirst()] = nil }
            order.append(hash)
        }
        entries[hash] = entry
        last = entry
    }

    /// A guess, which is held against the bytes before it counts.
    private static func hash(_ range: Range<Int>, _ view: borrowing RequestView) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range {
            let policy = view.sessionPolicies[index]
            hash = (hash ^ UInt64(policy.exactHash)) &* 0x0000_0100_0000_01B3 ^ UInt64(policy.count)
        }
        return hash
    }

    private mutating func compile(
        _ range: Range<Int>, _ view: borrowing RequestView, _ snapshot: Snapshot, field: String
    ) throws(WireError) -> Entry {
        let parser = PolicyParser(kind: .session, rules: PolicyRules(snapshot.directory))
        var sources: [PolicySource] = []
        for index in range {
            let name = "\(field)[\(index - range.lowerBound)]"
            let text = view.sessionPolicies[index].bytes
            bytesCompiled += text.count
            let result = parser.parse(text, file: name)
            guard let source = result.source else {
                let first = result.errors.first
                let place = first.map { $0.path.isEmpty ? name : "\(name).\($0.path)" } ?? name
                throw .badRequest("\(place): \(first?.message ?? "not a session policy")")
            }
            sources.append(source)
        }
        compilations += 1
        do throws(SnapshotError) {
            return Entry(sources, try snapshot.compileSessionPolicies(sources), range, view)
        } catch {
            throw .badRequest("\(field): \(error.message)")
        }
    }
}
