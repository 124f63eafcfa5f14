internal import Directory
internal import PolicyModel

extension StoreReading {
    /// The same with every file parsed by the rules that were read with them, in the order of their paths.
    ///
    /// Symbols have their numbers by that order: every fresh builder that prepares the same files has the same words.
    ///
    /// - Parameter isAlone: whether only the calling thread works.
    consuming func parsed(_ sharing: ReadingShare, isAlone: Bool = false) -> StoreReading {
        var reading = consume self
        let line = ParsingLine(reading.cache.rules, sharing, isAlone: isAlone)
        let paths = reading.cache.files.filter { $0.value.unparsed != nil }.keys.sorted()
        for path in paths {
            guard let text = reading.cache.files[path]?.takeUnparsed(), let entry = reading.cache.files[path],
                let digest = entry.digest
            else { continue }
            line.add(ParsingLine.File(path: path, place: entry.place, digest: digest, text: text))
        }
        for (path, parsed) in line.finish() {
            guard let entry = reading.cache.files[path] else { continue }
            reading.scan.files[path] = parsed
            reading.cache.files[path] = CachedReading(
                stamp: entry.stamp, isYoung: entry.isYoung, place: entry.place, digest: entry.digest, reading: parsed)
        }
        return reading
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
