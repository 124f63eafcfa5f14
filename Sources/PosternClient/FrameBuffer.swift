/// Cuts a stream of bytes into messages, each ended by a NUL.
struct FrameBuffer: Sendable {
    /// Bytes received and not yet given out.
    var bytes: [UInt8] = []
    private var start = 0
    private var searched = 0

    /// A reply of 512 answers with explanations stays far below this; more is no sidecar of ours.
    static let messageBytesMax = 16 * 1024 * 1024

    /// The next whole message without its NUL; `nil` until there is one.
    mutating func next() throws(PosternError) -> [UInt8]? {
        guard let end = bytes[searched...].firstIndex(of: 0) else {
            compact()
            guard bytes.count <= FrameBuffer.messageBytesMax else {
                throw .protocolViolation("a message of more than \(FrameBuffer.messageBytesMax) bytes")
            }
            return nil
        }
        let message = Array(bytes[start..<end])
        start = end + 1
        searched = start
        return message
    }

    /// Whether nothing of an unfinished message is there.
    var isEmpty: Bool { start == bytes.count }

    private mutating func compact() {
        bytes.removeFirst(start)
        start = 0
        searched = bytes.count
    }
}
