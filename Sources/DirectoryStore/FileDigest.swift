internal import Crypto
internal import PolicyModel

/// SHA-256 of a file's bytes.
struct FileDigest: Sendable, Hashable {
    private let words: SIMD4<UInt64>

    /// Digests the bytes.
    init(of content: [UInt8]) {
        words = unsafe SHA256.hash(data: content).withUnsafeBytes { unsafe $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// A digest that was taken elsewhere.
    init(_ digest: SHA256.Digest) {
        words = unsafe digest.withUnsafeBytes { unsafe $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// 32 bytes.
    var bytes: [UInt8] { unsafe withUnsafeBytes(of: words) { unsafe Array($0) } }

    /// Lowercase hexadecimal digits.
    var hexadecimal: String { FileDigest.hexadecimal(bytes) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
