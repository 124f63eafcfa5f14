internal import DecisionTree
internal import PolicyModel

/// A symbol table on its way to the next snapshot: written from nothing, or the next version of one.
struct NameTable {
    private var names: [(name: Text, payload: UInt32)] = []
    private let last: ImageStorage?
    private var edit: SymbolTableEdit?
    /// Whether a name found no room in the next version, so that everything has to be written anew.
    private(set) var isFull = false

    /// A table with the names that `put` gives it.
    init() { last = nil }

    /// The next version of a table of names that tell cases apart.
    init(continuing last: ImageStorage) { self.last = last }

    /// Stores a payload with a name.
    mutating func put(_ name: Text, _ payload: UInt32) {
        guard let last else { return names.append((name, payload)) }
        var next = edit ?? SymbolTableEdit(last, foldsCase: false)
        edit = nil
        if !next.put(name, payload: payload) { isFull = true }
        edit = next
    }

    /// The table.
    var storage: ImageStorage {
        if let edit { return edit.storage() }
        return last ?? SymbolTableWriter.storage(names, foldsCase: false)
    }
}
