import NIOCore
import NIOPosix
import NIOSSL

/// A client that says one request over TLS, and takes what comes until the other side closes.
enum TLSClient {
    /// Sends a request.
    ///
    /// - Throws: what the handshake failed by, on either side.
    static func send(_ request: String, port: Int, _ configuration: TLSConfiguration) async throws -> String {
        let context = try NIOSSLContext(configuration: configuration)
        let collected = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: String.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
                        try channel.pipeline.syncOperations.addHandler(handler)
                        try channel.pipeline.syncOperations.addHandler(Collector(done: collected))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
        } catch {
            collected.fail(error)
            throw error
        }
        // A failed handshake is told by the collector.
        channel.writeAndFlush(ByteBuffer(string: request), promise: nil)
        return try await collected.futureResult.get()
    }

    /// Trusts an authority, and shows a certificate if there is one.
    static func configuration(
        trusting authority: String, _ credentials: TestCertificates.Credentials? = nil
    ) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
        guard let credentials else { return configuration }
        configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(credentials.certificate).map {
            .certificate($0)
        }
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: credentials.key, format: .pem))
        return configuration
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let done: EventLoopPromise<String>
        private var text = ""
        private var error: (any Error)?

        init(done: EventLoopPromise<String>) { self.done = done }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            self.error = self.error ?? error
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            // What came before an unclean end counts.
            if text.isEmpty, let error { done.fail(error) } else { done.succeed(text) }
        }
    }
}
