internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOExtras

/// HAProxy's connections: frames in, acknowledgements out, in whatever order they are ready.
struct SPOEChannel: ServerChildChannel {
    /// Questions of one connection that are being answered; more wait to be read.
    static let questionsMax = 256

    let agent: SPOEAgent

    struct Value: ServerChildChannelValue {
        let frames: NIOAsyncChannel<SPOPIncoming, ByteBuffer>
        var channel: any Channel { frames.channel }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(ByteToMessageHandler(SPOPFrameDecoder()))
            try pipeline.addHandler(CloseWhenQuiescing())
            return Value(frames: try NIOAsyncChannel(wrappingChannelSynchronously: channel))
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            try await value.frames.executeThenClose { incoming, outgoing in
                try await serve(incoming, outgoing)
            }
        } catch {
            // HAProxy goes without a word, too.
            logger.debug("a connection of HAProxy has ended", metadata: ["error": "\(error)"])
        }
    }

    private func serve(
        _ incoming: NIOAsyncChannelInboundStream<SPOPIncoming>, _ outgoing: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        var session = SPOPSession()
        try await withThrowingTaskGroup(of: Void.self) { answers in
            var open = 0
            for try await next in incoming {
                let action =
                    switch next {
                    case .frame(let bytes): session.receive(bytes)
                    case .tooLarge: session.receiveTooLarge()
                    }
                switch action {
                case .nothing: continue
                case .reply(let bytes): try await outgoing.write(ByteBuffer(bytes: bytes))
                case .end: return
                case .close(let bytes):
                    try await answers.waitForAll()
                    return try await outgoing.write(ByteBuffer(bytes: bytes))
                case .ask(let question):
                    if open == SPOEChannel.questionsMax {
                        try await answers.next()
                        open -= 1
                    }
                    open += 1
                    answers.addTask { try await outgoing.write(ByteBuffer(bytes: await agent.answer(question))) }
                }
            }
            try await answers.waitForAll()
        }
    }
}

/// What comes in on a connection.
enum SPOPIncoming: Sendable, Hashable {
    /// A frame without its length.
    case frame([UInt8])
    /// A frame is announced that is too large to be read.
    case tooLarge
}

/// Cuts what comes in into frames: four bytes of length before each.
struct SPOPFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = SPOPIncoming

    private var isLost = false

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let incoming = next(&buffer) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(incoming))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState {
        try decode(context: context, buffer: &buffer)
    }

    /// The next frame, once it is all there.
    mutating func next(_ buffer: inout ByteBuffer) -> SPOPIncoming? {
        guard !isLost else {
            // Where the next frame begins is not known any more.
            buffer.moveReaderIndex(to: buffer.writerIndex)
            return nil
        }
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        guard length <= UInt32(SPOPSession.frameBytesMax) else {
            isLost = true
            return .tooLarge
        }
        guard buffer.readableBytes >= 4 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        return buffer.readBytes(length: Int(length)).map { .frame($0) }
    }
}

/// Ends a connection when the listener stops: HAProxy asks again elsewhere, or denies.
final class CloseWhenQuiescing: ChannelInboundHandler {
    typealias InboundIn = SPOPIncoming

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
