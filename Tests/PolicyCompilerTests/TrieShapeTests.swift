import DecisionTree
import PolicyCompiler
import PolicyModel
import Testing

@Suite("A node of a trie says what it consists of in one word, or in four where that is too little")
struct TrieShapeTests {
    @Test(arguments: [0, 1, 65_535, 65_536, 1 << 20], [0, 1, 255, 256, 70_000])
    func `what is written is read`(label: Int, terminals: Int) {
        for children in [0, 1, 254, 255, 256] {
            let words = TrieShape.words(label: label, terminals: terminals, children: children)
            let isNarrow = label <= 65_535 && terminals <= 255 && children <= 254
            #expect(words.count == (isNarrow ? 1 : 4))
            #expect((words[0] == Format.TrieNode.wide) == !isNarrow)
            let shape = TrieShape(at: 7) { words[$0 - 7] }
            #expect(
                (shape.labelCount, shape.terminalCount, shape.childCount) == (label, terminals, children)
                    && shape.label == 7 + words.count && shape.terminals == shape.label + (label + 3) / 4
                    && shape.children == shape.terminals + terminals * 2)
        }
    }

    private static func walking(_ resources: [Text]) throws -> Walking {
        let statement = Statement(effect: .allow, action: .action(["docs:Read"]), resource: .resource(resources))
        return try Walking(Document(version: .v2012, statements: [statement]))
    }

    /// Where the trie of the only statement's resources begins.
    private static func root(_ walking: Walking) throws -> Int {
        let image = walking.compiled.storage.image
        let index = image.offset(try #require(walking.leavesOfAllows.first) + 1)
        return image.offset(index + Format.ResourceIndex.trie)
    }

    private static func isWide(_ walking: Walking) throws -> Bool {
        walking.words[try root(walking)] == Format.TrieNode.wide
    }

    @Test(arguments: [255, 256, 300]) func `as many patterns with one beginning as there are`(count: Int) throws {
        let walking = try Self.walking((0..<count).map { Text("arn:aws:docs:::d/*x\($0)") })
        #expect(try Self.isWide(walking) == (count > 255))
        var asking = Asking()
        for (name, isTaken) in [("ax0", true), ("ax\(count - 1)", true), ("ax\(count)", false), ("ax", false)] {
            #expect(
                walking.applies(.allow, "docs:Read", Text("arn:aws:docs:::d/\(name)"), [], &asking) == isTaken,
                "\(name)")
        }
    }

    @Test(arguments: [65_520, 65_521, 80_000]) func `a beginning of any length`(length: Int) throws {
        let start = "arn:aws:docs:::" + String(repeating: "a", count: length)
        let walking = try Self.walking([Text(start + "b*"), Text(start + "c")])
        #expect(try Self.isWide(walking) == (length > 65_520))
        var asking = Asking()
        for (end, isTaken) in [("b", true), ("bb", true), ("c", true), ("cc", false), ("", false)] {
            #expect(walking.applies(.allow, "docs:Read", Text(start + end), [], &asking) == isTaken, "\(end)")
        }
    }

    @Test func `whatever a wide shape says instead, it is refused or does no harm`() async {
        await #expect(processExitsWith: .success) {
            let walking = try Self.walking((0..<300).map { Text("arn:aws:docs:::d/*x\($0)") })
            let root = try Self.root(walking)
            var asking = Asking()
            var (refused, walked) = (0, 0)
            for index in root..<(root + 4) {
                let values = VerifierMutationTests.values(walking.words[index], count: walking.words.count)
                for value in values.union([0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 299, 0x0000_000F, 0x00FF_000F]) {
                    var mutated = walking.words
                    mutated[index] = value
                    if VerifierMutationTests.walks(mutated, walking, &asking) { walked += 1 } else { refused += 1 }
                }
            }
            precondition(refused > 20 && walked > 3, "\(refused) refused, \(walked) walked")
        }
    }
}
