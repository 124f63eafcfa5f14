internal import PolicyModel
internal import PolicySyntax

/// What a look at names and stamps alone has found.
enum StampComparison: Sendable {
    /// Every file is what it was. Those that had to be read for that have other stamps now.
    case same(renewed: [Text: CachedReading])
    /// Something is another, or nobody can tell without a whole reading.
    case different
}

extension StoreReader {
    /// Holds the store against the last reading by the stamps of its files, and reads those alone of which a stamp proves
    /// nothing: what has another now, and what was written so shortly before it was read that another write may have the
    /// same.
    ///
    /// Says `different` of all that a whole reading could see otherwise, and leaves it to one.
    ///
    /// - Parameter watch: as of `read`.
    /// - Parameter isAwaited: as of `read`.
    /// - Throws: `StoreFailure.givenUp` alone.
    func compare(
        with last: StoreReading, watch: (CInt, Text?) -> Void, unless isAwaited: () -> Bool
    ) throws(StoreFailure) -> StampComparison {
        guard !last.isLinked, !isLinked, last.scan.isPlain, last.scan.files.isEmpty, let root = try? openRoot(),
            root.stamp.isSameFile(as: last.root)
        else { return .different }
        let reader = FileReader(
            root: root.folder, limits: limits, clock: clock, rules: last.cache.rules, sharing: ReadingShare(),
            parses: false)
        var walk = StampWalk(last: last, reader: reader)
        guard try walk.folder([], watch, isAwaited), walk.isComplete,
            let after = try? openRoot(), after.stamp.isSameFile(as: root.stamp)
        else { return .different }
        return .same(renewed: walk.renewed)
    }
}

/// One walk through a store that lies as its paths say, for as long as nothing in it differs from the last reading.
private struct StampWalk {
    let last: StoreReading
    let reader: FileReader
    private(set) var renewed: [Text: CachedReading] = [:]
    private var filesCount = 0
    private var namesCount = 0
    private var ignoredFiles = 0

    init(last: StoreReading, reader: FileReader) { (self.last, self.reader) = (last, reader) }

    /// Whether everything was met that the last reading has met.
    var isComplete: Bool { filesCount == last.cache.files.count && ignoredFiles == last.scan.ignoredFiles }

    /// Looks at a folder and all in it; whether nothing differs so far.
    mutating func folder(
        _ parts: [Text], _ watch: (CInt, Text?) -> Void, _ isAwaited: () -> Bool
    ) throws(StoreFailure) -> Bool {
        let path = Text(path: parts)
        guard let descriptor = try? reader.root.open(path) else { return false }
        watch(descriptor.number, path)
        guard let (names, unreadable) = try? descriptor.names(max: reader.limits.namesMax), unreadable.isEmpty else {
            return false
        }
        for name in names {
            namesCount += 1
            guard namesCount <= reader.limits.namesMax else { return false }
            if namesCount % StoreWalk.namesBetweenAsking == 0, isAwaited() { throw .givenUp }
            // Kubernetes' own are hidden like any other, but make another kind of folder.
            if name.hasPrefix("..") { return false }
            if StoreLayout.isHidden(name) {
                ignoredFiles += 1
                continue
            }
            guard let stamp = try? descriptor.stamp(name: name) else { return false }
            switch stamp.kind {
            case .regular:
                guard isSame(name, path, stamp) else { return false }
            case .folder:
                switch StoreLayout.folder(parts + [name]) {
                case .folder, .file:
                    guard try folder(parts + [name], watch, isAwaited) else { return false }
                case .ignored: ignoredFiles += 1
                case .refused: return false
                }
            case .other where !StoreLayout.isRead(name): ignoredFiles += 1
            case .link, .other: return false
            }
        }
        return true
    }

    private mutating func isSame(_ name: Text, _ folder: Text, _ stamp: FileStamp) -> Bool {
        // Another name of the file may be one of the store's too.
        guard stamp.links == 1 else { return false }
        guard StoreLayout.isRead(name) else {
            ignoredFiles += 1
            return true
        }
        let path = folder.appending(name)
        guard let old = last.cache.files[path] else { return false }
        filesCount += 1
        if old.stamp == stamp, !old.isYoung { return true }
        guard old.digest != nil, let new = try? reader.read(path, physical: path, old.place, old: old),
            new.digest == old.digest
        else { return false }
        renewed[path] = new
        return true
    }
}
