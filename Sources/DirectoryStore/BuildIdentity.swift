internal import CLinux
internal import Crypto

/// Which build is running: another compiler of policies may write other words, so that an image is only for its own build.
struct BuildIdentity: Sendable, Hashable {
    /// SHA-256 of the running executable: no other build has it, whatever its version says.
    let digest: FileDigest

    /// The start of the digest, for names of files.
    var short: String { String(digest.hexadecimal.prefix(16)) }

    /// Bytes that are digested at a time.
    private static let partBytes = 1 << 20

    /// The running executable; `nil` where the system does not show it.
    static func running() -> BuildIdentity? {
        guard let executable = try? Descriptor(clinux_open_executable()),
            let buffer = AnonymousMemory(byteCount: partBytes)
        else { return nil }
        var hash = SHA256()
        while true {
            guard let count = try? buffer.read(from: executable) else { return nil }
            if count == 0 { return BuildIdentity(digest: FileDigest(hash.finalize())) }
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
        }
    }
}
