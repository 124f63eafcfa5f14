import DecisionTree
import PolicyModel
import Testing

@Suite("SymbolTableEdit")
struct SymbolTableEditTests {
    private static func payload(_ name: Text, _ storage: ImageStorage) -> UInt32 {
        let table = SymbolTable(storage.image, foldsCase: false)
        return name.withByteView { table.payload(of: $0) }
    }

    private static let names = (0..<20).map { (name: Text("name\($0)"), payload: UInt32($0)) }

    @Test("gives names other payloads and takes new ones; the last version stays as it was")
    func edit() throws {
        let last = SymbolTableWriter.storage(Self.names, foldsCase: false)
        var edit = SymbolTableEdit(last, foldsCase: false)
        let taken = [edit.put("name7", payload: 700), edit.put("fresh", payload: 800), edit.put("fresh", payload: 801)]
        #expect(taken == [true, true, true])
        let next = edit.storage()
        #expect(Self.payload("name7", next) == 700)
        #expect(Self.payload("fresh", next) == 801)
        #expect(SymbolTable(next.image, foldsCase: false).count == 21)
        for (name, payload) in Self.names {
            #expect(Self.payload(name, last) == payload)
            if name != "name7" { #expect(Self.payload(name, next) == payload) }
        }
        #expect(Self.payload("fresh", last) == SymbolTable.none)
        #expect(Self.payload("Fresh", next) == SymbolTable.none)
    }

    @Test("takes names until the table is half full, and never more")
    func fullness() {
        let last = SymbolTableWriter.storage(Self.names, foldsCase: false)
        let slots = Int(last.image[0]) + 1
        var edit = SymbolTableEdit(last, foldsCase: false)
        var taken = Self.names.count
        while edit.put(Text("more\(taken)"), payload: 1) { taken += 1 }
        #expect(taken == slots / 2)
        let isKnown = edit.put("name3", payload: 3)
        #expect(isKnown, "a name that is there needs no room")
    }

    @Test("a table without changes is the last one")
    func nothing() {
        let last = SymbolTableWriter.storage(Self.names, foldsCase: true)
        #expect(SymbolTableEdit(last, foldsCase: true).storage() === last)
        var edit = SymbolTableEdit(last, foldsCase: true)
        let isKnown = edit.put("NAME3", payload: 3)
        #expect(isKnown)
        #expect(edit.storage() === last, "equal but for case, and with the payload that it had")
    }
}
