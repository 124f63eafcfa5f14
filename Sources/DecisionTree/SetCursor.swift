/// Finds the documents of a set that have to be walked for a question, one after the other.
///
/// What a decision asks of every document in play: that all slots can be read is checked here once.
@frozen
@safe
public struct SetCursor {
    // INVARIANT: the words from `next` up to `end` can be read, and the tables are held by who uses the cursor.
    @usableFromInline var next: UnsafePointer<UInt32>
    @usableFromInline let end: UnsafePointer<UInt32>
    @usableFromInline let documents: DocumentTable

    /// Begins at a set of the directory.
    @inlinable
    @inline(__always)
    public init(_ tables: TablesView, set: Int) {
        let head = tables.directory.record(set, size: Format.DocumentSet.slots)
        let count = Int(head[Format.DocumentSet.count])
        unsafe next = tables.directory.record(set &+ Format.DocumentSet.slots, size: count).base
        unsafe end = next + count
        documents = tables.documents
    }

    /// Whether a document allows every question of a service, or of all; the cursor stays where it is.
    @inlinable
    @inline(__always)
    public func isOpen(to service: UInt64) -> Bool {
        var rest = self
        while let slot = rest.advance() {
            if documents.isOpen(slot, service) { return true }
        }
        return false
    }

    /// The slot of the next document that has an Allow about a service.
    @inlinable
    @inline(__always)
    public mutating func nextAllow(_ service: UInt64) -> UInt32? {
        while let slot = advance() {
            if documents.allows(slot, service) { return UInt32(truncatingIfNeeded: slot) }
        }
        return nil
    }

    /// The slot of the next document with a Deny that can apply, one about the service or one of all actions but some, and
    /// a condition without which it does not; 0 for none.
    ///
    /// Those are passed over whose condition the question remembers that it does not hold.
    @inlinable
    @inline(__always)
    public mutating func nextDeny(_ scratch: borrowing Scratch) -> (slot: UInt32, gate: Int)? {
        while let slot = advance() {
            guard documents.mayDeny(slot, scratch.serviceBit) else { continue }
            let denies = documents.denies(slot)
            let found = UInt32(truncatingIfNeeded: slot)
            guard denies.gate != 0, denies.mask & scratch.serviceBit == 0 else { return (found, 0) }
            if !scratch.remembersFalse(Int(denies.gateNumber)) { return (found, Int(denies.gate)) }
        }
        return nil
    }

    /// The slot of the next document, and whether anything in it can be about a service.
    public mutating func nextOfAny(_ service: UInt64) -> (slot: UInt32, isServed: Bool)? {
        guard let slot = advance() else { return nil }
        let isServed = documents.allows(slot, service) || documents.mayDeny(slot, service)
        return (UInt32(truncatingIfNeeded: slot), isServed)
    }

    /// The next slot.
    @inlinable
    @inline(__always)
    mutating func advance() -> Int? {
        guard unsafe next != end else { return nil }
        let slot = unsafe Int(next.pointee)
        unsafe next += 1
        return slot
    }
}
