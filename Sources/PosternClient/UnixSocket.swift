internal import Glibc

/// A connected stream socket that never blocks by itself; waiting is done with `poll`.
struct UnixSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// What `poll` is asked about.
    var number: CInt { descriptor.number }

    /// Connects at once or throws: Unix sockets have no handshake.
    ///
    /// `EAGAIN` says that the listener's queue is full.
    init(connectingTo path: String) throws(SystemFailure) {
        descriptor = try UnixSocket.connected(to: path)
    }

    private static func connected(to path: String) throws(SystemFailure) -> Descriptor {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.isEmpty, !bytes.contains(0) else {
            throw SystemFailure(code: bytes.isEmpty ? ENOENT : ENAMETOOLONG)
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { throw SystemFailure(code: errno) }
        let descriptor = Descriptor(number: number)
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(number, $0, length) }
        }
        guard result == 0 else { throw SystemFailure(code: errno) }
        return descriptor
    }

    /// Sends what fits; 0 when nothing does at the moment.
    func send(_ bytes: ArraySlice<UInt8>) throws(SystemFailure) -> Int {
        let sent = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(number, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
        }
        if sent >= 0 { return sent }
        if errno == EAGAIN || errno == EINTR { return 0 }
        throw SystemFailure(code: errno)
    }

    /// Appends what has arrived; 0 when nothing has.
    ///
    /// Throws `ECONNRESET` at the end of the stream.
    func receive(into buffer: inout [UInt8]) throws(SystemFailure) -> Int {
        var chunk = [UInt8](repeating: 0, count: UnixSocket.chunkBytes)
        let count = unsafe recv(number, &chunk, chunk.count, 0)
        if count > 0 {
            buffer.append(contentsOf: chunk[..<count])
            return count
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return 0 }
        throw SystemFailure(code: count == 0 ? ECONNRESET : errno)
    }

    /// Bytes of one read: a few hundred replies.
    private static let chunkBytes = 64 * 1024
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
enum MonotonicClock {
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
