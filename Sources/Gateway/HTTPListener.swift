internal import Glibc
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOPosix

/// One listening address and its connections.
///
/// Hummingbird's own server binds addresses itself; ours come bound already (the Unix socket with its lock, mode and folder
/// checks), so only its connections are Hummingbird's.
struct HTTPListener<Connection: ServerChildChannel>: Sendable {
    let connection: Connection
    let logger: Logger
    let server: NIOAsyncChannel<Connection.Value, Never>
    private let quiescing: ServerQuiescingHelper

    /// Begins to listen.
    static func open(
        _ place: GatewayListener.Place, _ connection: Connection, connectionsMax: Int, group: any EventLoopGroup,
        logger: Logger
    ) async throws(GatewayError) -> HTTPListener {
        let quiescing = ServerQuiescingHelper(group: group)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        AvailableConnectionsChannelHandler(
                            delegate: MaximumAvailableConnections(connectionsMax, logger: logger)))
                    try pipeline.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .serverChannelOption(.backlog, value: SOMAXCONN)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 4)
        let address = place.address
        do {
            let server: NIOAsyncChannel<Connection.Value, Never>
            switch place {
            case .unixSocket(let descriptor, _), .spoe(let descriptor, _):
                server = try await bootstrap.bind(descriptor) { connection.setup(channel: $0, logger: logger) }
            case .loopback(let host, let port), .tls(let host, let port, _):
                server = try await bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .bind(host: host, port: port) { connection.setup(channel: $0, logger: logger) }
            }
            return HTTPListener(connection: connection, logger: logger, server: server, quiescing: quiescing)
        } catch let error as IOError {
            let taken = error.errnoCode == EADDRINUSE ? "; end who listens there, or take another" : ""
            throw .cannotListen(
                address: address, reason: unsafe String(cString: strerror(error.errnoCode)).lowercased() + taken)
        } catch {
            throw .cannotListen(address: address, reason: "\(error)")
        }
    }

    /// The port that was taken, of a TCP listener.
    var port: Int? { server.channel.localAddress?.port }

    /// Stops accepting, lets what has been asked be answered, and then closes its connections.
    ///
    /// Returns when they are closed.
    func quiesce() async {
        let closed = server.channel.eventLoop.makePromise(of: Void.self)
        quiescing.initiateShutdown(promise: closed)
        // It never fails: connections that do not close are the caller's to end.
        try? await closed.futureResult.get()
    }

    /// Serves connections until the listener is stopped and they have ended, or the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            do {
                try await server.executeThenClose { connections in
                    for try await next in connections {
                        group.addTask { await connection.handle(value: next, logger: logger) }
                    }
                }
            } catch {
                logger.error("the listener has ended: \(error)")
            }
        }
    }
}
