internal import Crypto
internal import PolicyModel

/// SHA-256 of a file's bytes.
struct FileDigest: Sendable, Hashable {
    /// 32 bytes.
    let bytes: [UInt8]

    /// Digests the bytes.
    init(of content: [UInt8]) {
        bytes = Array(SHA256.hash(data: content))
    }

    /// Lowercase hexadecimal digits.
    var hexadecimal: String { FileDigest.hexadecimal(bytes) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// The revision of a store (design §3.2): what its files in force say, and nothing else.
///
/// The serialisation that is digested: for every file in force, sorted by the bytes of the path relative to the store,
/// the path's UTF-8 bytes, one zero byte, and the 32 bytes of the SHA-256 of the file's bytes. No count, separator or
/// header besides; a path holds no zero byte and a digest has a fixed length, so two lists never serialise alike.
/// The revision is the first 16 bytes of the SHA-256 of that, as 32 lowercase hexadecimal digits.
enum Revision {
    static func make(of files: some Sequence<(path: Text, digest: FileDigest)>) -> String {
        var hash = SHA256()
        var buffer: [UInt8] = []
        for (path, digest) in files.sorted(by: { $0.path < $1.path }) {
            buffer += path.utf8
            buffer.append(0)
            buffer += digest.bytes
            if buffer.count >= 65_536 {
                hash.update(data: buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        hash.update(data: buffer)
        return FileDigest.hexadecimal(hash.finalize().prefix(16))
    }
}
