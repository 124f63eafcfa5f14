internal import Directory
internal import PolicyModel
internal import PolicySyntax

/// One walk through the layout beneath an open root.
struct StoreWalk {
    let root: RootFolder
    let limits: StoreLimits
    let clock: StoreClock
    let oldCache: ReadingCache
    let trustsStamps: Bool
    let order: ([Text]) -> [Text]
    let watch: (CInt, Text?) -> Void
    let sharing: ReadingShare
    /// Whether files are parsed as they are read.
    var parses = true
    /// Asked every so many names; with the first yes the walk is given up.
    var isAwaited: () -> Bool = { false }
    /// Reads files on all processors while the walk goes on; `nil` for a walk that reads them itself.
    var line: ReadingLine?
    static let namesBetweenAsking = 64

    var scan = StoreScan()
    var cache = ReadingCache()
    /// The paths of what went into the cache, as they came.
    var pathsInOrder: [Text] = []
    private var dataLinks: [(path: Text, target: Text)] = []
    /// Whether a listed name was gone when it was looked at: what it was renamed to may have been missed.
    var lostName = false

    /// The link that Kubernetes swaps when a mounted ConfigMap changes.
    private static let dataLink: Text = "..data"

    /// Nobody reads more of them.
    private static let doubtfulNamesMax = 1_000

    init(
        root: RootFolder, limits: StoreLimits, clock: StoreClock, oldCache: ReadingCache, trustsStamps: Bool,
        order: @escaping ([Text]) -> [Text], watch: @escaping (CInt, Text?) -> Void, sharing: ReadingShare
    ) {
        (self.root, self.limits, self.clock) = (root, limits, clock)
        (self.oldCache, self.trustsStamps, self.order, self.watch) = (oldCache, trustsStamps, order, watch)
        self.sharing = sharing
    }

    /// Walks everything; throws only past the bounds, where the store is not looked at further.
    mutating func walk() throws(StoreFailure) {
        defer { line?.end() }
        try folder([], physical: "")
        settle()
        scan.layoutProblems.sort()
    }

    /// Whether every ConfigMap still shows what it showed when it was listed.
    func dataLinksHold() -> Bool {
        dataLinks.allSatisfy { root.linkTarget($0.path) == $0.target }
    }

    // MARK: Folders

    /// Walks one folder of the layout.
    ///
    /// `physical` is where it lies, which differs inside a ConfigMap's mount.
    private mutating func folder(_ logical: [Text], physical: Text) throws(StoreFailure) {
        guard let (descriptor, names) = list(logical, physical: physical) else { return }
        if names.contains(StoreWalk.dataLink) {
            let link = physical.appending(StoreWalk.dataLink)
            if let target = root.linkTarget(link) {
                dataLinks.append((link, target))
                scan.atomicFolders.append(Text(path: logical))
                // Listed under its own name, so that the whole walk sees one and the same version.
                try contents(logical, physical: physical.appending(target))
            }
        }
        for name in inReadingOrder(names, logical) { try entry(name, in: descriptor, logical, physical: physical) }
    }

    /// The schema and the organization before everything that is parsed by them.
    private func inReadingOrder(_ names: [Text], _ logical: [Text]) -> [Text] {
        guard logical.isEmpty else { return names }
        return StoreLayout.rules.filter(names.contains) + names.filter { !StoreLayout.rules.contains($0) }
    }

    /// Walks what a ConfigMap's `..data` leads to.
    private mutating func contents(_ logical: [Text], physical: Text) throws(StoreFailure) {
        guard let (descriptor, names) = list(logical, physical: physical) else { return }
        for name in inReadingOrder(names, logical) { try entry(name, in: descriptor, logical, physical: physical) }
    }

    private mutating func list(_ logical: [Text], physical: Text) -> (Descriptor, [Text])? {
        do throws(FileFailure) {
            let descriptor = try root.open(physical)
            let path = Text(path: logical)
            watch(descriptor.number, path == physical ? path : nil)
            let (names, unreadable) = try descriptor.names(max: limits.namesMax)
            for name in unreadable {
                problem("file-name", "the name `\(name)` is not UTF-8", Text(path: logical))
            }
            return (descriptor, order(names))
        } catch {
            problem("unreadable-folder", "the folder cannot be read: \(error)", Text(path: logical))
            scan.unlistedFolders.append(Text(path: logical))
            return nil
        }
    }

    mutating func problem(_ code: String, _ message: String, _ path: Text) {
        scan.layoutProblems.append(StoreDiagnostic(.error, code, message, file: path.string))
    }

    // MARK: Names

    private mutating func entry(
        _ name: Text, in descriptor: Descriptor, _ logicalFolder: [Text], physical folder: Text
    ) throws(StoreFailure) {
        scan.namesCount += 1
        if scan.namesCount > limits.namesMax {
            throw StoreFailure(message: "the store has over \(limits.namesMax) names")
        }
        if scan.namesCount % StoreWalk.namesBetweenAsking == 0, isAwaited() { throw .givenUp }
        if name.hasPrefix("..") { return }
        if StoreLayout.isHidden(name) {
            scan.ignoredFiles += 1
            return
        }
        let (logical, physical) = (logicalFolder + [name], folder.appending(name))
        var stamp: FileStamp
        do throws(FileFailure) {
            stamp = try descriptor.stamp(name: name)
        } catch {
            // A folder may be listed and yet not searched: that is no deletion.
            guard error.isAbsence else { return unfollowed(logical, error) }
            lostName = lostName || StoreLayout.isRead(name) || StoreLayout.folder(logical) == .folder
            return
        }
        if stamp.kind == .link {
            if root.linkTarget(physical)?.hasPrefix("..data/") == true { return }
            scan.hasSharedFiles = true
            do throws(FileFailure) {
                stamp = try root.stamp(physical)
            } catch {
                return unfollowed(logical, error)
            }
        }
        switch stamp.kind {
        case .folder: try subfolder(logical, physical: physical)
        case .regular:
            if stamp.links > 1 { scan.hasSharedFiles = true }
            try file(logical, physical: physical, stamp)
        case .link, .other: irregular(logical)
        }
    }

    private mutating func subfolder(_ logical: [Text], physical: Text) throws(StoreFailure) {
        switch StoreLayout.folder(logical) {
        case .folder, .file: try folder(logical, physical: physical)
        case .ignored: ignore(logical)
        case .refused(let code, let message): problem(code, message, Text(path: logical))
        }
    }

    /// Counts a name that is not read.
    mutating func ignore(_ logical: [Text]) {
        scan.ignoredFiles += 1
        guard let reason = StoreLayout.doubt(logical), scan.doubtfulNames.count < StoreWalk.doubtfulNamesMax else {
            return
        }
        scan.doubtfulNames.append(
            StoreDiagnostic(.warning, "ignored-name", reason, file: Text(path: logical).string))
    }

    /// A link that leads nowhere or out of the store, or a name that may not be looked at: the name is there, so nothing counts as deleted.
    private mutating func unfollowed(_ logical: [Text], _ failure: FileFailure) {
        let path = Text(path: logical)
        guard let name = logical.last, !StoreLayout.isRead(name) else {
            return bad(logical, "the name cannot be followed: \(failure)")
        }
        guard StoreLayout.folder(logical) == .folder else { return ignore(logical) }
        problem("unreadable-folder", "the name cannot be followed: \(failure)", path)
        scan.unlistedFolders.append(path)
    }

    private mutating func irregular(_ logical: [Text]) {
        guard let name = logical.last, StoreLayout.isRead(name) else { return ignore(logical) }
        bad(logical, FileFailure.irregular)
    }

    private mutating func bad(_ logical: [Text], _ message: String) {
        let path = Text(path: logical)
        let problem = StoreDiagnostic(.error, "unreadable-file", message, file: path.string)
        switch StoreLayout.file(logical) {
        case .file(let place):
            if scan.files[path] != nil { settle() }
            scan.files[path] = .bad([problem])
            // What is cached is what was read last, and nothing was: readings are compared by it.
            cache.files[path] = nil
            takeRules(.bad([problem]), place)
        default: scan.layoutProblems.append(problem)
        }
    }
}

extension Text {
    /// The path of these names, each in the folder before it.
    init(path: [Text]) { self.init(path.map(\.string).joined(separator: "/")) }

    /// The path of a name in the folder.
    func appending(_ name: Text) -> Text { isEmpty ? name : Text(string + "/" + name.string) }
}
