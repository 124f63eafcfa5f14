internal import Glibc

/// A file that is not of the store, read again when it has changed.
enum OutsideFile {
    /// What tells one content of a file from another without reading it.
    struct Mark: Sendable, Hashable {
        fileprivate let device: UInt
        fileprivate let number: UInt
        fileprivate let size: Int
        fileprivate let changedSeconds: Int
        fileprivate let changedNanoseconds: Int
    }

    /// The mark of a regular file; `nil` when there is none.
    static func mark(_ path: String) -> Mark? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return Mark(
            device: UInt(facts.st_dev), number: UInt(facts.st_ino), size: Int(facts.st_size),
            changedSeconds: facts.st_ctim.tv_sec, changedNanoseconds: facts.st_ctim.tv_nsec)
    }

    /// The bytes of a regular file; `nil` for one that cannot be read, or is longer than `bytesMax`.
    static func read(_ path: String, bytesMax: Int) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var buffer: [UInt8] = Array(repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { room in
                unsafe Glibc.read(descriptor, room.baseAddress, room.count)
            }
            guard count >= 0, bytes.count + count <= bytesMax else { return nil }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }
}
