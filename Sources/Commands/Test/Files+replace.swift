internal import Glibc

extension Files {
    /// Puts a file in the place of what is there: readers see the old text or the new, never a part.
    static func replace(_ path: String, text: String) throws(FileProblem) {
        let temporary = path + ".\(getpid()).tmp"
        _ = unsafe unlink(temporary)
        do throws(FileProblem) {
            try create(temporary, text: text)
            try move(temporary, to: path)
        } catch {
            _ = unsafe unlink(temporary)
            // Nobody has heard of the temporary file.
            throw FileProblem(path: path, code: error.code)
        }
    }

    /// Renames; an empty folder gives way to a folder.
    static func move(_ path: String, to target: String) throws(FileProblem) {
        guard unsafe rename(path, target) == 0 else { throw FileProblem(path: target, code: errno) }
    }
}
