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

    /// A digest that was taken elsewhere.
    init(_ digest: SHA256.Digest) {
        bytes = Array(digest)
    }

    /// Lowercase hexadecimal digits.
    var hexadecimal: String { FileDigest.hexadecimal(bytes) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
