import CLinux
import Foundation
import Testing

/// An answer as it came over the wire.
struct HTTPAnswer: Sendable {
    let status: Int
    /// In the order in which they came, names in lower case.
    let headers: [(name: String, value: String)]
    let body: String

    /// The first field of a name, which is given in lower case.
    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// A client's connection that knows as much of HTTP/1.1 as tests need, and sends what it is told, right or wrong.
///
/// It waits on threads of its own: the gateway answers on those of Swift's tasks.
final class HTTPConnection: Sendable {
    /// How long a test waits for what must come; it is never what a test measures.
    private static let patienceSeconds = 60

    private let wire: Wire

    init(unixSocket path: String) async throws {
        wire = try await OwnThread.run { try Wire(unixSocket: path) }
    }

    init(port: Int) async throws {
        wire = try await OwnThread.run { try Wire(port: port) }
    }

    /// Sends a request and takes its answer; `Host` and `Content-Length` are added unless given.
    func send(
        _ method: String, _ target: String, _ headers: [(String, String)] = [], body: String? = nil
    ) async throws -> HTTPAnswer {
        var fields = headers
        if !fields.contains(where: { $0.0.lowercased() == "host" }) { fields.insert(("Host", "localhost"), at: 0) }
        if let body, !fields.contains(where: { ["content-length", "transfer-encoding"].contains($0.0.lowercased()) }) {
            fields.append(("Content-Length", "\(body.utf8.count)"))
        }
        let head = "\(method) \(target) HTTP/1.1\r\n" + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
        return try await exchange(Array((head + (body ?? "")).utf8), isHead: method == "HEAD")
    }

    /// Sends bytes as they are, and takes one answer.
    func exchange(_ bytes: [UInt8], isHead: Bool = false) async throws -> HTTPAnswer {
        let wire = wire
        return try await OwnThread.run {
            wire.write(bytes)
            return try wire.readAnswer(isHead: isHead)
        }
    }

    /// Sends bytes, and takes no answer.
    func write(_ bytes: [UInt8]) async throws {
        let wire = wire
        try await OwnThread.run { wire.write(bytes) }
    }

    /// The next answer.
    func answer() async throws -> HTTPAnswer {
        let wire = wire
        return try await OwnThread.run { try wire.readAnswer(isHead: false) }
    }

    /// Whether the other side closes the connection and says nothing more.
    func isClosed() async throws -> Bool {
        let wire = wire
        return try await OwnThread.run { wire.readLine() == nil }
    }

    /// The socket; one thread at a time uses it, because a test waits for each of its calls.
    private final class Wire: @unchecked Sendable {
        private let descriptor: Int32
        private var received: [UInt8] = []
        private var next = 0

        init(unixSocket path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            try #require(unsafe clinux_unix_connect(descriptor, path) == 0, "connect: errno \(errno)")
            limitWaiting()
        }

        init(port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port).bigEndian)
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            let descriptor = descriptor
            let result = unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(result == 0, "connect: errno \(errno)")
            limitWaiting()
        }

        deinit { close(descriptor) }

        private func limitWaiting() {
            var patience = timeval(tv_sec: HTTPConnection.patienceSeconds, tv_usec: 0)
            _ = unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        }

        /// Writes all bytes; stops when the other side has closed.
        func write(_ bytes: [UInt8]) {
            var done = 0
            while done < bytes.count {
                let sent = unsafe bytes[done...].withUnsafeBytes {
                    unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return }
                done += sent
            }
        }

        func readAnswer(isHead: Bool) throws -> HTTPAnswer {
            let status = try #require(readLine(), "the connection ended before an answer")
            let code = try #require(Int(status.split(separator: " ").dropFirst().first ?? ""), "\(status)")
            var headers: [(name: String, value: String)] = []
            while let line = readLine(), !line.isEmpty {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
                headers.append((parts[0].lowercased(), value))
            }
            let bodyless = isHead || code == 204 || code == 304
            let body = bodyless ? [] : try readBody(headers)
            return HTTPAnswer(status: code, headers: headers, body: String(decoding: body, as: UTF8.self))
        }

        private func readBody(_ headers: [(name: String, value: String)]) throws -> [UInt8] {
            if let length = headers.first(where: { $0.name == "content-length" }).flatMap({ Int($0.value) }) {
                return try take(length)
            }
            guard headers.contains(where: { $0.name == "transfer-encoding" && $0.value == "chunked" }) else {
                return []
            }
            var body: [UInt8] = []
            while let line = readLine(), let size = Int(line, radix: 16) {
                body += try take(size)
                _ = readLine()
                if size == 0 { break }
            }
            return body
        }

        private func take(_ count: Int) throws -> [UInt8] {
            while received.count - next < count { try #require(readMore(), "the connection ended within a body") }
            defer { next += count }
            return Array(received[next..<next + count])
        }

        /// The next line without its end; `nil` when the connection ends first.
        func readLine() -> String? {
            while true {
                if let end = received[next...].firstIndex(of: 0x0A) {
                    defer { next = end + 1 }
                    return String(decoding: received[next..<end], as: UTF8.self).trimmingCharacters(in: .newlines)
                }
                guard readMore() else { return nil }
            }
        }

        private func readMore() -> Bool {
            var buffer: [UInt8] = Array(repeating: 0, count: 65_536)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return false }
            received += buffer.prefix(count)
            return true
        }
    }
}
