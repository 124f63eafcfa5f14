internal import CLinux
internal import Glibc
internal import Synchronization

/// A socket's place in the file system: its folder, its lock file and its own inode.
final class SocketFile: Sendable {
    private let path: String
    private let folder: String
    private let lock: Descriptor
    private let madeFolder: Bool
    // The socket's own device and inode, 0 before it is bound and after it is removed.
    private let device = Atomic<UInt64>(0)
    private let inode = Atomic<UInt64>(0)
    private let isRemoved = Atomic<Bool>(false)

    /// Checks the folder and takes the lock.
    init(path: String) throws(SidecarError) {
        try SocketFile.checkPath(path)
        self.path = path
        folder = SocketFile.folder(of: path)
        madeFolder = try SocketFile.makeFolder(folder)
        do throws(SidecarError) {
            try SocketFile.checkFolder(folder)
            lock = try SocketFile.takeLock(path)
        } catch {
            if madeFolder { unsafe rmdir(folder) }
            throw error
        }
    }

    /// Binds a socket to the path, replacing what a dead process left there.
    ///
    /// The file is never open to more people than `mode` says: it begins with 0600, and the folder is ours.
    func bind(_ socket: Int32, mode: UInt32, group: gid_t?) throws(SidecarError) {
        try removeStale()
        // What a socket's inode says before is what the file has then; the process's umask is everybody's and left alone.
        guard fchmod(socket, 0o600) == 0, unsafe clinux_unix_bind(socket, path) == 0 else {
            throw systemFailure("make the socket `\(path)`")
        }
        guard let own = FileFacts(path) else { throw systemFailure("look at `\(path)`") }
        device.store(own.device, ordering: .relaxed)
        inode.store(own.inode, ordering: .relaxed)
        if let group, unsafe chown(path, uid_t.max, group) != 0 {
            throw systemFailure("give `\(path)` to group \(group)")
        }
        guard unsafe chmod(path, mode_t(mode)) == 0 else { throw systemFailure("set the mode of `\(path)`") }
    }

    /// Removes the socket's file if it is still ours, the lock file, and the folder if it was made and is empty.
    func remove() {
        guard !isRemoved.exchange(true, ordering: .relaxed) else { return }
        if let facts = FileFacts(path), facts.isSocket, facts.inode == inode.load(ordering: .relaxed),
            facts.device == device.load(ordering: .relaxed)
        {
            unsafe unlink(path)
        }
        unsafe unlink(SocketFile.lockPath(path))
        if madeFolder { unsafe rmdir(folder) }
    }

    /// Removes a socket that nobody listens on.
    private func removeStale() throws(SidecarError) {
        guard let facts = FileFacts(path) else { return }
        guard facts.isSocket else { throw .notASocket(path: path) }
        let probe = Descriptor(clinux_unix_stream_socket())
        guard probe.raw >= 0 else { throw systemFailure("make a socket") }
        // EAGAIN is a listener whose queue is full: alive.
        if unsafe clinux_unix_connect(probe.raw, path) == 0 || errno == EAGAIN { throw .socketTaken(path: path) }
        guard errno == ECONNREFUSED else { throw systemFailure("find out who serves `\(path)`") }
        guard unsafe unlink(path) == 0 else { throw systemFailure("remove the stale socket `\(path)`") }
    }

    /// Takes the lock file beside the socket; it is held as long as the descriptor is open.
    private static func takeLock(_ path: String) throws(SidecarError) -> Descriptor {
        let lockPath = lockPath(path)
        while true {
            let lock = unsafe Descriptor(open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600))
            guard lock.raw >= 0 else { throw systemFailure("open the lock file `\(lockPath)`") }
            guard flock(lock.raw, LOCK_EX | LOCK_NB) == 0 else {
                if errno == EWOULDBLOCK { throw .socketTaken(path: path) }
                throw systemFailure("lock `\(lockPath)`")
            }
            // A sidecar that ended may have removed the file between our open and our lock: then lock the new one.
            if let held = FileFacts(lock.raw), let there = FileFacts(lockPath), held.inode == there.inode,
                held.device == there.device
            {
                return lock
            }
        }
    }

    private static func lockPath(_ path: String) -> String { path + ".lock" }

    private static func checkPath(_ path: String) throws(SidecarError) {
        let bytes = path.utf8.count
        if path.isEmpty || path.hasSuffix("/") || path.utf8.contains(0) {
            throw .unusablePath(path: path, reason: "it names no file")
        }
        if path.hasPrefix("@") {
            throw .unusablePath(path: path, reason: "abstract sockets have no permissions")
        }
        if bytes > SidecarLimits.pathBytesMax {
            throw .unusablePath(path: path, reason: "it has \(bytes) bytes, and a socket's path at most 107")
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: 0x2F) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the folder if only it is missing; says whether it did.
    private static func makeFolder(_ folder: String) throws(SidecarError) -> Bool {
        if unsafe mkdir(folder, 0o750) == 0 { return true }
        guard errno == EEXIST else { throw systemFailure("make the socket's folder `\(folder)`") }
        return false
    }

    /// Refuses a folder in which a stranger could put another socket in our place, and answer for us.
    private static func checkFolder(_ folder: String) throws(SidecarError) {
        guard let facts = FileFacts(folder, followLinks: true) else { throw systemFailure("look at `\(folder)`") }
        guard facts.isFolder else { throw .unsafeFolder(path: folder, reason: "it is not a folder") }
        guard facts.owner == geteuid() || facts.owner == 0 else {
            throw .unsafeFolder(path: folder, reason: "it belongs to user \(facts.owner), neither to us nor to root")
        }
        // With the sticky bit others may add files but not replace ours; a folder's group is trusted by its owner.
        guard facts.mode & 0o002 == 0 || facts.mode & 0o1000 != 0 else {
            throw .unsafeFolder(path: folder, reason: "everybody may replace files in it; name a folder inside it")
        }
    }
}

/// What `stat` says of a file.
struct FileFacts {
    let device: UInt64
    let inode: UInt64
    let mode: UInt32
    let owner: uid_t

    /// Looks at a path, not through a link unless told so; `nil` when there is nothing.
    init?(_ path: String, followLinks: Bool = false) {
        var facts = stat()
        guard unsafe fstatat(AT_FDCWD, path, &facts, followLinks ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        self.init(facts)
    }

    /// Looks at an open file.
    init?(_ descriptor: Int32) {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { return nil }
        self.init(facts)
    }

    private init(_ facts: stat) {
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
        mode = facts.st_mode
        owner = facts.st_uid
    }

    /// Whether it is a socket.
    var isSocket: Bool { mode & S_IFMT == S_IFSOCK }
    /// Whether it is a folder.
    var isFolder: Bool { mode & S_IFMT == S_IFDIR }
}
