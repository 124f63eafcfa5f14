import CLinux
import Foundation
import Testing

@testable import Gateway

/// A connection to the agent's socket that sends and takes frames.
final class SPOEConnection: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(unsafe clinux_unix_connect(descriptor, path) == 0, "connect: errno \(errno)")
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) async throws {
        let descriptor = descriptor
        try await OwnThread.run {
            _ = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Sends a frame that has no length yet.
    func send(frame bytes: [UInt8]) async throws {
        var writer = SPOPWriter()
        writer.append(uint32: UInt32(bytes.count))
        try await send(writer.bytes + bytes)
    }

    /// The next frame; `nil` when the other side has closed.
    func frame() async throws -> SPOPFrame? {
        let descriptor = descriptor
        return try await OwnThread.run {
            guard let length = Self.take(4, descriptor) else { return nil }
            let count = length.reduce(0) { $0 << 8 | Int($1) }
            return try SPOPFrame(try #require(Self.take(count, descriptor)))
        }
    }

    private static func take(_ count: Int, _ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: [UInt8] = Array(repeating: 0, count: max(count, 1))
        while bytes.count < count {
            let wanted = count - bytes.count
            let got = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, wanted, 0) }
            guard got > 0 else { return nil }
            bytes += buffer.prefix(got)
        }
        return bytes
    }
}

@Suite("HAProxy's agent")
struct SPOEAgentTests {
    /// Runs a gateway with an agent's socket.
    private static func run(_ body: (TestGateway, String) async throws -> Void) async throws {
        let store = try ProxyFixture.store()
        let path = store.base + "/s"
        let descriptor = clinux_unix_stream_socket()
        try #require(unsafe clinux_unix_bind(descriptor, path) == 0 && listen(descriptor, SOMAXCONN) == 0)
        try await TestGateway.run(
            store,
            change: {
                // First, so that the harness finds the loopback listener where it is.
                $0.listeners.insert(
                    GatewayListener(.spoe(descriptor: descriptor, path: path), trustsProxyHeaders: true), at: 0)
            }
        ) { gateway in
            try await body(gateway, path)
        }
    }

    private static func text(_ text: String) -> SPOPValue { .string(Array(text.utf8)) }

    private static func headers(_ fields: [(String, String)]) -> SPOPValue {
        var writer = SPOPWriter()
        for (name, value) in fields + [("", "")] {
            writer.append(string: name.utf8)
            writer.append(string: value.utf8)
        }
        return .binary(writer.bytes)
    }

    /// The variables of an acknowledgement.
    private static func variables(_ frame: SPOPFrame?) throws -> [String: SPOPValue] {
        let frame = try #require(frame)
        try #require(frame.kind == 103)
        var reader = SPOPReader(frame.payload[...])
        var variables: [String: SPOPValue] = [:]
        while !reader.isAtEnd {
            #expect(try reader.bytes(3) == [1, 3, 2])
            try reader.member(into: &variables)
        }
        return variables
    }

    private static let alice = headers([("x-forwarded-user", "alice"), ("host", "h")])

    static let questions: [([(String, SPOPValue)], Bool, UInt64, String)] = [
        (
            [("method", text("GET")), ("path", text("/reports/7")), ("query", text("a=b")), ("hdrs", alice)], true, 200,
            "allowed"
        ),
        (
            [("method", text("GET")), ("uri", text("/reports/7?x")), ("hdrs", alice), ("id", .integer(3))], true, 200,
            "allowed"
        ),
        ([("method", text("PUT")), ("path", text("/reports/7")), ("hdrs", alice)], false, 403, "identity-policy-deny"),
        (
            [("method", text("PUT")), ("path", text("/reports/7")), ("hdrs", alice), ("tls", .boolean(true))], true,
            200,
            "allowed"
        ),
        (
            [("method", text("GET")), ("path", text("/near")), ("hdrs", alice), ("src", .address([10, 0, 0, 1]))], true,
            200, "allowed"
        ),
        (
            [("method", text("GET")), ("path", text("/near")), ("hdrs", alice), ("src", .address([11, 0, 0, 1]))],
            false, 403,
            "identity-policy"
        ),
        (
            [
                ("method", text("GET")), ("path", text("/near")), ("hdrs", alice),
                ("src", .address(Array(repeating: 1, count: 16))),
            ],
            false, 403, "identity-policy"
        ),
        ([("method", text("GET")), ("path", text("/a/../reports/7")), ("hdrs", alice)], false, 403, "ambiguous-path"),
        ([("path", text("/reports/7")), ("hdrs", alice)], false, 403, "missing-method"),
        ([("method", text("GET")), ("path", .null), ("hdrs", alice)], false, 403, "missing-target"),
        ([("method", text("GET")), ("path", .integer(7)), ("hdrs", alice)], false, 403, "unusable-value"),
        ([("method", text("GET")), ("path", text("/reports/7"))], false, 401, "no-identity"),
        (
            [("method", text("GET")), ("path", text("/reports/7")), ("hdrs", .binary([1]))], false, 403,
            "ambiguous-header"
        ),
        ([("method", text("GET")), ("path", text("/reports/7")), ("hdrs", text("x"))], false, 403, "ambiguous-header"),
        (
            [("method", text("GET")), ("path", text("/reports/7")), ("hdrs", alice), ("cert", .binary([1]))], false,
            401,
            "invalid-identity"
        ),
        (
            [("method", text("GET")), ("path", text("/reports/7")), ("headers", alice), ("hdrs", .null)], true, 200,
            "allowed"
        ),
        (
            [("method", text("GET")), ("path", text("/reports/7")), ("headers", alice), ("hdrs", alice)], false, 403,
            "ambiguous-header"
        ),
        ([], false, 403, "missing-method"),
    ]

    @Test("questions are answered by variables, in any order and many at a time")
    func answers() async throws {
        try await Self.run { _, path in
            let connection = try SPOEConnection(path)
            try await connection.send(frame: SPOPTests.hello())
            #expect(try await connection.frame()?.kind == 101)
            for (index, row) in Self.questions.enumerated() {
                try await connection.send(frame: SPOPTests.notify(stream: UInt64(index), [row.0]))
            }
            for _ in Self.questions {
                let frame = try await connection.frame()
                let row = Self.questions[Int(try #require(frame).stream)]
                let variables = try Self.variables(frame)
                #expect(variables["allow"] == .boolean(row.1) && variables["status"] == .integer(row.2), "\(row)")
                #expect(variables["reason"] == Self.text(row.3), "\(row)")
                let challenge = row.2 == 401 && row.3 == "no-identity" ? "Proxy-Identity realm=\"postern\"" : nil
                if let challenge { #expect(variables["challenge"] == Self.text(challenge), "\(row)") }
                if row.1 { #expect(variables["challenge"] == Self.text(""), "\(row)") }
                #expect(variables["user"] == Self.text(row.1 ? "alice" : ""), "\(row)")
                #expect(variables["x_auth_user"] == (row.1 ? Self.text("alice") : nil), "\(row)")
            }
            try await connection.send(frame: SPOPTests.frame(SPOPFrame(kind: 2, payload: [])))
            #expect(try await connection.frame()?.kind == 102)
            #expect(try await connection.frame() == nil)
        }
    }

    @Test("a health check is answered and closed; garbage is answered with a farewell; others go on")
    func connections() async throws {
        try await Self.run { _, path in
            let other = try SPOEConnection(path)
            try await other.send(frame: SPOPTests.hello())
            #expect(try await other.frame()?.kind == 101)
            let check = try SPOEConnection(path)
            try await check.send(frame: SPOPTests.hello(healthcheck: .boolean(true)))
            #expect(try await check.frame()?.kind == 101)
            #expect(try await check.frame() == nil)
            for garbage in [Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0, 1, 9], Array(repeating: 255, count: 99)] {
                let connection = try SPOEConnection(path)
                try await connection.send(garbage)
                #expect(try await connection.frame()?.kind == 102)
                #expect(try await connection.frame() == nil)
            }
            try await other.send(frame: SPOPTests.notify([Self.questions[0].0]))
            #expect(try Self.variables(try await other.frame())["allow"] == .boolean(true))
        }
    }

    @Test("a gateway that stops closes HAProxy's connections")
    func stops() async throws {
        let waiting = SPOEHolder()
        try await Self.run { _, path in
            let connection = try SPOEConnection(path)
            try await connection.send(frame: SPOPTests.hello())
            #expect(try await connection.frame()?.kind == 101)
            await waiting.hold(connection)
        }
        let connection = try #require(await waiting.connection)
        #expect(try await connection.frame() == nil)
    }
}

/// Keeps a connection beyond the gateway that it was made to.
actor SPOEHolder {
    private(set) var connection: SPOEConnection?
    func hold(_ connection: SPOEConnection) { self.connection = connection }
}
