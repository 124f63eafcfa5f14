/// Finds the documents of a set that have to be walked for a question, one after the other.
///
/// What a decision asks of every document in play: the bounds of all entries are checked here once.
@frozen
@safe
public struct SetCursor {
    // INVARIANT: `left` entries can be read at `next`, and the directory is held by who uses the cursor.
    @usableFromInline var next: UnsafePointer<UInt32>
    @usableFromInline var left: Int

    /// Begins at a set of the directory.
    @inlinable
    @inline(__always)
    public init(_ directory: Image, set: Int) {
        let head = directory.record(set, size: Format.DocumentSet.entries)
        let count = Int(head[Format.DocumentSet.count])
        // A count is 32 bits, so the product is far from where it would overflow.
        let entries = directory.record(
            set &+ Format.DocumentSet.entries, size: count &* Format.DocumentSet.entrySize)
        unsafe next = entries.base
        left = count
    }

    /// Whether a document allows every question of a service, or of all; the cursor stays where it is.
    @inlinable
    @inline(__always)
    public func isOpen(to service: UInt64) -> Bool {
        var (entry, left) = unsafe (next, left)
        while left > 0 {
            if unsafe SetCursor.mask(entry + Format.DocumentSet.openMask) & service != 0 { return true }
            unsafe entry += Format.DocumentSet.entrySize
            left &-= 1
        }
        return false
    }

    /// The slot of the next document that has an Allow about a service.
    @inlinable
    @inline(__always)
    public mutating func nextAllow(_ service: UInt64) -> UInt32? {
        while left > 0 {
            let entry = unsafe next
            advance()
            guard unsafe SetCursor.mask(entry + Format.DocumentSet.allowMask) & service != 0 else { continue }
            return unsafe entry[Format.DocumentSet.slot]
        }
        return nil
    }

    /// The slot of the next document with a Deny that can apply: one about the service, or one of all actions but some
    /// whose condition holds.
    @inlinable
    @inline(__always)
    public mutating func nextDeny(
        _ conditions: Evaluation, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> UInt32? {
        while left > 0 {
            let entry = unsafe next
            advance()
            if unsafe SetCursor.mask(entry + Format.DocumentSet.denyMask) & scratch.serviceBit == 0 {
                guard unsafe entry[Format.DocumentSet.entryFlags] & Format.DocumentFlag.deniesOthers != 0 else {
                    continue
                }
                let gate = unsafe Int(entry[Format.DocumentSet.denyGate])
                guard gate == 0 || conditions.holds(gate, view, &scratch) else { continue }
            }
            return unsafe entry[Format.DocumentSet.slot]
        }
        return nil
    }

    /// The slot of the next document, and whether anything in it can be about a service.
    public mutating func nextOfAny(_ service: UInt64) -> (slot: UInt32, isServed: Bool)? {
        guard left > 0 else { return nil }
        let entry = unsafe next
        advance()
        let allowMask = unsafe SetCursor.mask(entry + Format.DocumentSet.allowMask)
        let mask = unsafe allowMask | SetCursor.mask(entry + Format.DocumentSet.denyMask)
        let deniesOthers = unsafe entry[Format.DocumentSet.entryFlags] & Format.DocumentFlag.deniesOthers != 0
        return unsafe (entry[Format.DocumentSet.slot], mask & service != 0 || deniesOthers)
    }

    @inlinable
    @inline(__always)
    mutating func advance() {
        unsafe next += Format.DocumentSet.entrySize
        left &-= 1
    }

    @inlinable
    @inline(__always)
    @unsafe
    static func mask(_ words: UnsafePointer<UInt32>) -> UInt64 {
        unsafe UnsafeRawPointer(words).loadUnaligned(as: UInt64.self).littleEndian
    }
}
