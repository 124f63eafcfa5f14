internal import Glibc

/// A file operation that the system refused.
struct FileProblem: Error {
    let path: String
    let code: CInt
    /// Instead of the system's words.
    var words: String?

    var message: String {
        if let words { return "`\(path)`: \(words)" }
        guard let text = unsafe strerror(code) else { return "`\(path)`: error \(code)" }
        return "`\(path)`: \(unsafe String(cString: text).lowercased())"
    }
}

/// The few file operations of the command line.
enum Files {
    enum Kind {
        case file
        case folder
    }

    /// What is at the path, through links; `nil` when nothing is.
    static func kind(of path: String) throws(FileProblem) -> Kind? {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileProblem(path: path, code: errno)
        }
        return information.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }

    /// The whole file, or its first `bytesMax` bytes and one more; regular files only.
    static func read(_ path: String, bytesMax: Int) throws(FileProblem) -> [UInt8] {
        // Opening never waits for whoever would write into a pipe.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FileProblem(path: path, code: errno) }
        defer { close(descriptor) }
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { throw FileProblem(path: path, code: errno) }
        switch information.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FileProblem(path: path, code: EISDIR)
        default: throw FileProblem.irregular(path)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= bytesMax {
            let count = unsafe Glibc.read(descriptor, &chunk, min(chunk.count, bytesMax + 1 - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileProblem(path: path, code: errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// Makes a file that is not there yet.
    static func create(_ path: String, text: String) throws(FileProblem) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileProblem(path: path, code: errno) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileProblem(path: path, code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes a folder and those above it; one that is there already is good.
    static func createFolders(_ path: String) throws(FileProblem) {
        if try kind(of: path) == .folder { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try createFolders(String(path[..<slash])) }
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw FileProblem(path: path, code: errno) }
    }

    /// Where a path leads once links are followed; `nil` when it leads nowhere.
    static func resolved(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The shortest path for people that leads to the same place: without `.` and `..` where that makes no difference.
    static func tidied(_ path: String) -> String {
        guard let resolved = resolved(path) else { return path }
        let shorter = withoutDots(path)
        if self.resolved(shorter) == resolved { return shorter }
        // A link stands before the dots: they lead elsewhere than they say.
        guard let here = self.resolved("."), resolved.hasPrefix(here + "/") else { return resolved }
        return String(resolved.dropFirst(here.count + 1))
    }

    private static func withoutDots(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if let last = parts.last, last != ".." {
                parts.removeLast()
            } else if !isAbsolute {
                parts.append(part)
            }
        }
        let text = (isAbsolute ? "/" : "") + parts.joined(separator: "/")
        return text.isEmpty ? "." : text
    }

    /// The names in a folder, sorted by their bytes, without `.` and `..`.
    static func names(in folder: String) throws(FileProblem) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw FileProblem(path: folder, code: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // `d_name` ends in a NUL within the entry, as readdir(3) says.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

extension FileProblem {
    static func notAFolder(_ path: String) -> FileProblem { FileProblem(path: path, code: ENOTDIR) }
    static func notEmpty(_ path: String) -> FileProblem {
        FileProblem(path: path, code: ENOTEMPTY, words: "the folder is not empty")
    }
    static func missing(_ path: String) -> FileProblem { FileProblem(path: path, code: ENOENT) }
    static func irregular(_ path: String) -> FileProblem {
        FileProblem(path: path, code: EINVAL, words: "this is no regular file; write it to a file first")
    }
    static func noDocuments(_ path: String) -> FileProblem {
        FileProblem(
            path: path, code: ENOENT, words: "no *.json file, and neither `accounts` nor `managed` as in a store")
    }
}
