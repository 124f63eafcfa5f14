internal import Crypto
internal import PolicyModel

/// SHA-256 of a file's bytes.
struct FileDigest: Sendable, Hashable {
    // Four words and no vector, which would be aligned to as much room again beside other things.
    private let words: Words
    private typealias Words = (UInt64, UInt64, UInt64, UInt64)

    /// Digests the bytes.
    init(of content: [UInt8]) {
        words = unsafe SHA256.hash(data: content).withUnsafeBytes { unsafe $0.loadUnaligned(as: Words.self) }
    }

    /// A digest that was taken elsewhere.
    init(_ digest: SHA256.Digest) {
        words = unsafe digest.withUnsafeBytes { unsafe $0.loadUnaligned(as: Words.self) }
    }

    static func == (lhs: FileDigest, rhs: FileDigest) -> Bool { lhs.words == rhs.words }

    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    /// 32 bytes.
    var bytes: [UInt8] { unsafe withUnsafeBytes(of: words) { unsafe Array($0) } }

    /// Lowercase hexadecimal digits.
    var hexadecimal: String { FileDigest.hexadecimal(bytes) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
