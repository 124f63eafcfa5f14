internal import DecisionTree
internal import WireProtocol

/// Gathers the bytes of a connection and gives out its messages, each ended by a NUL.
struct FrameBuffer: ~Copyable {
    /// Bytes received and not yet given out.
    var received = WireBuffer()
    private var framer = Framer(messageBytesMax: WireBounds.replyBytesMax)

    /// The next whole message without its NUL; `nil` until there is one.
    mutating func next() throws(PosternError) -> [UInt8]? {
        switch framer.next(in: received.view) {
        case .message(let byteCount):
            let message = received.view.slice(0, byteCount).bytes
            received.consume(byteCount + 1)
            return message
        case .incomplete: return nil
        case .tooLong:
            throw .protocolViolation("a message of more than \(WireBounds.replyBytesMax) bytes")
        }
    }

    /// Whether nothing of an unfinished message is there.
    var isEmpty: Bool { received.isEmpty }
}
