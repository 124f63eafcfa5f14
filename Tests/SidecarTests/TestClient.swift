import CLinux
import Glibc
import Testing

/// A caller's end of a connection.
final class TestClient {
    let descriptor: Int32
    private var received: [UInt8] = []
    private var hasEnded = false
    /// How long a test waits for what must come; it is never what a test measures.
    private static let patienceMilliseconds: Int32 = 30_000

    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
    }

    init(connectingTo path: String) throws {
        // Where a test leaves one descriptor, libdispatch may have it for a moment: it looks at its threads once a second.
        var made = clinux_unix_stream_socket()
        for _ in 0..<1_000 where made < 0 && errno == EMFILE {
            usleep(1_000)
            made = clinux_unix_stream_socket()
        }
        descriptor = made
        try #require(unsafe clinux_unix_connect(descriptor, path) == 0, "connect: errno \(errno)")
    }

    deinit { close(descriptor) }

    /// Two ends of a connection: a client, and the descriptor for a loop.
    static func pair() throws -> (client: TestClient, served: Int32) {
        var ends: [Int32] = [0, 0]
        // Non-blocking and closed on exec: a child that another test starts must not keep the connection open.
        let type = Int32(SOCK_STREAM.rawValue) | 0o4000 | 0o2_000_000
        try #require(unsafe socketpair(AF_UNIX, type, 0, &ends) == 0)
        return (TestClient(adopting: ends[0]), ends[1])
    }

    /// Sends messages, each with its NUL.
    func send(_ messages: String...) { send(messages) }

    func send(_ messages: [String]) {
        write(Array(messages.map { $0 + "\0" }.joined().utf8))
    }

    /// Writes all bytes, waiting while the other side does not take them; stops when the connection has ended.
    func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let sent = writeOnce(bytes[done...])
            if sent < 0, errno != EAGAIN { return }
            if sent < 0, !wait(for: POLLOUT) { return }
            done += max(sent, 0)
        }
    }

    /// Writes what the socket takes at once; -1 when it takes nothing.
    func writeOnce(_ bytes: ArraySlice<UInt8>) -> Int {
        unsafe bytes.withUnsafeBytes { unsafe clinux_send(descriptor, $0.baseAddress, $0.count) }
    }

    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The replies that have come and were not taken yet, without waiting.
    func repliesSoFar() -> [String] {
        while readOnce() {}
        var replies: [String] = []
        while let reply = takeReply() { replies.append(reply) }
        return replies
    }

    /// The next reply; `nil` when the connection ends before.
    func reply() -> String? {
        while true {
            if let reply = takeReply() { return reply }
            if hasEnded { return nil }
            if !readOnce(), !hasEnded, !wait(for: POLLIN) { return nil }
        }
    }

    func replies(_ count: Int) -> [String] { (0..<count).compactMap { _ in reply() } }

    /// All replies until the end of the connection.
    func repliesToEnd() -> [String] {
        var replies: [String] = []
        while let reply = reply() { replies.append(reply) }
        return replies
    }

    /// Whether the connection has been closed, once everything that came has been read.
    var isClosed: Bool {
        while readOnce() {}
        return hasEnded
    }

    /// Bytes of a reply that has not ended.
    var unfinishedBytes: Int { received.count }

    private func takeReply() -> String? {
        guard let end = received.firstIndex(of: 0) else { return nil }
        let reply = String(decoding: received[..<end], as: UTF8.self)
        received.removeFirst(end + 1)
        return reply
    }

    private func readOnce() -> Bool {
        var buffer: [UInt8] = Array(repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe clinux_receive(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { received += buffer.prefix(count) }
        if count == 0 || (count < 0 && errno != EAGAIN) { hasEnded = true }
        return count > 0
    }

    private func wait(for events: Int32) -> Bool {
        var waited = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return unsafe poll(&waited, 1, TestClient.patienceMilliseconds) == 1
    }
}

/// A fresh folder under `/tmp`, short enough for a socket's path, removed with all it holds.
final class TestFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/pst.XXXXXX".utf8CString)
        path = try unsafe template.withUnsafeMutableBufferPointer { buffer in
            let base = try unsafe #require(buffer.baseAddress)
            return try unsafe String(cString: #require(mkdtemp(base)))
        }
    }

    deinit { _ = TestFolder.run("/bin/rm", ["-rf", path]) }

    var socket: String { path + "/s" }

    func file(_ name: String) -> String { path + "/" + name }

    /// What is in the folder, sorted.
    var names: [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func run(_ program: String, _ arguments: [String]) -> Int32 {
        var process = pid_t()
        var pointers = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        guard unsafe posix_spawn(&process, program, nil, nil, &pointers, nil) == 0 else { return -1 }
        var status: Int32 = 0
        _ = unsafe waitpid(process, &status, 0)
        return status
    }
}
