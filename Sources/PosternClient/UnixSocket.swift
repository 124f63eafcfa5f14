internal import CLinux
internal import Glibc
package import WireProtocol

/// A connected stream socket that never blocks by itself; waiting is done with `poll`.
package struct UnixSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// What `poll` is asked about.
    package var number: CInt { descriptor.number }

    /// Connects at once or throws: Unix sockets have no handshake.
    ///
    /// `EAGAIN` says that the listener's queue is full.
    package init(connectingTo path: String) throws(SystemFailure) {
        descriptor = try UnixSocket.connected(to: path)
    }

    private static func connected(to path: String) throws(SystemFailure) -> Descriptor {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemFailure(code: ENOENT) }
        let descriptor = try Descriptor(taking: clinux_unix_stream_socket())
        // A leading `@` would mean an abstract name, and those have no permissions: the path is always a file's.
        let path = path.utf8.first == UInt8(ascii: "@") ? "./" + path : path
        guard unsafe clinux_unix_connect(descriptor.number, path) == 0 else { throw SystemFailure(code: errno) }
        return descriptor
    }

    /// Sends what fits and takes it out of the buffer; `false` when nothing fits at the moment.
    package func send(from buffer: inout WireBuffer) throws(SystemFailure) -> Bool {
        let sent = unsafe buffer.withUnsafeBytes { unsafe clinux_send(number, $0.baseAddress, $0.count) }
        if sent > 0 { buffer.consume(sent) }
        if sent < 0, errno != EAGAIN { throw SystemFailure(code: errno) }
        return sent > 0
    }

    /// Appends what has arrived; `false` when nothing has.
    ///
    /// Throws `ECONNRESET` at the end of the stream.
    func receive(into buffer: inout WireBuffer) throws(SystemFailure) -> Bool {
        var chunk = [UInt8](repeating: 0, count: UnixSocket.chunkBytes)
        return try receive(into: &buffer, through: &chunk) > 0
    }

    /// Appends what one reading into `chunk` gives, and says how many bytes that were; 0 when nothing has arrived.
    ///
    /// For callers that read often and keep the chunk. Throws as `receive(into:)`.
    package func receive(
        into buffer: inout WireBuffer, through chunk: inout [UInt8]
    ) throws(SystemFailure) -> Int {
        let count = unsafe clinux_receive(number, &chunk, chunk.count)
        if count > 0 {
            buffer.append(chunk[..<count])
            return count
        }
        if count < 0, errno == EAGAIN { return 0 }
        throw SystemFailure(code: count == 0 ? ECONNRESET : errno)
    }

    /// Bytes of one read: a few hundred replies.
    package static let chunkBytes = 64 * 1024
}

/// `poll` on one or two descriptors.
enum Readiness {
    /// Something to read, or the other side has gone.
    static let input = Int32(POLLIN)
    /// Room to write.
    static let output = Int32(POLLOUT)

    /// Waits until one of them is ready, or the time is over; says which are.
    static func wait(
        _ entries: [(descriptor: CInt, events: Int32)], untilNanoseconds deadline: UInt64
    ) -> [Bool] {
        var list = entries.map { pollfd(fd: $0.descriptor, events: Int16(truncatingIfNeeded: $0.events), revents: 0) }
        let now = MonotonicClock.nanoseconds()
        // Rounded up, so that the deadline has passed when poll says so.
        let milliseconds = deadline <= now ? 0 : (deadline - now + 999_999) / 1_000_000
        let count = nfds_t(list.count)
        _ = unsafe poll(&list, count, CInt(min(milliseconds, UInt64(pollMillisecondsMax))))
        return list.map { $0.revents != 0 }
    }

    /// An hour: a deadline further away is looked at again then.
    private static let pollMillisecondsMax = 3_600_000
}

/// Time for deadlines: never set back.
package enum MonotonicClock {
    package static func nanoseconds() -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
