internal import Glibc

/// A file descriptor that is closed once, when its owner goes.
struct Descriptor: ~Copyable, Sendable {
    let number: CInt

    deinit { close(number) }
}

/// A pair of descriptors by which one thread wakes another that sits in `poll`.
struct Waker: ~Copyable, Sendable {
    /// Becomes readable with the first `wake` after a `drain`.
    let readEnd: Descriptor
    private let writeEnd: Descriptor

    /// Makes the pair; throws the `errno` when the process has no descriptor left.
    init() throws(SystemFailure) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemFailure(code: errno) }
        readEnd = Descriptor(number: ends[0])
        writeEnd = Descriptor(number: ends[1])
    }

    /// Makes the read end readable.
    ///
    /// Any thread may call it; a full buffer is as good as one byte in it.
    func wake() {
        let byte: [UInt8] = [1]
        _ = unsafe write(writeEnd.number, byte, 1)
    }

    /// Takes what has been written, so that the read end blocks again.
    func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(readEnd.number, &bytes, bytes.count) == bytes.count {}
    }
}

/// A failed system call.
struct SystemFailure: Error {
    let code: Int32
}
