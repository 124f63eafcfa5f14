internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import PolicySyntax
internal import WireProtocol

/// Compiled session policies of one loop, by their bytes (design §3.3): most sessions ask more than once.
struct SessionPolicyCache {
    /// Lists of policies that are kept; the oldest goes first.
    static let entriesMax = 256

    /// The inline policies of a session.
    struct Entry {
        var sources: [PolicySource]
        var tables: DecisionTables
    }

    private var entries: [[UInt8]: Entry] = [:]
    private var order: [[UInt8]] = []
    /// Compiled for this snapshot: keys that a store declares have their meaning from it.
    private var snapshot: Snapshot?
    /// How many lists were compiled.
    private(set) var compilations = 0

    /// Forgets everything, and keeps from here on what is compiled for a snapshot.
    mutating func begin(_ snapshot: Snapshot) {
        guard self.snapshot !== snapshot else { return }
        (entries, order) = ([:], [])
        self.snapshot = snapshot
    }

    /// The policies of a range of the view, compiled; `nil` when there are none.
    ///
    /// - Throws: `badRequest` with the first error of the first policy that is not a session policy.
    mutating func policies(
        in range: Range<Int>, of view: borrowing RequestView, _ snapshot: Snapshot, field: String
    ) throws(WireError) -> Entry? {
        guard !range.isEmpty else { return nil }
        var key: [UInt8] = []
        for index in range {
            key += view.sessionPolicies[index].bytes
            // No JSON text has a NUL.
            key.append(0)
        }
        if self.snapshot === snapshot, let entry = entries[key] { return entry }
        let entry = try compile(range, view, snapshot, field: field)
        // A call that goes on by an older snapshot leaves nothing behind.
        guard self.snapshot === snapshot else { return entry }
        if order.count == SessionPolicyCache.entriesMax { entries[order.removeFirst()] = nil }
        order.append(key)
        entries[key] = entry
        return entry
    }

    private mutating func compile(
        _ range: Range<Int>, _ view: borrowing RequestView, _ snapshot: Snapshot, field: String
    ) throws(WireError) -> Entry {
        let parser = PolicyParser(kind: .session, rules: PolicyRules(snapshot.directory))
        var sources: [PolicySource] = []
        for index in range {
            let name = "\(field)[\(index - range.lowerBound)]"
            let result = parser.parse(view.sessionPolicies[index].bytes, file: name)
            guard let source = result.source else {
                let first = result.errors.first
                let place = first.map { $0.path.isEmpty ? name : "\(name).\($0.path)" } ?? name
                throw .badRequest("\(place): \(first?.message ?? "not a session policy")")
            }
            sources.append(source)
        }
        compilations += 1
        do throws(SnapshotError) {
            return Entry(sources: sources, tables: try snapshot.compileSessionPolicies(sources))
        } catch {
            throw .badRequest("\(field): \(error.message)")
        }
    }
}
