internal import PolicyModel

/// Distinct names with their numbers, which are those of their order.
///
/// Their bytes stand in a row: a store has tens of thousands, and as strings they would take several times the room.
struct NameList {
    private var bytes: [UInt8] = []
    /// Where each name ends.
    private var ends: [UInt32] = []
    /// Numbers from 1 by the hash of their names, a power of two of slots; 0 where there is none.
    private var slots = [UInt32](repeating: 0, count: 16)

    var count: Int { ends.count }

    /// The number of a name, which it gets if it has none.
    mutating func number(of name: Text) -> UInt32 {
        let slot = self.slot(of: name)
        if slots[slot] != 0 { return slots[slot] - 1 }
        bytes += name.utf8
        ends.append(UInt32(bytes.count))
        slots[slot] = UInt32(ends.count)
        if ends.count > slots.count / 2 { grow() }
        return UInt32(ends.count - 1)
    }

    /// The number of a name; `nil` if it has none.
    func find(_ name: Text) -> UInt32? {
        let number = slots[slot(of: name)]
        return number == 0 ? nil : number - 1
    }

    /// The name of a number, which has to be one that was given.
    subscript(_ number: Int) -> Text { Text(String(decoding: bytes[range(number)], as: UTF8.self)) }

    /// The names in the order of their numbers.
    var names: [Text] { ends.indices.map { self[$0] } }

    private func range(_ number: Int) -> Range<Int> {
        (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
    }

    /// Where the name is, or where it would go: seldom more than half of the slots are in use.
    private func slot(of name: Text) -> Int {
        var slot = name.hashValue & (slots.count - 1)
        while slots[slot] != 0, !isName(Int(slots[slot] - 1), name) { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private func isName(_ number: Int, _ name: Text) -> Bool {
        let range = range(number)
        guard range.count == name.utf8.count else { return false }
        return name.utf8.elementsEqual(bytes[range])
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for number in ends.indices { slots[slot(of: self[number])] = UInt32(number + 1) }
    }
}
