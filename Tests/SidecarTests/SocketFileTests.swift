import CLinux
import Glibc
import Testing

@testable import Sidecar

@Suite("The socket's file")
struct SocketFileTests {
    private func listen(_ path: String, mode: UInt32 = 0o660, group: gid_t? = nil) throws(SidecarError)
        -> ListeningSocket
    {
        try ListeningSocket(path: path, mode: mode, group: group)
    }

    @Test("has the mode and group it is given, whatever the umask", arguments: [0o600, 0o660, 0o666] as [UInt32])
    func mode(mode: UInt32) throws {
        let folder = try TestFolder()
        let listener = try listen(folder.socket, mode: mode, group: getegid())
        let facts = try #require(FileFacts(folder.socket))
        #expect(facts.isSocket)
        #expect(facts.mode & 0o777 == mode)
        #expect(folder.names == ["s", "s.lock"])
        listener.withdraw()
        #expect(folder.names.isEmpty)
    }

    @Test("replaces that of a dead process")
    func stale() throws {
        let folder = try TestFolder()
        do {
            let dead = Descriptor(clinux_unix_stream_socket())
            try #require(unsafe clinux_unix_bind(dead.raw, folder.socket) == 0)
        }
        let before = try #require(FileFacts(folder.socket))
        let listener = try listen(folder.socket)
        let client = try TestClient(connectingTo: folder.socket)
        #expect(client.descriptor >= 0)
        #expect(before.isSocket)
        listener.withdraw()
    }

    @Test("of a live process is refused, with and without a lock")
    func live() throws {
        let folder = try TestFolder()
        let listener = try listen(folder.socket)
        #expect(throws: SidecarError.socketTaken(path: folder.socket)) { try listen(folder.socket) }
        #expect(folder.names == ["s", "s.lock"])
        // Somebody else's server, which knows nothing of locks.
        let other = Descriptor(clinux_unix_stream_socket())
        let path = folder.file("other")
        try #require(unsafe clinux_unix_bind(other.raw, path) == 0 && Glibc.listen(other.raw, 1) == 0)
        #expect(throws: SidecarError.socketTaken(path: path)) { try listen(path) }
        #expect(folder.names == ["other", "s", "s.lock"])
        listener.withdraw()
    }

    @Test("that is no socket is refused and left alone")
    func notASocket() throws {
        let folder = try TestFolder()
        close(unsafe open(folder.socket, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: SidecarError.notASocket(path: folder.socket)) { try listen(folder.socket) }
        #expect(folder.names == ["s"])
    }

    @Test("has a path of at most 107 bytes")
    func longPath() throws {
        let folder = try TestFolder()
        let name = String(repeating: "x", count: 107 - folder.path.utf8.count - 1)
        let listener = try listen(folder.file(name))
        listener.withdraw()
        let error = #expect(throws: SidecarError.self) { try listen(folder.file(name + "x")) }
        #expect(error?.description.contains("108 bytes") == true)
        #expect(folder.names.isEmpty)
    }

    @Test("is refused where it can be no file", arguments: ["", "@abstract", "/tmp/"])
    func noFile(path: String) throws {
        #expect(throws: SidecarError.self) { try listen(path) }
    }

    @Test("gets a folder of mode 0750, which goes with it")
    func folder() throws {
        let folder = try TestFolder()
        let listener = try listen(folder.path + "/new/s")
        let facts = try #require(FileFacts(folder.file("new")))
        #expect(facts.isFolder && facts.mode & 0o777 & ~0o750 == 0)
        listener.withdraw()
        #expect(folder.names.isEmpty)
        #expect(throws: SidecarError.self) { try listen(folder.path + "/no/such/s") }
    }

    @Test("is not put where everybody may replace it, unless the folder is sticky")
    func unsafeFolder() throws {
        let folder = try TestFolder()
        try #require(unsafe chmod(folder.path, 0o777) == 0)
        let error = #expect(throws: SidecarError.self) { try listen(folder.socket) }
        #expect(error?.description.contains("not safe") == true)
        try #require(unsafe chmod(folder.path, 0o1777) == 0)
        let listener = try listen(folder.socket)
        listener.withdraw()
        #expect(folder.names.isEmpty)
    }

    @Test("is only removed while it is the sidecar's own")
    func ownInode() throws {
        let folder = try TestFolder()
        let listener = try listen(folder.socket)
        try #require(unsafe unlink(folder.socket) == 0)
        let other = Descriptor(clinux_unix_stream_socket())
        try #require(unsafe clinux_unix_bind(other.raw, folder.socket) == 0)
        listener.withdraw()
        #expect(folder.names == ["s"])
    }

    @Test("is not left behind when its group cannot be given")
    func groupRefused() throws {
        // Root may give any group away, so ask for one that does not exist by name.
        var configuration = SidecarConfiguration(socketPath: "/tmp/unused")
        configuration.socketGroup = "no-such-group-here"
        #expect(throws: SidecarError.unknownGroup("no-such-group-here")) { try configuration.socketGroupID() }
        configuration.socketGroup = "root"
        #expect(try configuration.socketGroupID() == 0)
        configuration.socketGroup = "1234"
        #expect(try configuration.socketGroupID() == 1234)
    }

    @Test("may be one that a service manager passed on, which is not removed")
    func inherited() throws {
        let folder = try TestFolder()
        let passed = clinux_unix_stream_socket()
        try #require(unsafe clinux_unix_bind(passed, folder.socket) == 0 && Glibc.listen(passed, 1) == 0)
        let listener = try ListeningSocket(inherited: passed)
        listener.withdraw()
        #expect(folder.names == ["s"])
        let (client, served) = try TestClient.pair()
        #expect(throws: SidecarError.self) { try ListeningSocket(inherited: client.descriptor) }
        close(served)
    }
}
