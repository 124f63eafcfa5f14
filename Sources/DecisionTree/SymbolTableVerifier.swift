/// Checks that a symbol table can be searched, and finds every name that it has.
struct SymbolTableVerifier {
    private let words: UncheckedWords
    private let table: SymbolTable

    /// Slots in use side by side, all of which a look-up may have to pass: chance alone leaves fewer than a hundred.
    private static let runMax = 1_024

    /// A name of the table, which is in the image.
    struct Entry {
        var offset: Int
        var id: UInt32
        var payload: UInt32
        var name: ByteView
    }

    init(_ image: Image, foldsCase: Bool) {
        words = UncheckedWords(words: image, firstNode: 2, keyCount: 0)
        table = SymbolTable(image, foldsCase: foldsCase)
    }

    private var image: Image { words.words }

    /// Verifies the slots and every entry, and gives `each` of them; ids are the numbers from 0 on, each once.
    func verify(each: (Entry) throws(VerificationFailure) -> Void) throws(VerificationFailure) {
        let end = try endOfSlots()
        var entries: [Entry] = []
        var run = 0
        for at in stride(from: 2, to: end, by: 2) {
            run = image[at + 1] != 0 ? run + 1 : 0
            guard run > 0 else { continue }
            try words.expect(run <= SymbolTableVerifier.runMax, at, "an empty slot here and there")
            entries.append(try entry(at + 1, behind: end))
        }
        // Half the slots are empty, so every probe ends.
        try words.expect(entries.count <= (end - 2) / 4, 0, "a table at most half full")
        try words.expect(table.count == entries.count, 1, "as many names as it says")
        var isTaken = [Bool](repeating: false, count: entries.count)
        for entry in entries {
            let id = Int(entry.id)
            try words.expect(id < entries.count && !isTaken[id], entry.offset, "a symbol of its own")
            isTaken[id] = true
            try words.expect(table.find(entry.name) == entry.offset, entry.offset, "a name that is found")
            try each(entry)
        }
    }

    private func endOfSlots() throws(VerificationFailure) -> Int {
        try words.expect(image.count >= 2, 0, "a table's header")
        let slots = Int(image[0]) + 1
        try words.expect(slots.nonzeroBitCount == 1, 0, "a power of two of slots")
        try words.expect(slots <= (image.count - 2) / 2, 0, "slots within the image")
        return 2 + slots * 2
    }

    private func entry(_ at: Int, behind end: Int) throws(VerificationFailure) -> Entry {
        let offset = Int(image[at])
        try words.expect(offset >= end && offset + 3 <= image.count, at, "an entry behind the slots")
        let length = Int(image[offset + 2])
        try words.expect(length <= (image.count - offset - 3) * 4, offset, "a name within the image")
        try words.spend(1 + length / 4, at: offset)
        return Entry(offset: offset, id: image[offset], payload: image[offset + 1], name: image.bytes(offset + 2))
    }
}
