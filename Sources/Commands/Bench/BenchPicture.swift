internal import Glibc

/// The picture's file.
enum BenchPicture {
    /// Refuses, before anything is measured, a place where no file can be made.
    static func checkPlace(_ path: String) throws(CommandFailure) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? "."
        let isFile: Bool
        do throws(FileProblem) {
            isFile = try Files.kind(of: path) != .folder && !path.isEmpty
        } catch {
            throw .usage("cannot write \(error.message)")
        }
        guard isFile else { throw .usage("cannot write `\(path)`: it is no file's name") }
        guard unsafe access(folder, W_OK | X_OK) == 0 else {
            throw .usage("cannot write \(FileProblem(path: path, code: errno).message)")
        }
    }

    static func write(_ result: LoadResult, to path: String) throws(CommandFailure) {
        do throws(FileProblem) {
            try Files.replace(path, text: LatencyPicture(result).svg)
        } catch {
            throw .usage("cannot write \(error.message)")
        }
    }
}
