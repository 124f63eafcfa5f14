import CLinux
import Glibc
import Sidecar
import Synchronization
import WireProtocol

/// Something that answers on a socket, badly where a test wants it.
final class FakeSidecar: Sendable {
    /// What becomes of questions; `Status` is always answered.
    enum Conduct: Sendable {
        case answers
        /// Takes a pause before the `request`-th question is read, and then goes on.
        case pauses(request: Int, milliseconds: UInt32)
        /// Answers so many questions and closes.
        case closes(after: Int)
        /// Answers every question with this text.
        case says(String)
        case isSilent
    }

    static let allowed = #"{"parameters":{"allowed":true,"decision":"allowed","revision":"r1"}}"#
    private let listener: CInt
    private let conduct: Conduct
    private let stopped = Atomic(false)
    private let questionCount = Atomic(0)

    /// Begins to answer at the path, until `stop`.
    static func run(at path: String, _ conduct: Conduct) throws -> (sidecar: FakeSidecar, thread: PlainThread) {
        let sidecar = try FakeSidecar(path, conduct)
        return (sidecar, try PlainThread("fake") { sidecar.serve() })
    }

    private struct Failed: Error { let code = errno }

    private init(_ path: String, _ conduct: Conduct) throws {
        self.conduct = conduct
        listener = clinux_unix_stream_socket()
        guard listener >= 0, unsafe clinux_unix_bind(listener, path) == 0, listen(listener, 64) == 0 else {
            throw Failed()
        }
    }

    deinit { close(listener) }

    /// Questions taken so far.
    var questions: Int { questionCount.load(ordering: .relaxed) }

    func stop() { stopped.store(true, ordering: .relaxed) }

    private func serve() {
        var connections: [(descriptor: CInt, unread: [UInt8])] = []
        while !stopped.load(ordering: .relaxed) {
            var waiting = ([listener] + connections.map(\.descriptor)).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            let count = nfds_t(waiting.count)
            _ = unsafe poll(&waiting, count, 10)
            if waiting[0].revents != 0 {
                let accepted = clinux_accept(listener)
                if accepted >= 0 { connections.append((accepted, [])) }
            }
            for (index, entry) in waiting.dropFirst().enumerated() where entry.revents != 0 {
                if !serve(&connections[index]) {
                    close(connections[index].descriptor)
                    connections[index].descriptor = -1
                }
            }
            connections.removeAll { $0.descriptor < 0 }
        }
        for connection in connections { close(connection.descriptor) }
    }

    /// `false` when the connection ends.
    private func serve(_ connection: inout (descriptor: CInt, unread: [UInt8])) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe clinux_receive(connection.descriptor, &chunk, chunk.count)
        if count < 0, errno == EAGAIN { return true }
        guard count > 0 else { return false }
        connection.unread += chunk[..<count]
        while let end = connection.unread.firstIndex(of: 0) {
            let message = String(decoding: connection.unread[..<end], as: UTF8.self)
            connection.unread.removeSubrange(...end)
            guard let reply = reply(to: message) else { return false }
            send(reply, connection.descriptor)
        }
        return true
    }

    /// `nil` to close; empty to say nothing.
    private func reply(to message: String) -> String? {
        if message.contains("io.postern.Status") { return FakeSidecar.status }
        let number = questionCount.add(1, ordering: .relaxed).newValue
        switch conduct {
        case .answers: return FakeSidecar.allowed + "\0"
        case .pauses(let request, let milliseconds):
            if number == request { usleep(milliseconds * 1_000) }
            return FakeSidecar.allowed + "\0"
        case .closes(let most): return number <= most ? FakeSidecar.allowed + "\0" : nil
        case .says(let text): return text + "\0"
        case .isSilent: return ""
        }
    }

    private func send(_ text: String, _ descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe clinux_send(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EAGAIN {
                usleep(1_000)
            } else if count <= 0 {
                return
            } else {
                rest = rest.dropFirst(count)
            }
        }
    }

    private static let status: String = {
        var buffer = WireBuffer()
        buffer.appendStatusReply(
            StatusReport(
                revision: "r1", version: "1", uptimeSeconds: 1,
                lastReload: StatusReport.LastReload(at: 0, succeeded: true)))
        return String(decoding: buffer.bytes, as: UTF8.self)
    }()
}
