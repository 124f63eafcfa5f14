internal import Crypto
internal import CryptoExtras
internal import PolicyModel

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Names with what their passwords are checked by: a line each, `name:$scrypt$ln=14,r=8,p=1$salt$hash` or
/// `name:$pbkdf2-sha256$600000$salt$hash`, base64 without padding.
struct PasswordFile: Sendable {
    /// The number of a line that cannot be used; then nothing of the file can.
    struct Failure: Error, Sendable, Hashable {
        let line: Int
    }

    /// The longest file, in bytes.
    static let bytesMax = 1024 * 1024

    private let hashes: [Text: PasswordHash]
    /// What the password of somebody unknown is checked by, so that it takes as long.
    private let decoy: PasswordHash?

    /// Reads a file; blank lines and those that begin with `#` are left out.
    init(_ bytes: [UInt8]) throws(Failure) {
        var hashes: [Text: PasswordHash] = [:]
        var first: PasswordHash?
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard let text = String(validating: line, as: UTF8.self) else { throw Failure(line: index + 1) }
            let trimmed = text.trimmingSpaces
            if trimmed.isEmpty || trimmed == "\r" || trimmed.hasPrefix("#") { continue }
            let parts = Text(String(trimmed)).split(at: ASCII.colon, maximum: 2)
            guard parts.count == 2, !parts[0].isEmpty, let hash = PasswordHash(parts[1]),
                hashes.updateValue(hash, forKey: parts[0]) == nil
            else { throw Failure(line: index + 1) }
            first = first ?? hash
        }
        self.hashes = hashes
        decoy = first
    }

    /// What a password is checked by, and whether it counts; `nil` for a file without names.
    func hash(of user: String) -> (hash: PasswordHash, isKnown: Bool)? {
        if let hash = hashes[Text(user)] { return (hash, true) }
        return decoy.map { ($0, false) }
    }
}

/// What a password is checked by: a slow, salted hash, whose cost is bounded on either side.
struct PasswordHash: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case scrypt(rounds: Int, blockSize: Int, parallelism: Int)
        case pbkdf2(rounds: Int)
    }

    private let kind: Kind
    private let salt: [UInt8]
    private let hash: [UInt8]
    /// Its bytes, with the length of what differs between two before it: no two hashes and passwords make one text.
    var identity: [UInt8] { Array("\(kind) \(salt.count) \(hash.count) ".utf8) + salt + hash }

    /// Reads a hash; `nil` for other kinds, and for costs that are too low to protect anything or too high to wait for.
    init?(_ text: Text) {
        let parts = text.split(at: 0x24).map(\.string)
        guard parts.count == 5, parts[0].isEmpty, let salt = PasswordHash.bytes(parts[3]),
            let hash = PasswordHash.bytes(parts[4]), (8...64).contains(salt.count), (16...64).contains(hash.count),
            let kind = PasswordHash.kind(parts[1], parts[2])
        else { return nil }
        (self.kind, self.salt, self.hash) = (kind, salt, hash)
    }

    /// Whether a password is it; takes as long as the cost says.
    func matches(_ password: String) -> Bool {
        let bytes = Array(password.utf8)
        let key: SymmetricKey?
        switch kind {
        case .scrypt(let rounds, let blockSize, let parallelism):
            key = try? KDF.Scrypt.deriveKey(
                from: bytes, salt: salt, outputByteCount: hash.count, rounds: rounds, blockSize: blockSize,
                parallelism: parallelism, maxMemory: PasswordHash.memoryBytesMax)
        case .pbkdf2(let rounds):
            key = try? KDF.Insecure.PBKDF2.deriveKey(
                from: bytes, salt: salt, using: .sha256, outputByteCount: hash.count, unsafeUncheckedRounds: rounds)
        }
        // Keys are compared in constant time.
        return key.map { $0 == SymmetricKey(data: hash) } ?? false
    }

    /// Four checks at once must not exhaust a small machine.
    private static let memoryBytesMax = 128 * 1024 * 1024

    private static func kind(_ name: String, _ parameters: String) -> Kind? {
        switch name {
        case "scrypt":
            let numbers = parameters.split(separator: ",").map { $0.split(separator: "=") }
            guard numbers.count == 3, numbers.map(\.first) == ["ln", "r", "p"],
                numbers.allSatisfy({ $0.count == 2 }), let log = Int(numbers[0][1]), let blockSize = Int(numbers[1][1]),
                let parallelism = Int(numbers[2][1]), (10...20).contains(log), (1...32).contains(blockSize),
                (1...4).contains(parallelism), blockSize * 128 << log < memoryBytesMax
            else { return nil }
            return .scrypt(rounds: 1 << log, blockSize: blockSize, parallelism: parallelism)
        case "pbkdf2-sha256":
            guard let rounds = Int(parameters), (10_000...2_000_000).contains(rounds) else { return nil }
            return .pbkdf2(rounds: rounds)
        default: return nil
        }
    }

    /// base64 without padding; `.` stands for `+` in what some tools write.
    private static func bytes(_ text: String) -> [UInt8]? {
        var bytes = text.utf8.map { $0 == 0x2E ? 0x2B : $0 }
        while let last = bytes.last, last == 0x3D { bytes.removeLast() }
        guard bytes.count % 4 != 1 else { return nil }
        while bytes.count % 4 != 0 { bytes.append(0x3D) }
        return Base64.decode(bytes.span)
    }
}
