public import PolicyModel

/// Names by their bytes: an immutable hash table over an image.
///
/// Slots are pairs of (hash, entry offset) with linear probing at half load; an entry is `[id, payload, bytes…]`.
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
        let hash = name.foldedHash
        var position = hash & mask
        // At half load an empty slot ends every probe.
        while true {
            let slot = 2 + Int(position) * 2
            let offset = Int(image[slot + 1])
            guard offset != 0 else { return nil }
            if image[slot] == hash, matches(image.bytes(offset + 2), name) { return offset }
            position = (position &+ 1) & mask
        }
    }

    @inlinable
    func matches(_ stored: ByteView, _ name: ByteView) -> Bool {
        foldsCase ? stored.equalsFolded(name) : stored.equals(name)
    }

    /// The symbol of a name, or `none`.
    @inlinable
    public func id(of name: ByteView) -> UInt32 {
        find(name).map { image[$0] } ?? SymbolTable.none
    }

    /// What is stored with a name, or `none`.
    @inlinable
    public func payload(of name: ByteView) -> UInt32 {
        find(name).map { image[$0 + 1] } ?? SymbolTable.none
    }
}

/// Builds a `SymbolTable`; ids are given in the order of the names.
public enum SymbolTableWriter {
    /// Writes names with a payload each; names must be distinct (without ASCII case if the table folds).
    public static func storage(_ names: [(name: Text, payload: UInt32)]) -> ImageStorage {
        var capacity = 8
        while capacity < names.count * 2 { capacity *= 2 }
        var writer = ImageWriter(header: 2 + capacity * 2)
        writer.set(0, UInt32(capacity - 1))
        writer.set(1, UInt32(names.count))
        for (id, entry) in names.enumerated() {
            let offset = writer.offset
            writer.append(UInt32(id))
            writer.append(entry.payload)
            writer.append(bytes: entry.name.utf8)
            insert(offset, hash: entry.name.withByteView { $0.foldedHash }, mask: capacity - 1, into: &writer)
        }
        return writer.storage()
    }

    private static func insert(_ offset: UInt32, hash: UInt32, mask: Int, into writer: inout ImageWriter) {
        var position = Int(hash) & mask
        while writer.words[2 + position * 2 + 1] != 0 { position = (position + 1) & mask }
        writer.set(2 + position * 2, hash)
        writer.set(2 + position * 2 + 1, offset)
    }
}
