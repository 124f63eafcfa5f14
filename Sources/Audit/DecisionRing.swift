internal import Glibc
internal import Synchronization

/// Memory of fixed size through which one thread hands records to another, without a lock, a system call or an allocation.
///
/// One `DecisionRecorder` writes, one `DecisionDrain` reads. A full ring takes no more: the record is dropped and counted,
/// and nobody waits.
@safe
final class DecisionRing: @unchecked Sendable {
    // Positions count bytes since the beginning and never go back; modulo `capacity` they are places.
    // INVARIANT: bytes from `tail` up to `head` hold whole records and belong to the reader, all others to the writer.
    // `head` is stored, with release, by the writer alone, and `tail` by the reader alone.
    let base: UnsafeMutableRawPointer
    let capacity: Int
    private let words: UnsafeMutablePointer<Atomic<Int>>

    /// The positions and the count lie so far apart that no two share a pair of cache lines.
    private static let wordDistance = 16
    private static let (headWord, tailWord, droppedWord) = (0, wordDistance, 2 * wordDistance)
    private static let wordCount = 3 * wordDistance

    /// An empty ring of so many bytes, a power of two that has room for several records.
    init(bytes: Int) {
        precondition(
            bytes >= 4 * DecisionRecord.bytesMax && bytes & (bytes - 1) == 0, "sizes are powers of two")
        capacity = bytes
        unsafe base = .allocate(byteCount: bytes, alignment: 128)
        unsafe words = .allocate(capacity: DecisionRing.wordCount)
        for index in 0..<DecisionRing.wordCount { unsafe (words + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe words.deinitialize(count: DecisionRing.wordCount)
        unsafe words.deallocate()
        unsafe base.deallocate()
    }

    /// Where the next record begins; what lies before it is written.
    var head: Int { unsafe words[DecisionRing.headWord].load(ordering: .acquiring) }
    /// Where the oldest record begins that has not been taken.
    var tail: Int { unsafe words[DecisionRing.tailWord].load(ordering: .acquiring) }
    /// Records that found no room.
    var dropped: Int { unsafe words[DecisionRing.droppedWord].load(ordering: .relaxed) }

    /// Hands what lies before a position to the reader.
    func publish(head: Int) { unsafe words[DecisionRing.headWord].store(head, ordering: .releasing) }

    /// Tells how many records were dropped.
    func publish(dropped: Int) { unsafe words[DecisionRing.droppedWord].store(dropped, ordering: .relaxed) }

    /// Takes the oldest records, as many as were there at the call; gives their number.
    ///
    /// For one thread only.
    func take(_ body: (DecisionRecord) -> Void) -> Int {
        let end = head
        var (position, count) = (tail, 0)
        while position < end {
            let place = position & (capacity - 1)
            let size = Int(unsafe base.load(fromByteOffset: place, as: UInt32.self))
            guard size > 0 else {
                position += capacity - place
                continue
            }
            unsafe body(record(at: base + place))
            count += 1
            position += size
            unsafe words[DecisionRing.tailWord].store(position, ordering: .releasing)
        }
        unsafe words[DecisionRing.tailWord].store(position, ordering: .releasing)
        return count
    }

    private func record(at place: UnsafeMutableRawPointer) -> DecisionRecord {
        let header = unsafe place.load(as: DecisionRecord.Header.self)
        let principal = unsafe UnsafeRawPointer(place) + DecisionRecord.headerBytes
        let action = unsafe principal + Int(header.principalCount)
        let resource = unsafe action + Int(header.actionCount)
        return unsafe DecisionRecord(
            facts: header.facts, cuts: DecisionRecord.Cuts(rawValue: header.cuts),
            principal: UnsafeRawBufferPointer(start: principal, count: Int(header.principalCount)),
            action: UnsafeRawBufferPointer(start: action, count: Int(header.actionCount)),
            resource: UnsafeRawBufferPointer(start: resource, count: Int(header.resourceCount)))
    }
}
