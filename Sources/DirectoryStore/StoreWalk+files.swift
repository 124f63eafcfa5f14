internal import Directory
internal import PolicyModel
internal import PolicySyntax

// The files that a walk meets.
extension StoreWalk {
    mutating func file(_ logical: [Text], physical: Text, _ stamp: FileStamp) throws(StoreFailure) {
        guard let name = logical.last, StoreLayout.isRead(name) else { return ignore(logical) }
        let path = Text(path: logical)
        switch StoreLayout.file(logical) {
        case .folder, .ignored: ignore(logical)
        case .refused(let code, let message): problem(code, message, path)
        case .file(let place):
            guard scan.files.count < limits.filesMax else {
                throw StoreFailure(message: "the store has over \(limits.filesMax) files")
            }
            // Of two files at one path the later counts.
            if scan.files[path] != nil { settle() }
            let file = ReadingLine.File(path: path, physical: physical, place: place, stamp: stamp)
            if let line, !place.isNotCompiled {
                // Counts from here on.
                scan.files[path] = .bad([])
                for (read, entry) in line.add(file, sharing) { put(entry, of: read) }
            } else {
                put(reading(file), of: file)
            }
        }
    }

    /// Takes over what was read meanwhile.
    mutating func settle() {
        for (file, entry) in line?.takeAll(sharing) ?? [] { put(entry, of: file) }
    }

    private mutating func put(_ entry: CachedReading?, of file: ReadingLine.File) {
        guard let entry else {
            scan.files[file.path] = nil
            lostName = true
            return
        }
        cache.files[file.path] = entry
        pathsInOrder.append(file.path)
        // Of what is not parsed nothing is known, and its place is taken already.
        if line != nil, entry.unparsed != nil { return }
        scan.files[file.path] = entry.reading
        takeRules(entry.reading, file.place)
    }

    /// From here on documents are parsed with the schema's keys and the organization's partitions; where their file is
    /// broken, with those of the last reading.
    mutating func takeRules(_ reading: EntityReading, _ place: StorePlace) {
        switch (place, reading.file?.entity) {
        case (.schema, .schema(let keys)?): cache.rules.declaredKeys = keys
        case (.schema, _): cache.rules.declaredKeys = oldCache.rules.declaredKeys
        case (.organization, .organization(let organization)?): cache.rules.partitions = organization.partitionsKnown
        case (.organization, _): cache.rules.partitions = oldCache.rules.partitions
        default: break
        }
    }

    private func reading(_ file: ReadingLine.File) -> CachedReading? {
        // What was parsed by other rules has to be parsed again; what holds the rules depends on none.
        let old = cache.rules == oldCache.rules || file.place.holdsRules ? oldCache.files[file.path] : nil
        if trustsStamps, let old, old.stamp == file.stamp, old.place == file.place, !old.isYoung { return old }
        let reader = FileReader(
            root: root, limits: limits, clock: clock, rules: cache.rules, sharing: sharing, parses: parses)
        return reader.entry(of: file, old: old)
    }
}

extension Organization {
    /// The partitions that ARNs of the store may name; `aws` is always one, for its own entities are of it.
    fileprivate var partitionsKnown: Set<Text> {
        partitions.map { Set($0).union(["aws"]) } ?? PolicyRules.partitionsKnown
    }
}
