internal import PolicyModel
internal import PolicySyntax

/// Reads and parses one file of the store.
struct FileReader {
    let root: RootFolder
    let limits: StoreLimits
    let clock: StoreClock
    let rules: PolicyRules
    let sharing: ReadingShare
    /// Whether files are parsed that are compiled; else their bytes are kept.
    var parses = true

    /// How long after its last change a file's stamp cannot be trusted yet: several ticks of the coarsest clock that a
    /// Linux file system takes its times from (10 ms), in nanoseconds.
    private static let youngNanoseconds: Int64 = 100_000_000

    /// What the file at a path says; what `old` says, if its bytes are the same.
    func read(
        _ path: Text, physical: Text, _ place: StorePlace, old: CachedReading?
    ) throws(FileFailure) -> CachedReading {
        let descriptor = try root.open(physical)
        let before = try descriptor.stamp()
        let now = clock.realtimeNanoseconds()
        guard before.kind == .regular else { return failed(before, place, path, FileFailure.irregular) }
        let bytes = try descriptor.read(bytesMax: limits.fileBytesMax, expected: Int(clamping: before.size))
        guard bytes.count <= limits.fileBytesMax else {
            return failed(before, place, path, "the file is larger than \(limits.fileBytesMax) bytes")
        }
        let changed = max(before.changedNanoseconds, before.modifiedNanoseconds)
        let isYoung = try descriptor.stamp() != before || changed > now - FileReader.youngNanoseconds
        let digest = FileDigest(of: bytes)
        let reading: EntityReading
        if let old, old.digest == digest, old.place == place {
            reading = old.reading
        } else if parses || place.isNotCompiled {
            reading = sharing.prepared(
                EntityParser.parse(bytes, at: path, place: place, digest: digest, rules: rules, names: sharing.names))
        } else {
            return CachedReading(
                unparsed: sharing.texts.keep(bytes), stamp: before, isYoung: isYoung, place: place, digest: digest)
        }
        return CachedReading(stamp: before, isYoung: isYoung, place: place, digest: digest, reading: reading)
    }

    private func failed(_ stamp: FileStamp, _ place: StorePlace, _ path: Text, _ message: String) -> CachedReading {
        let problem = StoreDiagnostic(.error, "unreadable-file", message, file: path.string)
        return CachedReading(stamp: stamp, isYoung: false, place: place, digest: nil, reading: .bad([problem]))
    }
}

extension StoreReader {
    /// Reads single files again, those of the names that are files of entities; `nil` when only a whole reading can tell
    /// what has become of the store.
    ///
    /// A name that is gone is such a case: what it was renamed to may be among the names only later, and until then a
    /// deletion would be seen where there is none.
    func reread(
        _ names: Set<Text>, after last: StoreReading, sharing: ReadingShare = ReadingShare()
    ) -> [Text: CachedReading]? {
        // Near a bound of the whole store the whole is counted.
        let isRoomy =
            last.cache.files.count + names.count <= limits.filesMax
            && last.scan.namesCount + names.count <= limits.namesMax
        guard !last.isLinked, !isLinked, last.scan.isPlain, isRoomy, let root = try? openRoot(),
            root.stamp.isSameFile(as: last.root)
        else { return nil }
        let reader = FileReader(
            root: root.folder, limits: limits, clock: clock, rules: last.cache.rules, sharing: sharing)
        var found: [Text: CachedReading] = [:]
        for path in names {
            let parts = path.split(at: ASCII.slash)
            guard let name = parts.last, !name.hasPrefix("..") else { return nil }
            let stamp = root.folder.stamp(of: path, name)
            let kind = stamp?.kind
            guard StoreLayout.isRead(name) else {
                // Editors come and go with such files; folders and links are another matter.
                guard kind == nil || kind == .regular, StoreLayout.folder(parts) != .folder else { return nil }
                continue
            }
            // Another name of the file may be one of the store's too.
            guard kind == .regular, stamp?.links == 1, case .file(let place) = StoreLayout.file(parts), place.isOfEntity
            else {
                return nil
            }
            let old = last.cache.files[path]
            guard old == nil || old?.place == place,
                let reading = try? reader.read(path, physical: path, place, old: old)
            else { return nil }
            found[path] = reading
        }
        // The store may have been swapped meanwhile.
        guard let after = try? openRoot(), after.stamp.isSameFile(as: root.stamp) else { return nil }
        return found
    }
}

extension RootFolder {
    /// What a name is itself, in its folder; `nil` when there is no such name.
    fileprivate func stamp(of path: Text, _ name: Text) -> FileStamp? {
        let folder = Text(String(decoding: path.utf8.dropLast(name.utf8.count), as: UTF8.self))
        guard let descriptor = try? open(folder) else { return nil }
        return try? descriptor.stamp(name: name)
    }
}

extension StoreScan {
    /// Whether every file is its own, and lies where its path says.
    var isPlain: Bool {
        layoutProblems.isEmpty && unlistedFolders.isEmpty && atomicFolders.isEmpty && !hasSharedFiles
    }
}

extension StorePlace {
    /// Whether it is the place of a principal, a policy or a resource.
    fileprivate var isOfEntity: Bool {
        switch self {
        case .user, .group, .role, .policy, .resource, .controlPolicy: true
        case .account, .schema, .organization, .mapping, .catalogue: false
        }
    }
}
