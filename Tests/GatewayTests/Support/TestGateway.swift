import CLinux
import Directory
import DirectoryStore
import Foundation
import Logging
import PolicyModel
import Testing

@testable import Gateway

/// How a test reaches the gateway.
enum Transport: String, Sendable, CaseIterable {
    case unixSocket
    case loopback
}

/// A gateway over a store of its own, on a Unix socket and on TCP loopback.
///
/// Its answers take up to a minute of deadline, unless a test asks for less: a busy machine must not change them.
final class TestGateway: Sendable {
    let store: GatewayStore
    let source: DirectoryStore
    let gateway: Gateway
    /// The port of the loopback listener.
    let port: Int

    /// Runs a gateway for as long as `body` takes.
    ///
    /// - Parameter change: what the test wants to be different about the configuration.
    static func run<Value: Sendable>(
        _ store: GatewayStore, change: @escaping @Sendable (inout GatewayConfiguration) -> Void = { _ in },
        _ body: (TestGateway) async throws -> Value
    ) async throws -> Value {
        let gateway = try await OwnThread.run { try TestGateway(store, change) }
        let result: Result<Value, any Error>
        do { result = .success(try await body(gateway)) } catch { result = .failure(error) }
        try await OwnThread.run {
            gateway.gateway.stop()
            gateway.source.stop()
        }
        return try result.get()
    }

    private init(_ store: GatewayStore, _ change: (inout GatewayConfiguration) -> Void) throws {
        self.store = store
        var options = StoreOptions()
        options.logger = TestGateway.silent
        // There are few watchers in a system, and tests say themselves when to read.
        options.usesInotify = false
        source = try DirectoryStore.open(store.path, options: options)
        let descriptor = clinux_unix_stream_socket()
        try #require(unsafe clinux_unix_bind(descriptor, store.socket) == 0 && listen(descriptor, SOMAXCONN) == 0)
        var configuration = GatewayConfiguration(listeners: [
            GatewayListener(
                .unixSocket(descriptor: descriptor, path: store.socket), trustsProxyHeaders: true),
            GatewayListener(.loopback(host: "127.0.0.1", port: 0), trustsProxyHeaders: true),
        ])
        configuration.deadlineMilliseconds = 60_000
        change(&configuration)
        gateway = Gateway(
            configuration: configuration, source: source, journal: nil, logger: TestGateway.silent
        ) { Instant(seconds: Int64(Date().timeIntervalSince1970)) }
        let addresses = try gateway.start()
        port = try #require(addresses.last?.split(separator: ":").last.flatMap { Int($0) })
    }

    /// A new connection.
    func connect(_ transport: Transport = .unixSocket) async throws -> HTTPConnection {
        switch transport {
        case .unixSocket: try await HTTPConnection(unixSocket: store.socket)
        case .loopback: try await HTTPConnection(port: port)
        }
    }

    /// Writes a file of the store and waits until it is in force, or is known to be bad.
    func write(_ file: String, _ text: String) async throws {
        try store.write(file, text)
        await reload()
    }

    /// Reads the store again; what is wrong with it is in `source.current.status`.
    func reload() async {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            source.reload { _ in done.resume() }
        }
    }

    /// One request on a connection of its own.
    func send(
        _ method: String, _ target: String, _ headers: [(String, String)] = [], body: String? = nil,
        over transport: Transport = .unixSocket
    ) async throws -> HTTPAnswer {
        try await connect(transport).send(method, target, headers, body: body)
    }

    private static let silent: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()
}

/// Work that waits, on a thread that is no task of Swift's: those are as few as processors, and the gateway needs them.
enum OwnThread {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
