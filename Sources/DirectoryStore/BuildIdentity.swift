internal import CLinux
internal import Crypto

/// Which build is running: another compiler of policies may write other words, so that an image is only for its own build.
struct BuildIdentity: Sendable, Hashable {
    /// SHA-256 of what tells the running executable and the libraries that were loaded with it from any others, whatever its
    /// version says.
    ///
    /// Of each library and of the executable that is the id that the linker gave it, which is a digest of what was linked;
    /// where it gave the executable none, all that is loaded of it. What the file holds for debuggers is several times as
    /// much, and does nothing.
    let digest: FileDigest

    /// The start of the digest, for names of files.
    var short: String { String(digest.hexadecimal.prefix(16)) }

    /// Bytes that are digested at a time.
    private static let partBytes = 1 << 20

    /// Bytes that an id of the executable has at least; a shorter one may be somebody's number.
    private static let idBytesMin = 16

    /// The running executable; `nil` where the system does not show it.
    static func running() -> BuildIdentity? {
        let libraries = libraries()
        if let id = executableID(), id.count >= idBytesMin { return BuildIdentity(id: id, libraries: libraries) }
        guard let executable = try? Descriptor(clinux_open_executable()) else { return nil }
        return BuildIdentity(executable, parts: loadedParts(), libraries: libraries)
    }

    /// What an id tells from any other.
    init(id: [UInt8], libraries: [[UInt8]]) {
        var hash = SHA256()
        hash.update(data: Array("id".utf8))
        hash.update(list: [id] + libraries)
        digest = FileDigest(hash.finalize())
    }

    /// What the parts of a file tell from any other; `nil` where there are none, or the file ends within one.
    init?(_ file: Descriptor, parts: [Range<UInt64>], libraries: [[UInt8]]) {
        guard !parts.isEmpty, let buffer = AnonymousMemory(byteCount: BuildIdentity.partBytes) else { return nil }
        var hash = SHA256()
        for part in parts {
            // Each with its place and length, so that no two lists are one run of bytes.
            for number in [part.lowerBound, part.upperBound] {
                hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
            }
            var place = part.lowerBound
            while place < part.upperBound {
                let wanted = Int(clamping: part.upperBound - place)
                guard let count = try? buffer.read(from: file, at: place, bytesMax: wanted), count > 0
                else { return nil }
                unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
                place += UInt64(count)
            }
        }
        hash.update(list: libraries)
        digest = FileDigest(hash.finalize())
    }
}

extension BuildIdentity {
    init(digest: FileDigest) { self.digest = digest }

    /// Where in its file that lies which is loaded of the running executable.
    static func loadedParts() -> [Range<UInt64>] {
        var found: [Range<UInt64>] = []
        unsafe withUnsafeMutablePointer(to: &found) { pointer in
            unsafe clinux_each_loaded_part(
                { context, offset, count in
                    let (end, isOver) = offset.addingReportingOverflow(count)
                    // The context is the list above, which outlives the call; nobody else looks at it meanwhile.
                    guard let context = unsafe context, !isOver else { return }
                    unsafe context.assumingMemoryBound(to: [Range<UInt64>].self).pointee.append(offset..<end)
                }, pointer)
        }
        return found
    }

    /// The id that the linker gave the running executable; `nil` where it gave none.
    static func executableID() -> [UInt8]? {
        unsafe told { context in unsafe clinux_executable_id(note, context) }.first
    }

    /// What tells the libraries of this process from other versions of them, sorted: the ids that linkers give, else names,
    /// sizes and times.
    static func libraries() -> [[UInt8]] {
        unsafe told { context in unsafe clinux_each_library(note, context) }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Everything that a call tells to the context that it is given.
    private static func told(_ call: (UnsafeMutableRawPointer) -> Void) -> [[UInt8]] {
        var found: [[UInt8]] = []
        unsafe withUnsafeMutablePointer(to: &found) { pointer in unsafe call(pointer) }
        return found
    }
}

/// Adds what is told to the context, which is the list of `told`: it outlives the call, and nobody else looks at it
/// meanwhile.
private func note(_ context: UnsafeMutableRawPointer?, _ bytes: UnsafeRawPointer?, _ count: Int) {
    guard let context = unsafe context, let bytes = unsafe bytes else { return }
    let id = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    unsafe context.assumingMemoryBound(to: [[UInt8]].self).pointee.append(Array(id))
}

/// The identity of the running build, which is found while the store is read: without an id the executable is digested.
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

extension SHA256 {
    /// Takes in names of at most 255 bytes, each with its length, so that no two lists are one run of bytes.
    fileprivate mutating func update(list names: [[UInt8]]) {
        for name in names { update(data: [UInt8(truncatingIfNeeded: name.count)] + name) }
    }
}
