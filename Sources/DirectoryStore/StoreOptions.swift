public import Logging

/// How a store is watched.
public struct StoreOptions: Sendable {
    /// What is taken together on a reload (`serve --reload`).
    public enum ReloadMode: String, Sendable, CaseIterable {
        /// Good files come into force; broken ones keep their last good version.
        case entity
        /// The whole tree comes into force or nothing of it.
        case whole
    }

    /// What is taken together.
    public var reloadMode = ReloadMode.entity
    /// Milliseconds between comparisons of every file's inode, size and times, which find what inotify missed.
    public var comparisonMilliseconds: Int64 = 5_000
    /// Whether inotify is used at all; without it changes are found by comparison alone (network file systems).
    public var usesInotify = true
    /// The bounds of a load.
    public var limits = StoreLimits()
    /// The folder of compiled images, from which a start is quicker; `nil` for none (`serve --cache`).
    public var cacheFolder: String?
    /// Whether a start goes without images, with a warning, where the folder cannot hold any: nobody has asked for it.
    public var isCacheOptional = false
    /// Milliseconds for which a store has to be as it is before an image of it is made after a reload, for that takes a
    /// processor as long as a start does.
    public var imageQuietMilliseconds: Int64 = 30_000
    /// What images are taken to be of; `nil` for the running executable.
    var build: BuildIdentity?
    /// Told each trouble once, and its end.
    public var logger = Logger(label: "postern.store")

    /// The defaults of the design.
    public init() {}
}

/// The store does not start: every error with its place.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Errors and warnings, by file and place.
    public let diagnostics: [StoreDiagnostic]

    init(diagnostics: [StoreDiagnostic]) {
        self.diagnostics = diagnostics
    }

    /// An error of the store as a whole.
    init(code: String, _ message: String) {
        diagnostics = [StoreDiagnostic(.error, code, message, file: "")]
    }

    /// One line a problem.
    public var description: String { diagnostics.map(\.fullLine).joined(separator: "\n") }
}
