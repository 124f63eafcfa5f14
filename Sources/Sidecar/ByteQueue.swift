internal import CLinux
internal import DecisionTree
internal import Glibc

/// Bytes that come in at the end and leave at the front, owned by one connection or loop.
///
/// A connection's queue has memory only while it holds bytes; a loop's keeps its memory.
@safe
struct ByteQueue: ~Copyable {
    // INVARIANT: `base` has room for `capacity` bytes and is `nil` only when that is 0; `start..<end` are initialised.
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var start = 0
    private var end = 0

    /// The least memory that is asked for.
    private static let bytesMin = 1024

    init() {
        unsafe base = nil
    }

    deinit { unsafe free(base) }

    /// How many bytes wait.
    var count: Int { end - start }
    /// Whether no bytes wait.
    var isEmpty: Bool { end == start }
    /// How much memory is held.
    var bytesHeld: Int { capacity }

    /// The bytes that wait, from an offset on, until the queue is next changed.
    func view(from offset: Int = 0) -> ByteView {
        precondition(offset >= 0 && offset <= count, "a queue is viewed within what it holds")
        return unsafe ByteView(
            base: base.map { unsafe UnsafePointer(($0 + start + offset).assumingMemoryBound(to: UInt8.self)) },
            count: count - offset)
    }

    /// The place of the first NUL at or after an offset.
    func firstNUL(from offset: Int) -> Int? {
        guard offset < count, let base = unsafe base else { return nil }
        guard let found = unsafe memchr(base + start + offset, 0, count - offset) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base) - start
    }

    /// Forgets the first bytes.
    mutating func removeFirst(_ number: Int) {
        precondition(number >= 0 && number <= count, "no more is removed than there is")
        start += number
        if start == end { (start, end) = (0, 0) }
    }

    /// Gives the memory back when no bytes wait.
    mutating func releaseIfEmpty() {
        guard isEmpty, capacity > 0 else { return }
        unsafe free(base)
        unsafe base = nil
        (capacity, start, end) = (0, 0, 0)
    }

    /// Forgets all bytes and keeps the memory.
    mutating func clear() { (start, end) = (0, 0) }

    /// Adds bytes at the end.
    mutating func append(_ view: ByteView) {
        guard !view.isEmpty else { return }
        reserve(view.count)
        // Room was reserved and an empty view returned above, so neither pointer is null.
        if let base = unsafe base, let source = unsafe view.baseAddress {
            unsafe memcpy(base + end, source, view.count)
        }
        end += view.count
    }

    /// Makes room for more bytes at the end: first by moving to the front, then by doubling.
    mutating func reserve(_ more: Int) {
        guard capacity - end < more else { return }
        if start > 0, let base = unsafe base {
            unsafe memmove(base, base + start, count)
            (start, end) = (0, count)
        }
        guard capacity - end < more else { return }
        let needed = max(end + more, capacity * 2, ByteQueue.bytesMin)
        // Like every allocation of Swift's, one that fails ends the process.
        guard let grown = unsafe realloc(base, needed) else { preconditionFailure("out of memory") }
        unsafe base = grown
        capacity = needed
    }

    /// Reads once from a socket; gives what the system call gave, 0 at the end of the peer's bytes.
    mutating func receive(from descriptor: Int32, atMost maximum: Int) -> Int {
        reserve(maximum)
        guard let base = unsafe base else { return 0 }
        let received = unsafe clinux_receive(descriptor, base + end, maximum)
        if received > 0 { end += received }
        return received
    }

    /// Writes once to a socket and forgets what was taken; gives what the system call gave.
    mutating func send(to descriptor: Int32) -> Int {
        guard let base = unsafe base, !isEmpty else { return 0 }
        let sent = unsafe clinux_send(descriptor, base + start, count)
        if sent > 0 { removeFirst(sent) }
        return sent
    }
}
