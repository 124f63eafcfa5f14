/// Connections by slot: memory that is used again, reached without reference counting.
@safe
struct Slab: ~Copyable {
    // INVARIANT: `base` has room for `capacity` connections, of which the first `count` are initialised.
    private var base: UnsafeMutablePointer<Connection>
    private var capacity: Int
    /// Slots that exist, in use or not.
    private(set) var count = 0
    private var free: [Int] = []
    private var lastSerial: UInt32 = 0

    init() {
        capacity = 16
        unsafe base = .allocate(capacity: capacity)
    }

    deinit {
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    /// How many slots are in use.
    var used: Int { count - free.count }

    /// The connection in a slot below `count`.
    subscript(slot: Int) -> Connection {
        // By address, as the standard library's own buffers do it: a coroutine would allocate in builds for tests.
        unsafeAddress {
            precondition(slot >= 0 && slot < count, "slot out of range")
            return unsafe UnsafePointer(base + slot)
        }
        unsafeMutableAddress {
            precondition(slot >= 0 && slot < count, "slot out of range")
            return unsafe base + slot
        }
    }

    /// Takes a connection in; gives its slot.
    mutating func insert(descriptor: Int32, peer: Peer) -> Int {
        lastSerial &+= 1
        let connection = Connection(descriptor: descriptor, peer: peer, serial: lastSerial)
        if let slot = free.popLast() {
            unsafe base[slot] = connection
            return slot
        }
        if count == capacity { grow() }
        unsafe (base + count).initialize(to: connection)
        count += 1
        return count - 1
    }

    /// Closes the connection in a slot and frees the slot.
    mutating func remove(_ slot: Int) {
        precondition(self[slot].isOpen, "only an open connection is removed")
        self[slot] = Connection(descriptor: -1, peer: .none, serial: 0)
        free.append(slot)
    }

    /// The slot a token names, unless its connection is gone.
    func slot(of token: UInt64) -> Int? {
        let slot = Int(token & 0xFFFF_FFFF)
        guard slot < count, self[slot].isOpen, UInt64(self[slot].serial) == token >> 32 else { return nil }
        return slot
    }

    /// What names the connection of a slot, and never another one after it.
    func token(of slot: Int) -> UInt64 {
        UInt64(self[slot].serial) << 32 | UInt64(slot)
    }

    private mutating func grow() {
        let grown = UnsafeMutablePointer<Connection>.allocate(capacity: capacity * 2)
        unsafe grown.moveInitialize(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = grown
        capacity *= 2
    }
}
