import Foundation
import Testing

@testable import Gateway

/// A server on loopback that answers every connection with the same bytes.
private final class CannedServer: Sendable {
    let port: Int
    private let descriptor: Int32

    init(_ answer: [UInt8]) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        try #require(result)
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                var request: [UInt8] = Array(repeating: 0, count: 4_096)
                _ = unsafe request.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
                _ = unsafe answer.withUnsafeBytes {
                    unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                close(connection)
            }
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

@Suite("Keys over HTTP")
struct KeyFetcherTests {
    private static func answer(_ status: String, _ fields: String = "", body: String) -> [UInt8] {
        Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)".utf8)
    }

    @Test("what an issuer serves is taken as it is")
    func fetches() async throws {
        let server = try CannedServer(Self.answer("200 OK", body: "{\"keys\":[]}"))
        let bytes = try await KeyFetcher.fetch("http://127.0.0.1:\(server.port)/keys")
        #expect(String(decoding: bytes, as: UTF8.self) == "{\"keys\":[]}")
    }

    @Test(
        "redirects and errors are not followed, and what is too long is not taken",
        arguments: [
            answer("302 Found", "Location: http://127.0.0.1:1/\r\n", body: ""), answer("404 Not Found", body: "{}"),
            answer("200 OK", body: String(repeating: " ", count: TokenKeys.bytesMax + 1)),
            Array("nonsense\r\n\r\n".utf8), [],
        ])
    func refuses(_ answer: [UInt8]) async throws {
        let server = try CannedServer(answer)
        await #expect(throws: (any Error).self) {
            try await KeyFetcher.fetch("http://127.0.0.1:\(server.port)/keys")
        }
    }
}
