internal import Crypto
internal import Directory

/// An image of a snapshot as a file: what it is of, the digest of everything, and the words.
///
/// `[magic (two words), version, 0, bytes of the file (two words), 0, 0]`, SHA-256 of all that follows, the build's digest,
/// the 32 digits of the revision, and the words of `SnapshotImage`. Words are in the byte order of the machine that wrote them,
/// which is the one that reads them: a file is only for the very build that wrote it.
enum ImageFile {
    /// The version of the file and of everything in it, for names; a change of either needs another.
    static let version = 1
    /// Largest file that is read or written: several times what the largest store compiles to.
    static let bytesMax = 1 << 30
    /// "POSTERNI".
    private static let magic: [UInt8] = Array("POSTERNI".utf8)
    /// Where the digest stands, and where that begins which it is of.
    private static let digestPlace = 32
    private static let bodyPlace = 64
    private static let headerBytes = 128
    private static let revisionBytes = 32

    /// The bytes of an image, as words; `nil` for a snapshot that is too large, or whose revision is none of a store.
    ///
    /// The words are the only copy of the snapshot's that is made.
    static func words(
        of snapshot: Snapshot, build: BuildIdentity, bytesMax: Int = ImageFile.bytesMax
    ) -> [UInt32]? {
        guard snapshot.revision.utf8.count == revisionBytes,
            var words = SnapshotImage.words(
                of: snapshot, behind: Array(repeating: 0, count: headerBytes / 4), wordsMax: bytesMax / 4)
        else { return nil }
        let header = header(fileBytes: words.count * 4)
        let body = build.digest.bytes + snapshot.revision.utf8
        unsafe words.withUnsafeMutableBytes { bytes in
            unsafe bytes[..<digestPlace].copyBytes(from: header)
            unsafe bytes[bodyPlace..<headerBytes].copyBytes(from: body)
            var hash = SHA256()
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[bodyPlace...]))
            unsafe bytes[digestPlace..<bodyPlace].copyBytes(from: Array(hash.finalize()))
        }
        return words
    }

    private static func header(fileBytes: Int) -> [UInt8] {
        let numbers = [UInt64(version), UInt64(fileBytes), 0]
        return magic + numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
    }

    /// The snapshot in a file's bytes, which then cannot be written to any more.
    ///
    /// - Parameter rules: the schema and the organization of the revision.
    /// - Throws: why it is not used, in words.
    static func snapshot(
        in memory: AnonymousMemory, revision: String, build: BuildIdentity, rules: Directory
    ) throws(SnapshotImageError) -> Snapshot {
        try Verified(memory, build: build).snapshot(of: revision, rules: rules)
    }

    /// An image of this build in which everything is as it has to be; which revision it is of, it says itself.
    struct Verified: Sendable {
        /// Without rules yet.
        private let snapshot: Snapshot

        /// Verifies a file's bytes, which then cannot be written to any more.
        ///
        /// - Throws: why it is not used, in words.
        init(_ memory: AnonymousMemory, build: BuildIdentity) throws(SnapshotImageError) {
            let bytes = unsafe memory.bytes
            guard memory.byteCount >= headerBytes else { throw SnapshotImageError("it ends too early") }
            guard unsafe bytes[..<digestPlace].elementsEqual(header(fileBytes: memory.byteCount)) else {
                throw SnapshotImageError("it is no image of this version and length")
            }
            var hash = SHA256()
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[bodyPlace...]))
            guard unsafe bytes[digestPlace..<bodyPlace].elementsEqual(Array(hash.finalize())) else {
                throw SnapshotImageError("it is damaged: its digest is another")
            }
            let body = unsafe Array(bytes[bodyPlace..<headerBytes])
            guard body.starts(with: build.digest.bytes) else { throw ImageFile.isForeign }
            let revision = String(decoding: body.suffix(revisionBytes), as: UTF8.self)
            let words = unsafe UnsafeRawBufferPointer(rebasing: bytes[headerBytes...])
            guard words.count % 4 == 0 else { throw SnapshotImageError("it ends within a word") }
            snapshot = try unsafe SnapshotImage.snapshot(
                in: words.bindMemory(to: UInt32.self), owner: memory, revision: revision, rules: Directory())
            guard memory.seal() else { throw SnapshotImageError("its memory cannot be made read-only") }
        }

        /// The snapshot, if it is of the revision.
        ///
        /// - Parameter rules: the schema and the organization of the revision.
        func snapshot(of revision: String, rules: Directory) throws(SnapshotImageError) -> Snapshot {
            guard snapshot.revision == revision else { throw ImageFile.isForeign }
            return SnapshotImage.snapshot(snapshot, rules: rules)
        }
    }

    private static let isForeign = SnapshotImageError("it is of another build or revision")
}
