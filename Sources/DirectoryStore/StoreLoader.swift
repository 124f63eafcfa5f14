public import Directory
public import JSONDocument
internal import PolicyModel

/// What a whole store says, and everything wrong with it.
public struct LoadResult: Sendable {
    /// What would be in force; with errors, what is left of it.
    public let directory: Directory
    /// The revision of the files that are good (design §3.2).
    public let revision: String
    /// Errors and warnings, by file and place.
    public let diagnostics: [StoreDiagnostic]
    /// Files that are not `*.json` or hidden, and foreign folders.
    public let ignoredFiles: Int
    /// What stands around the places of the diagnostics, in the bytes that were judged; only after `check`.
    public var excerpts: [StoreDiagnostic: SourceExcerpt] = [:]

    /// Whether `serve` would start.
    public var isGood: Bool { !diagnostics.contains(where: \.isError) }
}

/// Reads a store once, without watching it: for `postern check`, and for tests.
public struct StoreLoader: Sendable {
    private let limits: StoreLimits

    /// Makes a loader.
    public init(limits: StoreLimits = StoreLimits()) {
        self.limits = limits
    }

    /// Reads the folder at the path and judges it as a start would.
    ///
    /// Never fails: a folder that cannot be read is an error among the diagnostics.
    public func load(_ path: String) -> LoadResult { load(path) { _, _ in [] }.result }

    /// The same with warnings about the store as a whole: policies attached to nobody, groups without users, keys that
    /// are tested in two ways, IAM's quotas over several files.
    ///
    /// A store with errors has none of them: what is broken would seem to be missing.
    public func check(_ path: String) -> LoadResult {
        var (result, digests) = load(path) { verdict, scan in
            scan.doubtfulNames + (verdict.errors.isEmpty ? StoreLints(verdict).warnings : [])
        }
        if let root = try? RootFolder(path: path) {
            let reader = ExcerptReader(root: root, limits: limits, digests: digests)
            result.excerpts = reader.excerpts(of: result.diagnostics)
        }
        return result
    }

    private func load(
        _ path: String, more: (StoreVerdict, StoreScan) -> [StoreDiagnostic]
    ) -> (result: LoadResult, digests: [Text: FileDigest]) {
        do throws(StoreFailure) {
            let reading = try StoreReader(path: path, limits: limits, clock: .system).read()
            let verdict = StoreJudge.judge(reading.scan, inForce: [:], mode: .start, limits: limits)
            let result = LoadResult(
                directory: verdict.directory, revision: verdict.revision,
                diagnostics: (FollowUps.removed(from: verdict, of: reading.scan) + more(verdict, reading.scan))
                    .sorted(),
                ignoredFiles: verdict.ignoredFiles)
            return (result, reading.cache.files.compactMapValues(\.digest))
        } catch {
            let problem = StoreDiagnostic(.error, "unreadable-store", error.message, file: "")
            return (LoadResult(directory: Directory(), revision: "", diagnostics: [problem], ignoredFiles: 0), [:])
        }
    }
}
