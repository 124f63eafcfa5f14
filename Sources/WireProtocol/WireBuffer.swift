public import DecisionTree

/// Bytes that are formatted and sent: replies on one side, requests on the other.
///
/// It grows by doubling and keeps its room, so that a loop's or connection's buffer stops allocating once it has seen
/// its largest reply. How much may gather is for its owner to bound: see `count`.
@safe
public struct WireBuffer: ~Copyable {
    // INVARIANT: `base` has room for `capacity` bytes, of which those from `head` up to `end` are to be sent.
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var head = 0
    private var end = 0

    /// An empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 4_096) {
        self.capacity = max(capacity, 16)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit { unsafe base.deallocate() }

    /// How many bytes are to be sent.
    public var count: Int { end - head }

    /// Whether there is nothing to send.
    public var isEmpty: Bool { end == head }

    /// The bytes to be sent; good until the buffer is changed.
    public var view: ByteView { unsafe ByteView(base: base + head, count: count) }

    /// The bytes to be sent, copied.
    public var bytes: [UInt8] { view.bytes }

    /// Lends the bytes to be sent to `body`, for a system call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(start: base + head, count: count))
    }

    /// Forgets the first `sent` bytes.
    public mutating func consume(_ sent: Int) {
        precondition(sent >= 0 && sent <= count, "what is consumed was there")
        head += sent
        if head == end { (head, end) = (0, 0) }
    }

    /// Forgets everything but the first `newCount` bytes: a reply that was begun and cannot be finished.
    public mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "a buffer is truncated to what it has")
        end = head + newCount
    }

    /// Forgets all bytes; the room is kept.
    public mutating func removeAll() { (head, end) = (0, 0) }

    /// Gives room back that a large reply took; bytes to be sent stay.
    public mutating func shrink(to wanted: Int) {
        let newCapacity = max(wanted, count, 16)
        if newCapacity < capacity { move(to: newCapacity) }
    }

    /// Adds a byte.
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base[end] = byte
        end += 1
    }

    /// Adds bytes as they are.
    public mutating func append(_ view: ByteView) {
        guard view.count > 0 else { return }
        reserve(view.count)
        // Non-null: the view is not empty. The two never overlap, since views of this buffer are not appended to it.
        unsafe (base + end).update(from: view.baseAddress.unsafelyUnwrapped, count: view.count)
        end += view.count
    }

    /// Adds bytes as they are.
    public mutating func append(_ bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer {
            append(unsafe ByteView(base: $0.baseAddress, count: $0.count))
        }
    }

    /// Adds the bytes of a literal.
    public mutating func append(_ literal: StaticString) { append(ByteView(literal: literal)) }

    /// Adds a text's bytes as they are.
    public mutating func append(utf8 string: String) {
        let done: Void? = unsafe string.utf8.withContiguousStorageIfAvailable {
            append(unsafe ByteView(base: $0.baseAddress, count: $0.count))
        }
        if done == nil { for byte in string.utf8 { append(byte) } }
    }

    private mutating func reserve(_ more: Int) {
        guard end + more > capacity else { return }
        move(to: count + more > capacity ? max(count + more, capacity * 2) : capacity)
    }

    /// Moves the bytes to be sent to the front of new room.
    private mutating func move(to newCapacity: Int) {
        let newBase = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        unsafe newBase.update(from: base + head, count: count)
        unsafe base.deallocate()
        unsafe base = newBase
        (head, end, capacity) = (0, count, newCapacity)
    }
}

// JSON values.
extension WireBuffer {
    /// Adds a string in quotes, with the escapes JSON asks for.
    public mutating func append(jsonString view: ByteView) {
        append(UInt8(ascii: "\""))
        append(escaping: view)
        append(UInt8(ascii: "\""))
    }

    /// Adds a part of a string, with the escapes JSON asks for.
    mutating func append(escaping view: ByteView) {
        var plain = 0
        for index in 0..<view.count {
            let byte = view[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(view.slice(plain, index))
            append(escaped: byte)
            plain = index + 1
        }
        append(view.slice(plain, view.count))
    }

    /// Adds a string in quotes, with the escapes JSON asks for.
    public mutating func append(jsonString string: String) {
        let done: Void? = unsafe string.utf8.withContiguousStorageIfAvailable {
            append(jsonString: unsafe ByteView(base: $0.baseAddress, count: $0.count))
        }
        if done == nil {
            let bytes = Array(string.utf8)
            unsafe bytes.withUnsafeBufferPointer {
                append(jsonString: unsafe ByteView(base: $0.baseAddress, count: $0.count))
            }
        }
    }

    private mutating func append(escaped byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0..<0x20:
            append("u00")
            append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let digit = byte & 0x0F
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        default: append(byte)
        }
    }

    /// Adds a whole number.
    public mutating func append(_ number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var magnitude = number.magnitude
        var divisor: UInt = 1
        while magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(magnitude / divisor))
            magnitude %= divisor
            divisor /= 10
        }
    }

    /// Adds `true` or `false`.
    public mutating func append(_ value: Bool) { value ? append("true") : append("false") }

    /// Adds a list of strings.
    public mutating func append(jsonStrings strings: [String]) {
        append(UInt8(ascii: "["))
        for (index, string) in strings.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(jsonString: string)
        }
        append(UInt8(ascii: "]"))
    }
}
