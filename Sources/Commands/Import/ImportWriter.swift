internal import DirectoryStore
internal import Glibc
internal import JSONDocument

/// Writes a store beside its place, has it judged, and puts it there: whole or not at all.
struct ImportWriter {
    let store: String

    /// Writes the files; gives the warnings of the store's own check.
    func write(_ files: [StoreImporter.File]) throws(ImportFailure) -> [String] {
        let temporary = "\(store).import-\(getpid())"
        do throws(FileProblem) {
            try refuseUnlessEmpty(store)
            guard try Files.kind(of: temporary) == nil else { throw FileProblem.notEmpty(temporary) }
        } catch {
            throw ImportFailure("into \(error.message)")
        }
        defer { try? Files.removeTree(temporary) }
        try writeAll(files, in: temporary)
        let warnings = try judge(temporary)
        do throws(FileProblem) {
            try Files.move(temporary, to: store)
        } catch {
            throw ImportFailure("into \(error.message)")
        }
        return warnings
    }

    private func writeAll(_ files: [StoreImporter.File], in folder: String) throws(ImportFailure) {
        do throws(FileProblem) {
            try Files.createFolders(folder + "/accounts")
            for file in files { try write(file, in: folder) }
        } catch {
            throw ImportFailure("into \(error.message)")
        }
    }

    private func refuseUnlessEmpty(_ store: String) throws(FileProblem) {
        switch try Files.kind(of: store) {
        case nil: return
        case .file: throw FileProblem.notAFolder(store)
        case .folder: if try !Files.names(in: store).isEmpty { throw FileProblem.notEmpty(store) }
        }
    }

    private func write(_ file: StoreImporter.File, in folder: String) throws(FileProblem) {
        let path = "\(folder)/\(file.path)"
        if let slash = path.lastIndex(of: "/") { try Files.createFolders(String(path[..<slash])) }
        try Files.create(path, text: JSONOutput.object(file.members).serialized(pretty: true) + "\n")
    }

    /// The warnings, or every error of the store.
    private func judge(_ folder: String) throws(ImportFailure) -> [String] {
        let result = StoreLoader().load(folder)
        guard result.isGood else {
            throw ImportFailure(
                "into `\(store)`: Postern would not serve it",
                details: result.diagnostics.filter(\.isError).map(\.fullLine))
        }
        return result.diagnostics.map(\.line)
    }
}

extension Files {
    /// Removes a folder with everything in it; links are removed, not followed.
    static func removeTree(_ path: String) throws(FileProblem) {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else {
            if errno == ENOENT { return }
            throw FileProblem(path: path, code: errno)
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            guard unsafe unlink(path) == 0 else { throw FileProblem(path: path, code: errno) }
            return
        }
        for name in try names(in: path) { try removeTree("\(path)/\(name)") }
        guard unsafe rmdir(path) == 0 else { throw FileProblem(path: path, code: errno) }
    }
}
