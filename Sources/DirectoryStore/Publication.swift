internal import Directory

/// What is about to be in force.
struct Publication {
    let snapshot: Snapshot
    let revision: String
    let ignoredFiles: Int
    let quarantined: [String]
    let isStale: Bool

    init(_ snapshot: Snapshot, _ verdict: StoreVerdict) {
        self.snapshot = snapshot
        revision = verdict.revision
        ignoredFiles = verdict.ignoredFiles
        quarantined = verdict.directory.quarantined.sorted().map(\.description)
        isStale = verdict.isStale
    }

    /// Nothing at all: nobody is known, and nothing is allowed.
    static func nothing() -> Publication? {
        let revision = RevisionList([]).revision
        guard let snapshot = try? SnapshotBuilder().build(Directory(), revision: revision) else { return nil }
        return Publication(nothing: snapshot)
    }

    private init(nothing snapshot: Snapshot) {
        (self.snapshot, revision) = (snapshot, snapshot.revision)
        (ignoredFiles, quarantined, isStale) = (0, [], true)
    }

    /// After a change that leaves no trouble; names that are not read are counted again by the next whole reading.
    init(_ snapshot: Snapshot, _ revision: String, after status: StoreStatus) {
        self.snapshot = snapshot
        self.revision = revision
        ignoredFiles = status.ignoredFiles
        (quarantined, isStale) = ([], false)
    }
}
