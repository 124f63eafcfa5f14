public import PolicyModel

/// Builds a `SymbolTable`; ids are given in the order of the names.
public enum SymbolTableWriter {
    /// Slots that a look-up may have to pass: beyond it a table is made larger.
    ///
    /// At half load chance alone stays well below.
    public static let probesMax = 64

    /// Writes names with a payload each; names must be distinct (without ASCII case if the table folds).
    public static func storage(_ names: [(name: Text, payload: UInt32)], foldsCase: Bool) -> ImageStorage {
        let hashes = names.map { $0.name.withByteView { foldsCase ? $0.foldedHash : $0.exactHash } }
        let slots = slots(hashes)
        var writer = ImageWriter(header: 2 + slots.count * 2)
        writer.set(0, UInt32(slots.count - 1))
        writer.set(1, UInt32(names.count))
        for (slot, id) in slots.enumerated() {
            guard let id else { continue }
            writer.set(2 + slot * 2, hashes[id])
            writer.set(3 + slot * 2, writer.offset)
            writer.append(UInt32(id))
            writer.append(names[id].payload)
            // Look-ups that fold fold the other side alone.
            writer.append(bytes: foldsCase ? names[id].name.foldedASCII.utf8 : names[id].name.utf8)
        }
        return writer.storage()
    }

    /// Where names stand by their hashes: a power of two of slots, at most half of them in use.
    private static func slots(_ hashes: [UInt32]) -> [Int?] {
        var capacity = 8
        while capacity < hashes.count * 2 { capacity *= 2 }
        while true {
            var slots = [Int?](repeating: nil, count: capacity)
            var longest = 0
            for (id, hash) in hashes.enumerated() {
                var position = Int(hash) & (capacity - 1)
                var probes = 1
                while slots[position] != nil {
                    position = (position + 1) & (capacity - 1)
                    probes += 1
                }
                slots[position] = id
                longest = max(longest, probes)
            }
            // Names with one hash stand side by side in a table of any size.
            if longest <= probesMax || capacity >= hashes.count * 64 { return slots }
            capacity *= 2
        }
    }
}

/// The next version of a `SymbolTable`, for the few names that a reload adds or gives another payload.
public struct SymbolTableEdit {
    private var writer: ImageWriter
    private let foldsCase: Bool

    /// Begins with the names of a table that `SymbolTableWriter` wrote.
    public init(_ table: ImageStorage, foldsCase: Bool) {
        writer = ImageWriter(continuing: table)
        self.foldsCase = foldsCase
    }

    /// Stores a payload with a name, new or not.
    ///
    /// `false` when the table is too full to take another name as it should be: then it has to be written anew, and
    /// this edit is of no more use.
    public mutating func put(_ name: Text, payload: UInt32) -> Bool {
        let hash = name.withByteView { foldsCase ? $0.foldedHash : $0.exactHash }
        guard let mask = writer.word(at: 0), let count = writer.word(at: 1) else { return false }
        var position = hash & mask
        for _ in 0..<SymbolTableWriter.probesMax {
            let slot = 2 + Int(position) * 2
            guard let stored = writer.word(at: slot), let offset = writer.word(at: slot + 1) else { return false }
            if offset == 0 { return insert(name, hash, payload, slot: slot, id: count, isHalfFull: count > mask / 2) }
            if stored == hash, isEntry(Int(offset), named: name) {
                writer.set(Int(offset) + 1, payload)
                return true
            }
            position = (position &+ 1) & mask
        }
        return false
    }

    private mutating func insert(
        _ name: Text, _ hash: UInt32, _ payload: UInt32, slot: Int, id: UInt32, isHalfFull: Bool
    ) -> Bool {
        guard !isHalfFull else { return false }
        writer.set(slot, hash)
        writer.set(slot + 1, writer.offset)
        writer.set(1, id + 1)
        writer.append(id)
        writer.append(payload)
        writer.append(bytes: foldsCase ? name.foldedASCII.utf8 : name.utf8)
        return true
    }

    private func isEntry(_ offset: Int, named name: Text) -> Bool {
        let bytes = Array(foldsCase ? name.foldedASCII.utf8 : name.utf8)
        guard writer.word(at: offset + 2) == UInt32(bytes.count) else { return false }
        return bytes.indices.allSatisfy { index in
            guard let word = writer.word(at: offset + 3 + index / 4) else { return false }
            return UInt8(truncatingIfNeeded: word >> UInt32(index % 4 * 8)) == bytes[index]
        }
    }

    /// The table with everything that was put.
    public func storage() -> ImageStorage { writer.storage() }
}
