/// How fresh the policies in force are, and what is wrong with the files that are not in force.
public struct StoreStatus: Sendable, Hashable {
    /// The revision in force (design §3.2).
    public var revision: String
    /// Whether the tree in force is an older one than the files, as a whole or in some file.
    public var isStale: Bool
    /// Each trouble as one line, `file:line:column: message` where there is a place; sorted.
    public var errors: [String]
    /// When trouble began, in seconds since 1970; `nil` while there is none.
    public var troubleSince: Int64?
    /// When the files were last read, in seconds since 1970.
    public var lastReload: Int64
    /// Whether the last reading found no trouble.
    public var lastReloadSucceeded: Bool
    /// Reloads since the start that put a new snapshot in force.
    public var reloads: Int
    /// Files in the store that are not `*.json` or begin with a dot.
    public var ignoredFiles: Int
    /// Entities that rule 3 of design §3.2 quarantines, printed and sorted.
    public var quarantined: [String]
    /// What has become of the image that it was started from; `nil` when it was started without.
    public var image: ImageState?

    /// What is known of an image beside what was compiled since.
    public enum ImageState: String, Sendable, Hashable {
        /// In force, while the policies are compiled.
        case unchecked
        /// What was compiled is the same, word by word.
        case equal
        /// What was compiled is something else, and in force instead: whoever answered so far may have answered wrongly.
        case different
        /// What it stands for does not compile, or is no store that starts: nothing is in force, and everything is denied,
        /// until there is one.
        case withdrawn
    }

    /// A status without trouble.
    public init(revision: String, lastReload: Int64) {
        self.revision = revision
        self.lastReload = lastReload
        isStale = false
        errors = []
        troubleSince = nil
        lastReloadSucceeded = true
        reloads = 0
        ignoredFiles = 0
        quarantined = []
        image = nil
    }
}

extension StoreStatus {
    /// The last second in which decisions are taken from the snapshot; later ones are `implicitDeny`, reason `stalePolicies`.
    ///
    /// - Parameter seconds: how long trouble may last; `nil` serves the last good policies however old they are.
    public func trustedUntil(staleDenyAfterSeconds seconds: Int64?) -> Int64 {
        // Nothing is in force: nobody is to be told that it does not know him.
        if image == .withdrawn { return .min }
        guard let troubleSince, let seconds else { return .max }
        let (sum, isOver) = troubleSince.addingReportingOverflow(seconds)
        return isOver ? .max : sum
    }
}

/// A reload that left trouble behind, with every error as one line.
public struct ReloadFailure: Error, Sendable, Hashable {
    /// `file:line:column: message`, sorted.
    public let errors: [String]

    /// Makes the error.
    public init(errors: [String]) {
        self.errors = errors
    }
}

/// Where snapshots come from: a watched folder, or a test's fixture.
public protocol SnapshotSource: Sendable {
    /// What is in force now. Any thread may call it.
    var current: (snapshot: Snapshot, status: StoreStatus) { get }

    /// Reads everything now, off the caller's thread, and then calls `completion` with the new revision or every error.
    func reload(completion: @escaping @Sendable (Result<String, ReloadFailure>) -> Void)

    /// Calls `listener` on the source's own thread after each change of snapshot or status, in order.
    func subscribe(_ listener: @escaping @Sendable (Snapshot, StoreStatus) -> Void)
}
