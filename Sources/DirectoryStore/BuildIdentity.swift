internal import CLinux
internal import Crypto

/// Which build is running: another compiler of policies may write other words, so that an image is only for its own build.
struct BuildIdentity: Sendable, Hashable {
    /// SHA-256 of the running executable and of the ids of the libraries that were loaded with it: no other build has it,
    /// whatever its version says.
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
            if count == 0 {
                // Each with its length, so that no two lists are one run of bytes.
                for library in libraries() { hash.update(data: [UInt8(truncatingIfNeeded: library.count)] + library) }
                return BuildIdentity(digest: FileDigest(hash.finalize()))
            }
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
        }
    }
}

extension BuildIdentity {
    /// What tells the libraries of this process from other versions of them, sorted: the ids that linkers give, else names,
    /// sizes and times.
    static func libraries() -> [[UInt8]] {
        var found: [[UInt8]] = []
        unsafe withUnsafeMutablePointer(to: &found) { pointer in
            unsafe clinux_each_library(
                { context, bytes, count in
                    // The context is the list above, which outlives the call; nobody else looks at it meanwhile.
                    guard let context = unsafe context, let bytes = unsafe bytes else { return }
                    let id = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
                    unsafe context.assumingMemoryBound(to: [[UInt8]].self).pointee.append(Array(id))
                }, pointer)
        }
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

/// The identity of the running build, which is found while the store is read: the executable is as large as a large store.
final class RunningBuild: Sendable {
    /// What the search has come to.
    private enum Search {
        case underWay
        case ended(BuildIdentity?)
    }

    private let state: Monitor<Search>

    /// - Parameter known: what it is, if that is known; else it is looked for.
    init(_ known: BuildIdentity? = nil) {
        state = Monitor(known.map { .ended($0) } ?? .underWay)
        if known == nil, !BackgroundThread.start({ [self] in search() }) { search() }
    }

    private func search() {
        let identity = BuildIdentity.running()
        state.update { $0 = .ended(identity) }
    }

    /// Waits for the search; `nil` where the executable cannot be read.
    var identity: BuildIdentity? {
        state.wait { search -> BuildIdentity?? in
            if case .ended(let identity) = search { .some(identity) } else { nil }
        }
    }
}
