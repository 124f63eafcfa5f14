internal import PolicyModel
internal import PolicySyntax

/// The store as a whole cannot be read; nothing is known of its files.
struct StoreFailure: Error, Hashable, Sendable {
    let message: String

    /// The reading was given up for something that is waited for.
    static let givenUp = StoreFailure(message: "the reading was given up")
}

/// What is kept of a file between readings, so that only changed ones are read again.
struct CachedReading: Sendable {
    let stamp: FileStamp
    /// Whether a write could have followed that left the same stamp: clocks of file systems tick slowly.
    let isYoung: Bool
    let place: StorePlace
    let digest: FileDigest?
    let reading: EntityReading
    /// The bytes of a file that is yet to be parsed; nothing is known of it but its digest.
    private(set) var unparsed: UnparsedText?

    /// Gives the bytes away, which somebody else parses.
    mutating func takeUnparsed() -> UnparsedText? {
        defer { unparsed = nil }
        return unparsed
    }

    init(stamp: FileStamp, isYoung: Bool, place: StorePlace, digest: FileDigest?, reading: EntityReading) {
        (self.stamp, self.isYoung, self.place) = (stamp, isYoung, place)
        (self.digest, self.reading) = (digest, reading)
        unparsed = nil
    }

    init(unparsed: UnparsedText, stamp: FileStamp, isYoung: Bool, place: StorePlace, digest: FileDigest) {
        (self.stamp, self.isYoung, self.place) = (stamp, isYoung, place)
        (self.digest, self.unparsed) = (digest, unparsed)
        reading = .bad([])
    }
}

/// What one reading leaves for the next.
struct ReadingCache: Sendable {
    var files: [Text: CachedReading] = [:]
    /// What the files were parsed by; the schema's keys and the organization's partitions are among them, so that new ones
    /// parse everything anew.
    var rules = PolicyRules()
}

/// One reading of the whole folder, complete and of one moment.
struct StoreReading: Sendable {
    var scan = StoreScan()
    var cache = ReadingCache()
    /// What the store's path led to.
    let root: FileStamp
    /// Whether the store's path is itself a link.
    let isLinked: Bool
    /// The paths of the cache as they were met, some perhaps twice; nearly sorted.
    var pathsInOrder: [Text] = []

    /// Whether the source swaps as a whole (design §3.2, reload rule 1).
    var isWhole: Bool { isLinked || scan.atomicFolders.contains("") }

    /// The same without what is in the cache too: enough to be compared with.
    var judged: StoreReading {
        var copy = self
        copy.scan.files = scan.files.filter { cache.files[$0.key] == nil }
        copy.pathsInOrder = []
        return copy
    }

    /// Whether the other reading found the same names with the same content.
    func isSame(as other: StoreReading) -> Bool {
        root.isSameFile(as: other.root) && isLinked == other.isLinked
            && scan.layoutProblems == other.scan.layoutProblems
            && scan.unlistedFolders == other.scan.unlistedFolders
            && scan.atomicFolders == other.scan.atomicFolders && scan.ignoredFiles == other.scan.ignoredFiles
            && cache.files.count == other.cache.files.count
            && cache.files.allSatisfy { path, mine in
                guard let theirs = other.cache.files[path], mine.digest == theirs.digest else { return false }
                return mine.digest != nil || mine.reading.diagnostics == theirs.reading.diagnostics
            }
            && problemsOfUnread == other.problemsOfUnread
    }

    /// The problems of names that led to no file, which the cache does not know: one that goes away is a deletion.
    private var problemsOfUnread: [Text: [StoreDiagnostic]] {
        scan.files.filter { cache.files[$0.key] == nil }.mapValues(\.diagnostics)
    }
}

/// Reads the folder: resolves the root, walks the layout, and starts over when the root or a ConfigMap was swapped.
struct StoreReader: Sendable {
    let path: String
    let limits: StoreLimits
    let clock: StoreClock
    /// The order in which the names of a folder are looked at, which are sorted; it decides nothing, and tests bring others.
    var order: @Sendable ([Text]) -> [Text] = { $0 }
    /// Whether files are parsed as they are read; else `StoreReading` does it afterwards.
    var parses = true

    /// Reads everything; files whose stamp is that of `cache` are taken from there, if stamps are trusted at all.
    ///
    /// `watch` is called with each folder's descriptor before the folder is listed, so that no change after the listing
    /// is missed. `isAwaited` is asked on the way: with the first yes the reading is `givenUp`.
    ///
    /// - Parameter isTogether: whether files that are not parsed are read on all processors; what is found is the same.
    func read(
        cache: ReadingCache = ReadingCache(), trustingStamps: Bool = true,
        watch: @escaping (CInt, Text?) -> Void = { _, _ in }, sharing: ReadingShare = ReadingShare(),
        isTogether: Bool = false, unless isAwaited: @escaping () -> Bool = { false }
    ) throws(StoreFailure) -> StoreReading {
        for _ in 0..<limits.readingsMax {
            let root = try openRoot()
            var walk = StoreWalk(
                root: root.folder, limits: limits, clock: clock, oldCache: cache, trustsStamps: trustingStamps,
                order: order, watch: watch, sharing: sharing)
            walk.parses = parses
            walk.isAwaited = isAwaited
            // What is parsed, or was known, is another matter, which takes one thread.
            if isTogether, !parses, cache.files.isEmpty {
                walk.line = ReadingLine(root: root.folder, limits: limits, clock: clock)
            }
            try walk.walk()
            // A rename under the listing shows neither name, which is no deletion.
            if walk.lostName { continue }
            if try openRoot().stamp.isSameFile(as: root.stamp), walk.dataLinksHold() {
                return StoreReading(
                    scan: walk.scan, cache: walk.cache, root: root.stamp, isLinked: isLinked,
                    pathsInOrder: walk.pathsInOrder)
            }
        }
        throw StoreFailure(message: "the store `\(path)` changed \(limits.readingsMax) times while it was read")
    }

    var isLinked: Bool {
        (try? RootFolder.stamp(path: trimmed, followingLinks: false))?.kind == .link
    }

    /// Without trailing slashes, which would follow a link.
    var trimmed: String { StoreReader.withoutTrailingSlashes(path) }

    static func withoutTrailingSlashes(_ path: String) -> String {
        var text = Substring(path)
        while text.utf8.count > 1, text.hasSuffix("/") { text = text.dropLast() }
        return String(text)
    }

    /// The folders whose links the store's path goes through: a change there may lead it elsewhere.
    func foldersOfLinks() -> [String] {
        let path = trimmed
        let ends = path.utf8.indices.filter { path.utf8[$0] == ASCII.slash && $0 != path.startIndex } + [path.endIndex]
        return ends.compactMap { end in
            let prefix = String(path[..<end])
            guard (try? RootFolder.stamp(path: prefix, followingLinks: false))?.kind == .link else { return nil }
            guard let slash = prefix.utf8.lastIndex(of: ASCII.slash) else { return "." }
            return slash == prefix.startIndex ? "/" : String(prefix[..<slash])
        }
    }

    func openRoot() throws(StoreFailure) -> (folder: RootFolder, stamp: FileStamp) {
        do throws(FileFailure) {
            let folder = try RootFolder(path: path)
            return (folder, try folder.descriptor.stamp())
        } catch {
            throw StoreFailure(message: "the store `\(path)` cannot be read: \(error)")
        }
    }
}
