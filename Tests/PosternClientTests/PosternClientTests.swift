import Glibc
import NIOConcurrencyHelpers
import Testing
import WireProtocol

@testable import PosternClient

/// A listener in a fresh folder that answers as the test tells it, one thread a connection.
private final class FakeSidecar: Sendable {
    enum Reaction: Sendable {
        case reply(String)
        case replyThenClose(String)
        case hangUp
        case silence
    }

    let folder: String
    let path: String
    private let listener: CInt
    private let accepted = NIOLockedValueBox(0)
    var connections: Int { accepted.withLockedValue { $0 } }

    init(at folder: String? = nil, react: @escaping @Sendable (_ connection: Int, _ message: String) -> Reaction) {
        self.folder = folder ?? FakeSidecar.temporaryFolder()
        path = self.folder + "/s"
        listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array((self.folder + "/s").utf8))
        }
        let listener = listener
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0 && listen(listener, 16) == 0, "\(path): errno \(errno)")
        _ = DetachedThread.start { [accepted] in
            while true {
                let connection = accept(listener, nil, nil)
                // Only this thread closes the listener: elsewhere its number could be another's by the time we accept.
                guard connection >= 0 else {
                    close(listener)
                    return
                }
                let number = accepted.withLockedValue { count in
                    count += 1
                    return count
                }
                _ = DetachedThread.start { FakeSidecar.serve(connection, number, react) }
            }
        }
    }

    static func temporaryFolder() -> String {
        var template = Array("/tmp/postern-client-XXXXXX\0".utf8).map { CChar(bitPattern: $0) }
        guard let made = unsafe mkdtemp(&template) else { return "/tmp" }
        return unsafe String(cString: made)
    }

    private static func serve(_ connection: CInt, _ number: Int, _ react: (Int, String) -> Reaction) {
        defer { close(connection) }
        var frames = FrameBuffer()
        while true {
            var chunk = [UInt8](repeating: 0, count: 4_096)
            let count = unsafe recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            frames.received.append(chunk[..<count])
            while let message = try? frames.next() {
                switch react(number, String(decoding: message, as: UTF8.self)) {
                case .reply(let text): send(connection, text)
                case .replyThenClose(let text): return send(connection, text)
                case .hangUp: return
                case .silence: continue
                }
            }
        }
    }

    private static func send(_ connection: CInt, _ text: String) {
        let bytes = Array(text.utf8) + [0]
        _ = unsafe Glibc.send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    func stop() {
        shutdown(listener, CInt(SHUT_RDWR))
        _ = unsafe unlink(path)
    }

    deinit {
        _ = unsafe unlink(path)
        _ = unsafe rmdir(folder)
    }
}

@Suite("The client over a real socket", .timeLimit(.minutes(1)))
struct PosternClientTests {
    private static func answer(_ revision: String) -> String {
        #"{"parameters":{"allowed":true,"decision":"allowed","revision":"\#(revision)"}}"#
    }

    private let question = Question(principal: "p", action: "a:B", resource: "*")

    @Test("a thousand calls at once share one connection, and each gets its own answer")
    func pipelining() async throws {
        let sidecar = FakeSidecar { _, message in
            // The fake answers with the resource as the revision, so that a swapped answer shows.
            let resource = message.split(separator: "\"resource\":\"")[1].split(separator: "\"")[0]
            return .reply(Self.answer(String(resource)))
        }
        let client = PosternClient(socketPath: sidecar.path)
        try await withThrowingTaskGroup(of: (String, String).self) { group in
            for index in 0..<1_000 {
                group.addTask {
                    let question = Question(principal: "p", action: "a:B", resource: "r\(index)")
                    return ("r\(index)", try await client.authorize(question).revision)
                }
            }
            for try await (asked, answered) in group { #expect(asked == answered) }
        }
        #expect(sidecar.connections == 1)
        client.close()
        sidecar.stop()
    }

    @Test("a call whose connection breaks is asked once more, and answered")
    func retry() async throws {
        let sidecar = FakeSidecar { connection, _ in connection == 1 ? .hangUp : .reply(Self.answer("second")) }
        let client = PosternClient(socketPath: sidecar.path)
        #expect(try await client.authorize(question).revision == "second")
        sidecar.stop()
    }

    @Test("a reload is never asked twice")
    func noRetry() async throws {
        let sidecar = FakeSidecar { _, _ in .hangUp }
        let client = PosternClient(socketPath: sidecar.path)
        await #expect(throws: PosternError.connectionLost) { try await client.reload() }
        #expect(sidecar.connections == 1)
        sidecar.stop()
    }

    @Test("two broken connections end the call")
    func connectionLost() async throws {
        let sidecar = FakeSidecar { _, _ in .hangUp }
        let client = PosternClient(socketPath: sidecar.path)
        await #expect(throws: PosternError.connectionLost) { try await client.authorize(question) }
        #expect(sidecar.connections == 2)
        sidecar.stop()
    }

    @Test("an idle connection that was closed is replaced without an error")
    func reconnect() async throws {
        let sidecar = FakeSidecar { connection, _ in .replyThenClose(Self.answer("\(connection)")) }
        let client = PosternClient(socketPath: sidecar.path)
        for _ in 0..<5 { _ = try await client.authorize(question) }
        #expect(sidecar.connections >= 5)
        sidecar.stop()
    }

    @Test("a silent sidecar times out, and the others' answers are not mixed up")
    func timeout() async throws {
        let sidecar = FakeSidecar { _, message in message.contains("slow") ? .silence : .reply(Self.answer("x")) }
        let client = PosternClient(socketPath: sidecar.path)
        let slow = Question(principal: "slow", action: "a:B", resource: "*")
        await #expect(throws: PosternError.timedOut(milliseconds: 50)) {
            try await client.authorize(slow, timeoutMilliseconds: 50)
        }
        client.close()
        sidecar.stop()
    }

    @Test("nobody listening is said with the system's reason")
    func unreachable() async {
        let client = PosternClient(socketPath: "/tmp/postern-client-none/s")
        await #expect(throws: PosternError.unreachable(socketPath: client.socketPath, code: ENOENT)) {
            try await client.authorize(question, timeoutMilliseconds: 30)
        }
        #expect(throws: PosternError.unreachable(socketPath: client.socketPath, code: ENOENT)) {
            try BlockingClient(socketPath: client.socketPath).status()
        }
    }

    @Test("a path that can be no file's has no sidecar", arguments: ["", "/tmp/a\0b", "@postern-client-none"])
    func impossiblePath(path: String) {
        #expect(throws: PosternError.unreachable(socketPath: path, code: ENOENT)) {
            try BlockingClient(socketPath: path).status()
        }
    }

    @Test("a call waits for a sidecar that starts late")
    func lateStart() async throws {
        let folder = FakeSidecar.temporaryFolder()
        let client = PosternClient(socketPath: folder + "/s")
        async let answer = client.authorize(question)
        let sidecar = FakeSidecar(at: folder) { _, _ in .reply(Self.answer("late")) }
        #expect(try await answer.revision == "late")
        sidecar.stop()
    }

    @Test("a cancelled call ends at once and leaves the client usable")
    func cancellation() async throws {
        let sidecar = FakeSidecar { _, message in message.contains("slow") ? .silence : .hangUp }
        let client = PosternClient(socketPath: sidecar.path, timeoutMilliseconds: 60_000)
        let slow = Question(principal: "slow", action: "a:B", resource: "*")
        let task = Task { try await client.authorize(slow) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: PosternError.connectionLost) { try await client.authorize(question) }
        sidecar.stop()
    }

    @Test("a closed client ends its calls and refuses new ones")
    func closing() async throws {
        let sidecar = FakeSidecar { _, _ in .silence }
        let client = PosternClient(socketPath: sidecar.path, timeoutMilliseconds: 60_000)
        let task = Task { try await client.authorize(question) }
        client.close()
        await #expect(throws: PosternError.closed) { try await task.value }
        await #expect(throws: PosternError.closed) { try await client.status() }
        sidecar.stop()
    }

    @Test("a watch goes on over a broken connection")
    func watching() async throws {
        let sidecar = FakeSidecar { connection, message in
            message.contains("\"more\":true")
                ? .replyThenClose(#"{"parameters":{"revision":"\#(connection)"},"continues":true}"#) : .hangUp
        }
        var seen: [String] = []
        for await revision in PosternClient(socketPath: sidecar.path).watch() {
            seen.append(revision)
            if seen.count == 3 { break }
        }
        #expect(seen.count == 3)
        #expect(seen.first == "1")
        sidecar.stop()
    }

    @Test("the blocking client asks and is answered")
    func blocking() throws {
        var report = StatusReport(
            revision: "r", version: "9", uptimeSeconds: 1, lastReload: .init(at: 2, succeeded: false))
        (report.stale, report.errors) = (true, ["e"])
        var buffer = WireBuffer()
        buffer.appendStatusReply(report)
        let reply = String(decoding: buffer.bytes.dropLast(), as: UTF8.self)
        let sidecar = FakeSidecar { _, message in
            message.contains("Status") ? .reply(reply) : .reply(Self.answer("r"))
        }
        let client = BlockingClient(socketPath: sidecar.path)
        #expect(try client.authorize(question).isAllowed)
        let status = try client.status()
        #expect(status.isStale && status.isDegraded)
        #expect(status.errors == ["e"])
        sidecar.stop()
    }
}
