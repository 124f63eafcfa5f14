internal import CLinux
internal import Glibc
internal import PolicyModel

/// Why the system refused a file.
struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The errno, positive.
    let code: CInt

    /// One line for people.
    var description: String {
        switch code {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "permission denied"
        case EXDEV: "it leads out of the store; put the file itself here"
        case ELOOP: "too many links"
        case ENOTDIR: "not a folder"
        case EMFILE, ENFILE: "too many open files"
        case ENOSYS: "this kernel lacks openat2, which Linux has since 5.6"
        default: "error \(code) of the system"
        }
    }

    /// Whether the name is simply not there.
    var isAbsence: Bool { code == ENOENT }

    /// Whether links lead out of the root.
    var leadsOut: Bool { code == EXDEV }

    /// What is said of a pipe, a device and the like.
    static let irregular = "this is no regular file; put a file here, or remove it"
}

/// What identifies one state of a file; see `clinux_stamp`.
struct FileStamp: Hashable, Sendable {
    enum Kind: Sendable { case regular, folder, link, other }

    let device: UInt64
    let inode: UInt64
    let size: UInt64
    let changedNanoseconds: Int64
    let modifiedNanoseconds: Int64
    /// How many names the file has.
    let links: UInt64
    let kind: Kind

    fileprivate init(_ stamp: clinux_stamp) {
        device = stamp.device
        inode = stamp.inode
        size = stamp.size
        changedNanoseconds = stamp.changed_nanoseconds
        modifiedNanoseconds = stamp.modified_nanoseconds
        links = stamp.links
        kind =
            switch Int(stamp.kind) {
            case CLINUX_KIND_REGULAR: .regular
            case CLINUX_KIND_FOLDER: .folder
            case CLINUX_KIND_LINK: .link
            default: .other
            }
    }

    /// Whether both are the same file, in whatever state.
    func isSameFile(as other: FileStamp) -> Bool { device == other.device && inode == other.inode }
}

/// A descriptor that is closed with its last reference.
final class Descriptor: Sendable {
    let number: CInt

    /// Takes over what a `clinux` call returned: a descriptor, or minus the errno.
    init(_ result: CInt) throws(FileFailure) {
        guard result >= 0 else { throw FileFailure(code: -result) }
        number = result
    }

    deinit {
        _ = clinux_close(number)
    }

    /// What the descriptor stands for.
    func stamp() throws(FileFailure) -> FileStamp {
        try unsafe stamped { stamp in unsafe clinux_stamp_descriptor(number, stamp) }
    }
}

/// Asks for a stamp; the pointer is only valid inside the call, and no `clinux` call keeps it.
private func stamped(_ ask: (UnsafeMutablePointer<clinux_stamp>) -> CInt) throws(FileFailure) -> FileStamp {
    var stamp = clinux_stamp()
    let result = unsafe ask(&stamp)
    guard result >= 0 else { throw FileFailure(code: -result) }
    return FileStamp(stamp)
}

/// The store's resolved root: everything is read beneath this one open descriptor.
final class RootFolder: Sendable {
    let descriptor: Descriptor

    /// Opens what the path leads to now.
    init(path: String) throws(FileFailure) {
        descriptor = try Descriptor(unsafe clinux_open_root(path))
    }

    /// What an ordinary path is.
    static func stamp(path: String, followingLinks: Bool) throws(FileFailure) -> FileStamp {
        try unsafe stamped { stamp in unsafe clinux_stamp_path(path, followingLinks, stamp) }
    }

    /// Opens a file or folder beneath the root for reading.
    func open(_ path: Text) throws(FileFailure) -> Descriptor {
        try Descriptor(unsafe clinux_open_beneath(descriptor.number, RootFolder.relative(path)))
    }

    /// What the path is once links are followed.
    func stamp(_ path: Text) throws(FileFailure) -> FileStamp {
        try unsafe stamped { stamp in unsafe clinux_stamp_beneath(descriptor.number, RootFolder.relative(path), stamp) }
    }

    /// Where a link leads; `nil` when it is none.
    func linkTarget(_ path: Text) -> Text? {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            let length = unsafe clinux_read_link_beneath(
                descriptor.number, RootFolder.relative(path), buffer.baseAddress, buffer.count)
            count = max(0, length)
        }
        return bytes.isEmpty ? nil : Text(String(decoding: bytes, as: UTF8.self))
    }

    private static func relative(_ path: Text) -> String { path.isEmpty ? "." : path.string }
}

extension Descriptor {
    /// The names in the folder, sorted by bytes, without `.` and `..`.
    ///
    /// Names that are not UTF-8 come back repaired
    /// in `unreadable`.
    func names(max: Int) throws(FileFailure) -> (names: [Text], unreadable: [Text]) {
        var listing = Listing(max: max)
        let result = unsafe withUnsafeMutablePointer(to: &listing) { pointer in
            unsafe clinux_list(
                number,
                { context, name in
                    // The context is the listing above, which outlives the call; nobody else looks at it meanwhile.
                    guard let context = unsafe context, let name = unsafe name else { return }
                    unsafe context.assumingMemoryBound(to: Listing.self).pointee.add(name)
                }, pointer)
        }
        guard result >= 0 else { throw FileFailure(code: -result) }
        return (listing.names.sorted(), listing.unreadable.sorted())
    }

    /// What a name in the folder is itself.
    func stamp(name: Text) throws(FileFailure) -> FileStamp {
        try unsafe stamped { stamp in unsafe clinux_stamp_name(number, name.string, stamp) }
    }

    /// The bytes from here on, one more than `bytesMax` at most.
    ///
    /// Of a file that another writes to meanwhile, what was there at some moment; whoever needs all of one moment compares
    /// the stamps before and after.
    ///
    /// - Parameter expected: about how many there are.
    func read(bytesMax: Int, expected: Int = 65_535) throws(FileFailure) -> [UInt8] {
        // One more shows that there are no more.
        var content = try readPart(min(expected, bytesMax) + 1)
        // There was room for more, and there was none.
        if content.count == expected { return content }
        while !content.isEmpty, content.count <= bytesMax {
            let part = try readPart(min(4_096, bytesMax + 1 - content.count))
            if part.isEmpty { break }
            content += part
        }
        return content
    }

    private func readPart(_ bytesMax: Int) throws(FileFailure) -> [UInt8] {
        var failure: CInt = 0
        let part = unsafe [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
            let length = unsafe clinux_read(number, buffer.baseAddress, buffer.count)
            if length < 0 { failure = CInt(truncatingIfNeeded: -length) }
            count = max(0, length)
        }
        guard failure == 0 else { throw FileFailure(code: failure) }
        return part
    }
}

private struct Listing {
    /// One more is kept, so that the caller sees that there are too many.
    let max: Int
    var names: [Text] = []
    var unreadable: [Text] = []

    init(max: Int) { self.max = max }

    mutating func add(_ name: UnsafePointer<CChar>) {
        guard names.count + unreadable.count <= max else { return }
        if let valid = unsafe String(validatingCString: name) {
            names.append(Text(valid))
        } else {
            unreadable.append(Text(unsafe String(cString: name)))
        }
    }
}
