internal import PolicyModel

/// A growable array of trivial values that is never shared, so that using it costs no reference counting.
///
/// It grows by doubling and never shrinks: a loop's buffers stop allocating once they have seen their largest request.
@frozen
@safe
public struct TrivialBuffer<Element: BitwiseCopyable>: ~Copyable {
    // INVARIANT: `base` has room for `capacity` elements, of which the first `count` are initialised.
    @usableFromInline var base: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    @usableFromInline var used: Int

    /// How many elements there are.
    @inlinable
    public var count: Int { used }

    /// An empty buffer with room for `capacity` elements.
    public init(capacity: Int) {
        self.capacity = Swift.max(capacity, 4)
        unsafe base = .allocate(capacity: self.capacity)
        used = 0
    }

    deinit { unsafe base.deallocate() }

    /// The element at an index from 0; out of range ends the process.
    @inlinable
    public subscript(index: Int) -> Element {
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: used), "buffer index out of range")
            return unsafe base[index]
        }
        set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: used), "buffer index out of range")
            unsafe base[index] = newValue
        }
    }

    /// Adds an element at the end.
    @inlinable
    public mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        unsafe base[count] = element
        used += 1
    }

    /// Forgets all elements beyond the first `newCount`; the room is kept.
    @inlinable
    public mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "a buffer is truncated to what it has")
        used = newCount
    }

    /// Makes the buffer `newCount` long, new elements being `element`.
    public mutating func resize(to newCount: Int, with element: Element) {
        if newCount > capacity { grow(to: newCount) }
        while count < newCount {
            unsafe base[count] = element
            used += 1
        }
        used = newCount
    }

    @usableFromInline
    mutating func grow(to needed: Int) {
        let newCapacity = Swift.max(needed, capacity * 2)
        let newBase = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity)
        unsafe newBase.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = newBase
        capacity = newCapacity
    }
}

/// Room of fixed size for bytes that a request needs and the message does not hold as they are: unescaped strings and
/// what the engine computes.
///
/// It never moves, so views into it stay good until `reset`.
@frozen
@safe
public struct Arena: ~Copyable {
    // INVARIANT: `base` has room for `capacity` bytes, of which the first `count` have been given out.
    @usableFromInline let base: UnsafeMutablePointer<UInt8>
    /// How many bytes it can hold.
    public let capacity: Int
    @usableFromInline var used: Int

    /// How many bytes have been given out since `reset`.
    @inlinable
    public var count: Int { used }

    /// An empty arena of `capacity` bytes.
    public init(capacity: Int) {
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity)
        used = 0
    }

    deinit { unsafe base.deallocate() }

    /// Takes everything back.
    @inlinable
    public mutating func reset() { used = 0 }

    /// Takes back what was given out after the arena held `mark` bytes.
    @inlinable
    public mutating func reset(to mark: Int) {
        precondition(mark >= 0 && mark <= count, "an arena is reset to what it has held")
        used = mark
    }

    /// Adds a byte; `false` when the arena is full.
    @inlinable
    public mutating func append(_ byte: UInt8) -> Bool {
        guard count < capacity else { return false }
        unsafe base[count] = byte
        used += 1
        return true
    }

    /// Adds bytes; `false`, with nothing added, when they do not fit.
    @inlinable
    public mutating func append(_ view: ByteView) -> Bool {
        guard view.count <= capacity - count else { return false }
        var index = 0
        while index < view.count {
            unsafe base[count + index] = view[index]
            index += 1
        }
        used += view.count
        return true
    }

    /// Adds bytes without ASCII upper case; `false`, with nothing added, when they do not fit.
    public mutating func append(folded view: ByteView) -> Bool {
        guard view.count <= capacity - count else { return false }
        for index in 0..<view.count {
            unsafe base[count + index] = ASCII.lowercased(view[index])
        }
        used += view.count
        return true
    }

    /// The bytes given out since the arena held `mark` bytes.
    @inlinable
    public func view(from mark: Int) -> ByteView {
        precondition(mark >= 0 && mark <= count, "an arena is viewed within what it has given out")
        return unsafe ByteView(base: UnsafePointer(base + mark), count: count - mark)
    }
}
