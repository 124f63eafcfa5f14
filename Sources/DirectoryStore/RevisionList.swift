internal import Crypto
internal import PolicyModel

/// The files in force with their digests, and the revision of the store that these make (design §3.2): it is what the
/// files say, and nothing else.
///
/// The serialisation that is digested: for every file in force, sorted by the bytes of the path relative to the store,
/// the path's UTF-8 bytes, one zero byte, and the 32 bytes of the SHA-256 of the file's bytes. No count, separator or
/// header besides; a path holds no zero byte and a digest has a fixed length, so two lists never serialise alike.
/// The revision is the first 16 bytes of the SHA-256 of that, as 32 lowercase hexadecimal digits.
struct RevisionList {
    /// In the order in which they are digested.
    private var files: [(path: Text, digest: FileDigest)]

    /// - Parameter files: in any order; nearly sorted ones take a fraction of the time.
    init(_ files: [(path: Text, digest: FileDigest)]) {
        self.files = files.sorted { $0.path < $1.path }
    }

    /// Sets the digest of a file, new or not.
    mutating func put(_ path: Text, _ digest: FileDigest) {
        var (low, high) = (0, files.count)
        while low < high {
            let middle = (low + high) / 2
            if files[middle].path < path { low = middle + 1 } else { high = middle }
        }
        if low < files.count, files[low].path == path {
            files[low].digest = digest
        } else {
            files.insert((path, digest), at: low)
        }
    }

    /// The revision.
    var revision: String {
        var hash = SHA256()
        var buffer: [UInt8] = []
        buffer.reserveCapacity(65_536 + 8_192)
        for file in files {
            buffer += file.path.utf8
            buffer.append(0)
            buffer += file.digest.bytes
            if buffer.count >= 65_536 {
                hash.update(data: buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        hash.update(data: buffer)
        return FileDigest.hexadecimal(hash.finalize().prefix(16))
    }
}
