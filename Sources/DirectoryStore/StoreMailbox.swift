internal import Directory

/// What the watcher's thread and everyone else share, in one box.
struct StoreMailbox: Sendable {
    typealias Current = (snapshot: Snapshot, status: StoreStatus)
    typealias Completion = @Sendable (Result<String, ReloadFailure>) -> Void
    typealias Listener = @Sendable (Snapshot, StoreStatus) -> Void

    /// In force; `nil` only until the first reading is judged.
    var current: Current?
    var reloads: [Completion] = []
    var listeners: [Listener] = []
    var isStopping = false

    /// What those are told who ask a store that was stopped.
    static let isClosed = ReloadFailure(errors: ["the store is closed"])
}

extension StoreStatus {
    /// Notes what a reading found; trouble keeps the time at which it began.
    mutating func note(errors: [String], isStale: Bool, at seconds: Int64) {
        self.errors = Array(Set(errors)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.isStale = isStale
        lastReload = seconds
        lastReloadSucceeded = errors.isEmpty
        troubleSince = errors.isEmpty ? nil : troubleSince ?? seconds
    }
}
