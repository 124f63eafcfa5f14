internal import Directory
internal import PolicyModel

extension StoreReading {
    /// The same with every file parsed by the rules that were read with them.
    consuming func parsed(_ sharing: ReadingShare) -> StoreReading {
        var reading = consume self
        reading.parse(sharing)
        return reading
    }

    /// Parses every file that has not been by the rules that were read with them, in the order of their paths.
    ///
    /// Symbols have their numbers by that order: every fresh builder that prepares the same files has the same words.
    /// - Parameter isAwaited: asked before each file; with the first yes the rest stays as it is, to be parsed by another
    ///   call.
    mutating func parse(_ sharing: ReadingShare, unless isAwaited: () -> Bool = { false }) {
        let rules = cache.rules
        let paths = cache.files.lazy.filter { $0.value.unparsed != nil }.map(\.key).sorted()
        // One after the other, so that the bytes of what is parsed are let go.
        for path in paths {
            if isAwaited() { return }
            guard let entry = cache.files[path], let bytes = entry.unparsed, let digest = entry.digest else {
                continue
            }
            let parsed = sharing.prepared(
                EntityParser.parse(
                    bytes, at: path, place: entry.place, digest: digest, rules: rules, names: sharing.names))
            scan.files[path] = parsed
            cache.files[path] = CachedReading(
                stamp: entry.stamp, isYoung: entry.isYoung, place: entry.place, digest: digest, reading: parsed)
        }
    }

    /// The revision that all files together would have; `nil` when it is plain already that not all are good.
    var revisionIfGood: String? {
        guard !scan.layoutProblems.contains(where: \.isError), scan.unlistedFolders.isEmpty,
            scan.files.count == cache.files.count
        else { return nil }
        var files: [(path: Text, digest: FileDigest)] = []
        for (path, entry) in cache.files {
            guard let digest = entry.digest, entry.unparsed != nil || entry.reading.file != nil else { return nil }
            files.append((path, digest))
        }
        return RevisionList(files).revision
    }

    /// The schema and the organization, by which everything else is parsed.
    var rules: Directory {
        var directory = Directory()
        for reading in scan.files.values {
            switch reading.file?.entity {
            case .schema(let keys)?: directory.declaredKeys = keys
            case .organization(let organization)?: directory.organization = organization
            default: continue
            }
        }
        return directory
    }
}
