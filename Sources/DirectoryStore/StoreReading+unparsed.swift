internal import Directory
internal import PolicyModel

extension StoreReading {
    /// The same with every file parsed by the rules that were read with them, on all processors and prepared in the order of
    /// their paths.
    ///
    /// Symbols have their numbers by that order: every fresh builder that prepares the same files has the same words.
    consuming func parsedTogether(_ sharing: ReadingShare) -> StoreReading {
        var reading = consume self
        let line = ParsingLine(reading.cache.rules, sharing)
        for path in reading.unparsedPaths {
            guard let file = reading.takeUnparsed(path) else { continue }
            line.add(file)
        }
        for (path, parsed) in line.finish() { reading.put(parsed, at: path) }
        return reading
    }

    /// Parses every file that has not been, on this thread and in the order of their paths.
    ///
    /// - Parameter isAwaited: asked before each file; with the first yes the rest stays as it is, to be parsed by another
    ///   call.
    mutating func parse(_ sharing: ReadingShare, unless isAwaited: () -> Bool = { false }) {
        let rules = cache.rules
        // One after the other, so that the bytes of what is parsed are let go.
        for path in unparsedPaths {
            if isAwaited() { return }
            guard let file = takeUnparsed(path) else { continue }
            put(sharing.prepared(file.parsed(by: rules, sharing.names)), at: path)
        }
    }

    private var unparsedPaths: [Text] {
        cache.files.lazy.filter { $0.value.unparsed != nil }.map(\.key).sorted()
    }

    /// A file that has not been parsed; its bytes are the caller's from here on.
    private mutating func takeUnparsed(_ path: Text) -> ParsingLine.File? {
        guard let text = cache.files[path]?.takeUnparsed(), let entry = cache.files[path], let digest = entry.digest
        else { return nil }
        return ParsingLine.File(path: path, place: entry.place, digest: digest, text: text)
    }

    /// What a file says, once it has been parsed.
    private mutating func put(_ parsed: EntityReading, at path: Text) {
        guard let entry = cache.files[path] else { return }
        scan.files[path] = parsed
        cache.files[path] = CachedReading(
            stamp: entry.stamp, isYoung: entry.isYoung, place: entry.place, digest: entry.digest, reading: parsed)
    }

    /// The revision that all files together would have; `nil` when it is plain already that not all are good.
    var revisionIfGood: String? {
        guard !scan.layoutProblems.contains(where: \.isError), scan.unlistedFolders.isEmpty,
            scan.files.count == cache.files.count
        else { return nil }
        var files: [(path: Text, digest: FileDigest)] = []
        // Each is among those that were met, so that as many are the same.
        let paths = pathsInOrder.count == cache.files.count ? pathsInOrder : Array(cache.files.keys)
        for path in paths {
            guard let entry = cache.files[path], let digest = entry.digest,
                entry.unparsed != nil || entry.reading.file != nil
            else { return nil }
            files.append((path, digest))
        }
        return RevisionList(files).revision
    }

    /// What is not compiled: the schema and the organization, by which everything else is parsed, mappings and the catalogue.
    var rules: Directory {
        var directory = Directory()
        for reading in scan.files.values {
            switch reading.file?.entity {
            case .schema(let keys)?: directory.declaredKeys = keys
            case .organization(let organization)?: directory.organization = organization
            case .mapping(let mapping)?: directory.mappings[mapping.kind] = mapping
            case .catalogue(let catalogue)?: directory.catalogues[catalogue.key] = catalogue
            default: continue
            }
        }
        // Whose is what is named without an account is known at once, too.
        for place in cache.files.values.map(\.place) {
            if let account = place.accountOfFolder { directory.accounts[account] = Account(id: account) }
        }
        return directory
    }
}

extension StorePlace {
    /// The account in whose folder the file lies.
    fileprivate var accountOfFolder: AccountID? {
        switch self {
        case .account(let id), .user(let id), .group(let id), .role(let id), .resource(let id), .policy(let id?): id
        case .policy(nil), .schema, .organization, .controlPolicy, .mapping, .catalogue: nil
        }
    }
}
