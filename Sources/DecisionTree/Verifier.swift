/// What is wrong with a compiled image, and where.
public struct VerificationFailure: Error, Sendable, Hashable {
    /// The word at which it shows.
    public let offset: Int
    /// What was expected there.
    public let expectation: String

    /// Makes the failure.
    public init(offset: Int, expectation: String) {
        self.offset = offset
        self.expectation = expectation
    }
}

/// Checks that a compiled document can be walked: every offset in range and pointing backwards, every kind known.
///
/// A compiled document is verified before it can get into a snapshot, so that a fault of the compiler is an error at
/// load and never a wrong answer or an end of the process.
public struct Verifier {
    private let words: [UInt32]
    private let conditionWords: [UInt32]
    private let keyCount: Int
    private var checked: Set<Int> = []

    /// Prepares to verify the words of one document against the conditions and keys it may refer to.
    public init(document words: [UInt32], conditions: [UInt32], keyCount: Int) {
        self.words = words
        conditionWords = conditions
        self.keyCount = keyCount
    }

    /// Verifies the document from its header down.
    public mutating func verify() throws(VerificationFailure) {
        try expect(words.count >= Format.Document.size, 0, "a document header")
        try expect(words[Format.Document.magic] == Format.documentMagic, 0, "the format's magic word")
        try verifyIndex(Format.Document.allow, flag: Format.DocumentFlag.hasAllow)
        try verifyIndex(Format.Document.deny, flag: Format.DocumentFlag.hasDeny)
    }

    private func expect(_ holds: Bool, _ offset: Int, _ expectation: String) throws(VerificationFailure) {
        guard holds else { throw VerificationFailure(offset: offset, expectation: expectation) }
    }

    /// The word at `offset`, as an offset of a node of at least `size` words that was written before `parent`.
    private func node(_ offset: Int, before parent: Int, size: Int) throws(VerificationFailure) -> Int {
        try expect(offset >= 0 && offset < words.count, offset, "a word within the image")
        let target = Int(words[offset])
        let limit = parent < Format.Document.size ? words.count : parent
        try expect(target >= Format.Document.size && target + size <= limit, offset, "an offset that points backwards")
        return target
    }

    private func count(_ offset: Int, entrySize: Int, from start: Int) throws(VerificationFailure) -> Int {
        try expect(offset < words.count, offset, "a count within the image")
        let count = Int(words[offset])
        try expect(count <= (words.count - start) / entrySize, offset, "a count that fits the image")
        return count
    }

    private mutating func isNew(_ node: Int) -> Bool { checked.insert(node).inserted }

    private mutating func verifyIndex(_ header: Int, flag: UInt32) throws(VerificationFailure) {
        let isPresent = words[header] != 0
        try expect((words[Format.Document.flags] & flag != 0) == isPresent, header, "a flag that agrees with the index")
        guard isPresent else { return }
        let index = try node(header, before: 0, size: Format.ActionIndex.size)
        try verifyActionIndex(index, leaf: true)
    }

    /// An index of actions, whose payloads are leaves, or nothing in particular where it is an exclusion.
    private mutating func verifyActionIndex(_ index: Int, leaf: Bool) throws(VerificationFailure) {
        if words[index + Format.ActionIndex.exact] != 0 {
            try verifyExact(node(index + Format.ActionIndex.exact, before: index, size: 2), leaf: leaf)
        }
        if words[index + Format.ActionIndex.trie] != 0 {
            let root = try node(index + Format.ActionIndex.trie, before: index, size: Format.TrieNode.terminals)
            try verifyTrie(root, payload: leaf ? .leaf : .nothing)
        }
        guard words[index + Format.ActionIndex.notList] != 0 else { return }
        try expect(leaf, index, "an exclusion without a not-list")
        let list = try node(index + Format.ActionIndex.notList, before: index, size: 1)
        for entry in 0..<(try count(list, entrySize: 2, from: list + 1)) {
            let at = list + Format.NotList.entries + entry * 2
            try verifyActionIndex(node(at, before: list, size: Format.ActionIndex.size), leaf: false)
            try verifyLeaf(node(at + 1, before: list, size: 1))
        }
    }

    private mutating func verifyExact(_ table: Int, leaf: Bool) throws(VerificationFailure) {
        let mask = Int(words[table])
        try expect((mask + 1).nonzeroBitCount == 1, table, "a power of two of slots")
        try expect(mask < (words.count - table) / 2, table, "slots within the image")
        var used = 0
        for slot in 0...mask {
            let at = table + Format.ExactTable.slots + slot * 2
            guard words[at] != Format.ExactTable.empty else { continue }
            used += 1
            if leaf { try verifyLeaf(node(at + 1, before: table, size: 1)) }
        }
        try expect(used <= (mask + 1) / 2, table, "a table at most half full")
    }

    private enum Payload {
        case leaf, body, nothing
    }

    private mutating func verifyTrie(_ trie: Int, payload: Payload) throws(VerificationFailure) {
        guard isNew(trie) else { return }
        if words[trie + Format.TrieNode.label] != 0 { try verifyBytes(trie + Format.TrieNode.label, before: trie) }
        let terminals = try count(trie + Format.TrieNode.terminalCount, entrySize: 2, from: trie)
        let children = try count(trie + Format.TrieNode.childCount, entrySize: 2, from: trie)
        let end = trie + Format.TrieNode.terminals + (terminals + children) * 2
        try expect(end <= words.count, trie, "a trie node within the image")
        for terminal in 0..<terminals {
            let at = trie + Format.TrieNode.terminals + terminal * 2
            if words[at] > 1 { try verifyProgram(node(at, before: trie, size: 1)) }
            switch payload {
            case .leaf: try verifyLeaf(node(at + 1, before: trie, size: 1))
            case .body: try verifyBody(node(at + 1, before: trie, size: Format.Body.conditions))
            case .nothing: break
            }
        }
        var previous = -1
        for child in 0..<children {
            let at = trie + Format.TrieNode.terminals + terminals * 2 + child * 2
            try expect(Int(words[at]) > previous && words[at] < 256, at, "children in byte order")
            previous = Int(words[at])
            let target = try node(at + 1, before: trie, size: Format.TrieNode.terminals)
            try expect(words[target + Format.TrieNode.label] != 0, target, "a child with a label")
            try verifyTrie(target, payload: payload)
        }
    }

    private func verifyBytes(_ offset: Int, before parent: Int) throws(VerificationFailure) {
        let bytes = try node(offset, before: parent, size: 1)
        try expect(Int(words[bytes]) <= (words.count - bytes - 1) * 4, bytes, "bytes within the image")
    }

    private func verifyProgram(_ program: Int) throws(VerificationFailure) {
        let pieces = try count(program, entrySize: Format.Program.pieceSize, from: program + 1)
        for piece in 0..<pieces {
            let at = program + 1 + piece * Format.Program.pieceSize
            switch words[at] {
            case Format.Piece.literal: try verifyBytes(at + 1, before: program)
            case Format.Piece.variable:
                try expect(Int(words[at + 1]) < keyCount, at + 1, "a known key symbol")
                if words[at + 2] != 0 { try verifyBytes(at + 2, before: program) }
            case Format.Piece.anyRun, Format.Piece.anyRunInField, Format.Piece.anyOne, Format.Piece.anyOneInField: break
            default: throw VerificationFailure(offset: at, expectation: "a known piece")
            }
        }
    }

    private mutating func verifyLeaf(_ leaf: Int) throws(VerificationFailure) {
        guard isNew(leaf) else { return }
        for index in 0..<(try count(leaf, entrySize: 1, from: leaf + 1)) {
            try verifyResources(
                node(leaf + 1 + index, before: leaf, size: Format.ResourceIndex.size), payload: .body)
        }
    }

    private mutating func verifyResources(_ index: Int, payload: Payload) throws(VerificationFailure) {
        guard isNew(index) else { return }
        if words[index + Format.ResourceIndex.any] != 0 {
            let list = try node(index + Format.ResourceIndex.any, before: index, size: 1)
            for body in 0..<(try count(list, entrySize: 1, from: list + 1)) where payload == .body {
                try verifyBody(node(list + 1 + body, before: list, size: Format.Body.conditions))
            }
        }
        if words[index + Format.ResourceIndex.trie] != 0 {
            let root = try node(index + Format.ResourceIndex.trie, before: index, size: Format.TrieNode.terminals)
            try verifyTrie(root, payload: payload)
        }
        guard words[index + Format.ResourceIndex.notList] != 0 else { return }
        let list = try node(index + Format.ResourceIndex.notList, before: index, size: 1)
        for entry in 0..<(try count(list, entrySize: 2, from: list + 1)) {
            let at = list + Format.NotList.entries + entry * 2
            try verifyResources(node(at, before: list, size: Format.ResourceIndex.size), payload: .nothing)
            try verifyBody(node(at + 1, before: list, size: Format.Body.conditions))
        }
    }

    private mutating func verifyBody(_ body: Int) throws(VerificationFailure) {
        guard isNew(body) else { return }
        let statements = words[Format.Document.statementCount]
        try expect(words[body + Format.Body.statement] < statements, body, "a statement of the document")
        if words[body + Format.Body.principal] != 0 {
            try verifyPrincipal(node(body + Format.Body.principal, before: body, size: 2))
        }
        let conditions = try count(
            body + Format.Body.conditionCount, entrySize: 1, from: body + Format.Body.conditions)
        for index in 0..<conditions {
            let at = body + Format.Body.conditions + index
            try expect(
                Int(words[at]) + Format.Condition.values <= conditionWords.count && words[at] != 0, at,
                "a condition of the snapshot")
        }
    }

    private func verifyPrincipal(_ principal: Int) throws(VerificationFailure) {
        let entries = try count(
            principal + Format.Principal.count, entrySize: 2, from: principal + Format.Principal.entries)
        for entry in 0..<entries {
            let at = principal + Format.Principal.entries + entry * 2
            try expect(
                (Format.Principal.everyone...Format.Principal.canonicalUser).contains(words[at]), at,
                "a known form of principal")
            if words[at] != Format.Principal.everyone { try verifyBytes(at + 1, before: principal) }
        }
    }
}
