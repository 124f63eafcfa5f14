import PolicyModel
import Testing

@testable import DecisionTree

/// Bytes eight at a time say what bytes one at a time say.
@Suite("Words")
struct WordsTests {
    private static func view<Result>(_ bytes: [UInt8], _ body: (ByteView) -> Result) -> Result {
        unsafe bytes.withUnsafeBufferPointer { body(unsafe ByteView(base: $0.baseAddress, count: $0.count)) }
    }

    private static func folded(_ bytes: [UInt8]) -> [UInt8] { bytes.map(ASCII.lowercased) }

    @Test("every byte folds as ASCII does, wherever it stands, and is found nowhere else")
    func everyByte() {
        for length in 1...24 {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [UInt8](repeating: 0x40, count: length)
                    bytes[place] = byte
                    let lower = Self.folded(bytes)
                    Self.view(bytes) { left in
                        Self.view(lower) { right in
                            #expect(left.equalsFolded(right) && left.equals(folded: right))
                            #expect(left.equals(right) == (bytes == lower))
                            #expect(left.foldedHash == right.foldedHash)
                        }
                        #expect(left.firstIndex(of: byte) == bytes.firstIndex(of: byte))
                    }
                }
            }
        }
    }

    @Test("texts that differ in one byte are told apart, wherever it stands")
    func oneByte() {
        for length in 1...24 {
            let bytes = (0..<length).map { UInt8(0x61 + $0) }
            for place in 0..<length {
                for change in UInt8(1)...UInt8.max {
                    var other = bytes
                    other[place] ^= change
                    let isSame = Self.folded(other) == Self.folded(bytes)
                    Self.view(bytes) { left in
                        Self.view(other) { right in
                            #expect(!left.equals(right))
                            #expect(left.equalsFolded(right) == isSame)
                            #expect(right.equals(folded: left) == isSame)
                            #expect(!left.has(right, at: 0))
                        }
                    }
                }
            }
        }
    }

    @Test("an ARN's account and shape are those of a reading byte by byte")
    func shapes() {
        let texts = ["arn", "arn", "aws", "", "s", ":", "docs", "123456789012", "12345678901", "12345678901x"]
        let parts = texts.map { Array($0.utf8) }
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var found = 0
        for _ in 0..<60_000 {
            var bytes = Array((next(4) == 0 ? "ar" : "arn:").utf8)
            for _ in 0..<next(8) { bytes += parts[next(parts.count)] + (next(5) == 0 ? [] : [0x3A]) }
            let fields = bytes.split(separator: 0x3A, maxSplits: 5, omittingEmptySubsequences: false)
            let isARN =
                fields.count == 6 && fields[0] == Array("arn".utf8)[...] && !fields[1].isEmpty && !fields[2].isEmpty
            Self.view(bytes) { text in
                let shape = ARNShape(text)
                #expect(shape.isARN == isARN, "\(text.text)")
                let isAccount = isARN && fields[4].count == 12 && fields[4].allSatisfy(ASCII.isDigit)
                let account = isAccount ? Array(fields[4]) : []
                #expect(shape.account(of: text).bytes == account, "\(text.text)")
                if !account.isEmpty { found += 1 }
            }
        }
        #expect(found > 500)
    }

    @Test("a guess is right only about the entry of the name itself")
    func guesses() {
        let names = (0..<300).map { Text("a:\($0 * 7919)") } + ["k", "kk", "kkk", "kkkk", "kkkkkkkk"]
        let storage = SymbolTableWriter.storage(names.map { ($0, 0) }, foldsCase: true)
        let table = SymbolTable(storage.image, foldsCase: true)
        for name in names + ["a", "z:1"] {
            name.withByteView { view in
                let found = table.find(view)
                for offset in 0..<storage.image.count + 4 where table.isEntry(offset, named: view) {
                    #expect(offset == found, "\(name)")
                }
                if let found { #expect(table.isEntry(found, named: view)) }
            }
        }
        withExtendedLifetime(storage) {}
    }

    @Test("no guess is right about what slots hold, whatever it may read like")
    func slots() {
        let names = (0..<12).map { Text("a:\($0 * 7919)") }
        let storage = SymbolTableWriter.storage(names.map { ($0, 0) }, foldsCase: false)
        let table = SymbolTable(storage.image, foldsCase: false)
        let words = storage.image.count
        let slotsEnd = 2 + (Int(storage.image[0]) + 1) * 2
        var read = 0
        for offset in 0..<slotsEnd where Int(storage.image[offset + 2]) <= (words - offset - 3) * 4 {
            read += storage.image[offset + 2] == 0 ? 0 : 1
            #expect(!table.isEntry(offset, named: storage.image.bytes(offset + 2)), "\(offset)")
        }
        // Empty slots read like an empty name, and where an entry stands like a length.
        #expect(read > 4)
        for offset in [-1, Int.min, Int.max, words - 3, words - 2, words, Int.max - 2] {
            #expect(!table.isEntry(offset, named: ByteView()), "\(offset)")
        }
        withExtendedLifetime(storage) {}
    }
}
