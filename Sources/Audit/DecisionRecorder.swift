internal import Glibc

/// The writing end of a ring: owned by the one thread that decides.
///
/// Recording takes no lock, allocates nothing, and makes no system call.
@safe
public struct DecisionRecorder: ~Copyable {
    // INVARIANT: as for `DecisionRing`, of which this is the only writer; `ring` keeps the memory at `base`.
    private let ring: DecisionRing
    private let log: DecisionLog
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private var head: Int
    /// As far as the reader was when it was last looked at.
    private var knownTail: Int
    private var dropped: Int
    /// What `offer` has told the drain of.
    private var offered: Int

    init(_ ring: DecisionRing, _ log: DecisionLog) {
        self.ring = ring
        self.log = log
        unsafe base = ring.base
        capacity = ring.capacity
        head = ring.head
        knownTail = ring.tail
        dropped = ring.dropped
        offered = head
    }

    /// Records a decision with its question; without room for it, it is dropped and counted.
    public mutating func record(
        _ facts: DecisionFacts, principal: UnsafeRawBufferPointer, action: UnsafeRawBufferPointer,
        resource: UnsafeRawBufferPointer
    ) {
        var header = DecisionRecord.Header(
            size: 0, cuts: 0, principalCount: 0, actionCount: 0, resourceCount: 0, facts: facts)
        let principalCount = unsafe kept(principal, DecisionRecord.principalBytesMax, .principal, &header)
        let actionCount = unsafe kept(action, DecisionRecord.actionBytesMax, .action, &header)
        let resourceCount = unsafe kept(resource, DecisionRecord.resourceBytesMax, .resource, &header)
        header.principalCount = UInt16(principalCount)
        header.actionCount = UInt16(actionCount)
        header.resourceCount = UInt16(resourceCount)
        let size = DecisionRecord.size(principalCount + actionCount + resourceCount)
        header.size = UInt32(size)
        guard let place = makeRoom(size) else {
            dropped += 1
            return ring.publish(dropped: dropped)
        }
        unsafe (base + place).storeBytes(of: header, as: DecisionRecord.Header.self)
        var text = unsafe base + place + DecisionRecord.headerBytes
        unsafe copy(principal, principalCount, to: &text)
        unsafe copy(action, actionCount, to: &text)
        unsafe copy(resource, resourceCount, to: &text)
        head += size
        ring.publish(head: head)
    }

    /// Wakes the drain if it sleeps and there is something new for it, or if the ring fills faster than it looks.
    ///
    /// Once a turn: it is the one place where a system call may be made, and it is made at most once for each time that
    /// the drain goes to sleep.
    public mutating func offer() {
        guard head != offered else { return }
        offered = head
        if head - knownTail > capacity / 2 { knownTail = ring.tail }
        log.offer(isUrgent: head - knownTail > capacity / 2)
    }

    /// How many bytes of a text are recorded: whole characters of UTF-8.
    private func kept(
        _ text: UnsafeRawBufferPointer, _ bytesMax: Int, _ cut: DecisionRecord.Cuts,
        _ header: inout DecisionRecord.Header
    ) -> Int {
        guard text.count > bytesMax else { return text.count }
        header.cuts |= cut.rawValue
        var count = bytesMax
        while count > 0, unsafe text[count] & 0xC0 == 0x80 { count -= 1 }
        return count
    }

    /// Where a record of so many bytes goes, in one piece; `nil` when the reader has left too little room.
    private mutating func makeRoom(_ size: Int) -> Int? {
        let place = head & (capacity - 1)
        // A record that would pass the ring's end begins at its beginning.
        let skipped = capacity - place < size ? capacity - place : 0
        if head + skipped + size - knownTail > capacity {
            knownTail = ring.tail
            guard head + skipped + size - knownTail <= capacity else { return nil }
        }
        guard skipped > 0 else { return place }
        unsafe base.storeBytes(of: 0, toByteOffset: place, as: UInt32.self)
        head += skipped
        return 0
    }

    private func copy(_ text: UnsafeRawBufferPointer, _ count: Int, to place: inout UnsafeMutableRawPointer) {
        guard count > 0, let source = text.baseAddress else { return }
        unsafe memcpy(place, source, count)
        unsafe place += count
    }
}
