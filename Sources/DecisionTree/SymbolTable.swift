internal import PolicyModel

/// Names by their bytes: an immutable hash table over an image.
///
/// Names of a table that folds are stored without ASCII upper case. Slots are pairs of (hash, entry offset) with linear probing at half load; an entry is `[id, payload, bytes…]`. A table
/// either tells cases apart or folds them, and hashes accordingly.
/// A hash only finds candidates: bytes are compared, always.
@frozen
public struct SymbolTable: Sendable, BitwiseCopyable {
    /// Stands where there is no symbol.
    public static let none: UInt32 = .max

    @usableFromInline let image: Image
    @usableFromInline let foldsCase: Bool

    /// Reads a table that `SymbolTableWriter` wrote.
    public init(_ image: Image, foldsCase: Bool) {
        self.image = image
        self.foldsCase = foldsCase
    }

    /// How many symbols there are.
    @inlinable
    public var count: Int { Int(image[1]) }

    /// The offset of a name's entry; `nil` when there is none.
    @inlinable
    public func find(_ name: ByteView) -> Int? {
        let mask = image[0]
        let hash = foldsCase ? name.foldedHash : name.exactHash
        var position = hash & mask
        // At half load an empty slot ends every probe.
        while true {
            let slot = image.pair(2 &+ Int(position) &* 2)
            let offset = Int(slot >> 32)
            guard offset != 0 else { return nil }
            if UInt32(truncatingIfNeeded: slot) == hash {
                let stored = image.bytes(offset &+ 2)
                if foldsCase ? name.equals(folded: stored) : name.equals(stored) { return offset }
            }
            position = (position &+ 1) & mask
        }
    }

    /// The symbol of a name, or `none`.
    @inlinable
    public func id(of name: ByteView) -> UInt32 {
        find(name).map { image[$0] } ?? SymbolTable.none
    }

    /// Whether `find` would give this offset for a name; any offset may be asked about.
    @inlinable
    public func isEntry(_ offset: Int, named name: ByteView) -> Bool {
        // Entries stand behind the slots, and end within the image.
        guard offset >= 2, offset <= image.count &- 3, offset >= 4 &+ Int(image[0]) &* 2 else { return false }
        let length = Int(image[offset &+ 2])
        guard length == name.count, length <= (image.count &- offset &- 3) &* 4 else { return false }
        let stored = image.bytes(offset &+ 2)
        return foldsCase ? name.equals(folded: stored) : name.equals(stored)
    }

    /// `find`, which looks first where another name was found: the next question most likely has the same one.
    ///
    /// The guess is held against the name before it counts, so it may be as old as it likes, and of another table.
    @inlinable
    public func find(_ name: ByteView, guess: inout Int) -> Int? {
        if isEntry(guess, named: name) { return guess }
        guard let found = find(name) else { return nil }
        guess = found
        return found
    }

    /// The symbol of the name whose entry `find` gave.
    @inlinable
    public func symbol(at offset: Int) -> UInt32 { image[offset] }

    /// The name whose entry `find` gave, as it is stored.
    @inlinable
    public func name(at offset: Int) -> ByteView { image.bytes(offset + 2) }

    /// What is stored with the name whose entry `find` gave.
    @inlinable
    public func payload(at offset: Int) -> UInt32 { image[offset + 1] }

    /// What is stored with a name, or `none`.
    @inlinable
    public func payload(of name: ByteView) -> UInt32 {
        find(name).map { image[$0 + 1] } ?? SymbolTable.none
    }
}
