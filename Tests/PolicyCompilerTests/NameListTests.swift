import PolicyModel
import Testing

@testable import PolicyCompiler

@Suite("Lists of names")
struct NameListTests {
    @Test func `a name keeps its number, however many come`() {
        var list = NameList()
        let names = (0..<5_000).map { Text("service\($0 % 70):Action\($0)") }
        for (number, name) in names.enumerated() { #expect(list.number(of: name) == UInt32(number)) }
        for (number, name) in names.enumerated() {
            #expect(list.number(of: name) == UInt32(number))
            #expect(list.find(name) == UInt32(number))
            #expect(list[number] == name)
        }
        #expect(list.count == names.count)
        #expect(list.names == names)
    }

    @Test func `a name is compared by its bytes`() {
        var list = NameList()
        #expect(list.find("a") == nil)
        let numbers = ["", "a", "A", "ab", "b", "e\u{301}", "é"].map { list.number(of: Text($0)) }
        #expect(numbers == [0, 1, 2, 3, 4, 5, 6])
        #expect(list.find("abc") == nil)
        #expect(list[0].isEmpty)
    }
}
