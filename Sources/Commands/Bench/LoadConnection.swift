internal import PosternClient
internal import WireProtocol

/// A connected socket on its way to the thread that uses it.
final class LoadSocket: Sendable {
    let socket: UnixSocket

    init(_ socket: consuming UnixSocket) { self.socket = socket }
}

/// One connection with what it has under way; owned by one thread.
///
/// Requests count from 0, and replies come in their order, so a number says which request a reply answers.
final class LoadConnection {
    /// Which of all connections it is, from 0.
    let number: Int
    private let owner: LoadSocket
    var output = WireBuffer(capacity: 4_096)
    var input = WireBuffer(capacity: 4_096)
    var framer = Framer(messageBytesMax: WireBounds.replyBytesMax)
    /// Open loop: how many requests have become due.
    var due = 0
    /// How many were handed over to the socket, or wait in `output` for room.
    var sent = 0
    /// How many were answered.
    var answered = 0
    /// The messages that are sent and answered next.
    var nextMessage: Int
    var nextReply: Int
    /// Whether the socket had no room for all of `output`.
    var isBlocked = false
    var isOpen = true
    /// Closed loop: when each request that is under way was sent, by its number modulo the pipeline.
    private var sendTimes: [UInt64]

    init(number: Int, socket: LoadSocket, firstMessage: Int, pipeline: Int) {
        self.number = number
        owner = socket
        nextMessage = firstMessage
        nextReply = firstMessage
        sendTimes = Array(repeating: 0, count: pipeline)
    }

    /// What epoll is asked about.
    var descriptor: CInt { owner.socket.number }

    /// When a request under way was sent.
    func sendTime(of request: Int) -> UInt64 { sendTimes[request % sendTimes.count] }

    /// Notes when a request is sent.
    func setSendTime(of request: Int, _ time: UInt64) { sendTimes[request % sendTimes.count] = time }

    /// Sends what fits; `false` when some is left.
    func send() throws(SystemFailure) -> Bool {
        while !output.isEmpty {
            guard try owner.socket.send(from: &output) else { return false }
        }
        return true
    }

    /// Reads once; gives the number of bytes.
    func receive(through chunk: inout [UInt8]) throws(SystemFailure) -> Int {
        try owner.socket.receive(into: &input, through: &chunk)
    }
}
