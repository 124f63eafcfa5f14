internal import Directory
internal import DirectoryStore
internal import PolicySyntax

/// The stores that cases are asked of, each once however it is named, with what applied in them.
struct TestStores {
    private struct Store {
        /// For people: the shortest path that leads there.
        let name: String
        let snapshot: Snapshot
        var applied: Set<Coverage.Place> = []
    }

    /// One of the stores.
    struct Key: Hashable {
        /// Without links and dots.
        fileprivate let path: String
    }

    private var stores: [Key: Store] = [:]

    /// Loads the store at a path, unless it was loaded before.
    mutating func open(_ path: String) throws(FileProblem) -> Key {
        let key = Key(path: Files.resolved(path) ?? path)
        if stores[key] == nil {
            stores[key] = Store(name: Files.tidied(path), snapshot: try TestStores.load(path))
        }
        return key
    }

    /// What is in force in a store.
    func snapshot(_ key: Key) -> Snapshot? { stores[key]?.snapshot }

    /// The path of a store, for people.
    func name(_ key: Key) -> String? { stores[key]?.name }

    /// Notes what applied in a store.
    mutating func note(_ explanations: [Explanation], in key: Key) {
        guard let name = stores[key]?.name else { return }
        for explanation in explanations { stores[key]?.applied.formUnion(Coverage.applied(explanation, in: name)) }
    }

    /// Of all stores together; `nil` when there is none.
    var coverage: Coverage? {
        guard !stores.isEmpty else { return nil }
        var (all, applied): (Set<Coverage.Place>, Set<Coverage.Place>) = ([], [])
        for store in stores.values {
            all.formUnion(Coverage.places(of: store.snapshot.directory, in: store.name))
            applied.formUnion(store.applied)
        }
        return Coverage(all: all, applied: applied)
    }

    private static func load(_ path: String) throws(FileProblem) -> Snapshot {
        let loaded = StoreLoader().load(path)
        if let first = loaded.diagnostics.first(where: \.isError) {
            guard !first.file.isEmpty else { throw FileProblem(path: path, code: 0, words: first.message) }
            throw FileProblem(
                path: path, code: 0,
                words: "the store has errors, as `postern check` shows; the first: \(first.line)")
        }
        do throws(SnapshotError) {
            return try SnapshotBuilder().build(loaded.directory, revision: loaded.revision)
        } catch {
            throw FileProblem(path: path, code: 0, words: error.message)
        }
    }
}
