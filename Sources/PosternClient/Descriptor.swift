internal import CLinux
internal import Glibc

/// A file descriptor that is closed once, when its owner goes.
struct Descriptor: ~Copyable, Sendable {
    let number: CInt

    /// Takes over what a system call gave; throws its `errno` when it gave none.
    init(taking number: CInt) throws(SystemFailure) {
        guard number >= 0 else { throw SystemFailure(code: errno) }
        self.number = number
    }

    deinit { close(number) }
}

/// A descriptor by which one thread wakes another that sits in `poll`.
struct Waker: ~Copyable, Sendable {
    /// Becomes readable with the first `wake` after a `drain`.
    let readEnd: Descriptor

    /// Throws the `errno` when the process has no descriptor left.
    init() throws(SystemFailure) {
        readEnd = try Descriptor(taking: clinux_eventfd())
    }

    /// Makes the read end readable; any thread may call it.
    func wake() { _ = clinux_eventfd_signal(readEnd.number) }

    /// Forgets the wakes so far, so that the read end blocks again.
    func drain() { _ = clinux_eventfd_drain(readEnd.number) }
}

/// A failed system call.
package struct SystemFailure: Error {
    package let code: Int32
}
