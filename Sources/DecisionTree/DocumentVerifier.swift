/// Checks the nodes of one image: those of a document, or the trie of the registry.
///
/// INVARIANT: whoever uses it holds the words that it looks at.
struct DocumentVerifier {
    private let image: UncheckedWords
    private let conditions: ConditionVerifier
    /// For each word, what a node that begins there was checked as: the same words may be sound as one kind and not as
    /// another.
    private var checked: [Checked]
    /// The registry's entries that a trie has led to.
    private(set) var entries: [Int] = []

    private struct Checked: OptionSet {
        let rawValue: UInt16
        static let leaf = Checked(rawValue: 1)
        static let body = Checked(rawValue: 2)
        static let principal = Checked(rawValue: 4)
        static let entry = Checked(rawValue: 8)

        static func trie(_ payload: Payload) -> Checked { Checked(rawValue: 16 << payload.rawValue) }
        static func resources(_ payload: Payload) -> Checked { Checked(rawValue: 256 << payload.rawValue) }
        static func exact(_ payload: Payload) -> Checked { Checked(rawValue: 4096 << payload.rawValue) }
    }

    /// What the entries of a trie or an index lead to.
    private enum Payload: UInt16 {
        case leaf, nothing, body, entry
    }

    /// Prepares to verify one document against the conditions and keys it may refer to.
    init(document image: Image, conditions: ConditionVerifier, keyCount: Int) {
        self.image = UncheckedWords(words: image, firstNode: Format.Document.size, keyCount: keyCount)
        self.conditions = conditions
        checked = Array(repeating: [], count: image.count)
    }

    /// Prepares to verify the registry, which has no conditions and no variables: it is walked before any key has its
    /// value.
    init(registry image: Image) {
        // Offset 0 holds the trie's root, and 1 stands for a program without words.
        self.image = UncheckedWords(words: image, firstNode: 2, keyCount: 0)
        conditions = ConditionVerifier(image, conditionCount: 0, keyCount: 0)
        checked = Array(repeating: [], count: image.count)
    }

    private var words: Image { image.words }

    /// Verifies the registry's trie; `entries` are then those it leads to, each of which has its words.
    mutating func verifyRegistry() throws(VerificationFailure) {
        try image.expect(words.count >= image.firstNode, 0, "the registry's root")
        guard words[0] != 0 else { return }
        try verifyTrie(image.node(0, before: 0, size: Format.TrieNode.sizeMin), payload: .entry)
    }

    /// Verifies the document from its header down.
    mutating func verify() throws(VerificationFailure) {
        try image.expect(words.count >= Format.Document.size, 0, "a document header")
        try image.expect(words[Format.Document.magic] == Format.documentMagic, 0, "the format's magic word")
        try verifyIndex(Format.Document.allow, flag: Format.DocumentFlag.hasAllow)
        try verifyIndex(Format.Document.deny, flag: Format.DocumentFlag.hasDeny)
        try verifyFacts()
    }

    /// What the header says of all statements and the walk would find: what is allowed as a whole, and the gate of denies.
    ///
    /// Which services its masks name is the compiler's word, as the names of its actions are.
    private func verifyFacts() throws(VerificationFailure) {
        let facts = DocumentFacts(unchecked: words)
        let (allow, deny) = (Int(words[Format.Document.allow]), Int(words[Format.Document.deny]))
        let flags = words[Format.Document.flags]
        try image.expect(
            (flags & Format.DocumentFlag.allowsAll != 0) == facts.allowsAll(allow), Format.Document.flags,
            "a flag that agrees with an Allow of everything")
        try image.expect(
            (flags & Format.DocumentFlag.deniesOthers != 0) == facts.hasNotList(deny), Format.Document.flags,
            "a flag that agrees with a Deny of all but some actions")
        try image.expect(
            words.pair(Format.Document.openMask) == facts.openMask(allow), Format.Document.openMask,
            "a mask of the services that are allowed whole")
        try image.expect(
            words[Format.Document.denyGate] == facts.gate(deny), Format.Document.denyGate,
            "a condition that every Deny of all but some actions has")
        try image.expect(!facts.isExhausted, Format.Document.flags, "words that few others share")
    }

    /// Whether a node, which lies in the image, is yet to be checked as what it is said to be.
    private mutating func isNew(_ kind: Checked, _ node: Int) -> Bool {
        checked[node].insert(kind).inserted
    }

    // MARK: Actions

    private mutating func verifyIndex(_ header: Int, flag: UInt32) throws(VerificationFailure) {
        let isPresent = words[header] != 0
        try image.expect(
            (words[Format.Document.flags] & flag != 0) == isPresent, header, "a flag that agrees with the index")
        guard isPresent else { return }
        let index = try image.node(header, before: 0, size: Format.ActionIndex.size)
        try verifyActionIndex(index, payload: .leaf)
    }

    /// An index of actions, whose payloads are leaves, or nothing in particular where it is an exclusion.
    private mutating func verifyActionIndex(_ index: Int, payload: Payload) throws(VerificationFailure) {
        for table in [Format.ActionIndex.exact, Format.ActionIndex.services] where words[index + table] != 0 {
            try verifyExact(image.node(index + table, before: index, size: 3), payload: payload)
        }
        if words[index + Format.ActionIndex.trie] != 0 {
            try verifyTrie(
                image.node(index + Format.ActionIndex.trie, before: index, size: Format.TrieNode.sizeMin),
                payload: payload)
        }
        guard words[index + Format.ActionIndex.notList] != 0 else { return }
        try image.expect(payload == .leaf, index, "an exclusion without a not-list")
        let list = try image.node(index + Format.ActionIndex.notList, before: index, size: 1)
        for entry in 0..<(try image.count(list, entrySize: 2, from: list + 1)) {
            let at = list + Format.NotList.entries + entry * 2
            try verifyActionIndex(image.node(at, before: list, size: Format.ActionIndex.size), payload: .nothing)
            try verifyLeaf(image.node(at + 1, before: list, size: 1))
        }
    }

    private mutating func verifyExact(_ table: Int, payload: Payload) throws(VerificationFailure) {
        guard isNew(.exact(payload), table) else { return }
        let mask = Int(words[table + Format.ExactTable.mask])
        try image.expect((mask + 1).nonzeroBitCount == 1, table, "a power of two of slots")
        try image.expect(
            mask < (words.count - table - Format.ExactTable.slots) / 2, table, "slots within the image")
        try image.spend(mask + 1, at: table)
        var used = 0
        for slot in 0...mask {
            let at = table + Format.ExactTable.slots + slot * 2
            guard words[at] != Format.ExactTable.empty else { continue }
            used += 1
            if payload == .leaf { try verifyLeaf(image.node(at + 1, before: table, size: 1)) }
        }
        try image.expect(used <= (mask + 1) / 2, table, "a table at most half full")
    }

    // MARK: Tries

    /// Checks node after node: a trie may be as deep as its longest pattern, which no stack has to hold.
    private mutating func verifyTrie(_ root: Int, payload: Payload) throws(VerificationFailure) {
        var waiting = [root]
        while let node = waiting.popLast() {
            guard isNew(.trie(payload), node) else { continue }
            try verifyNode(node, payload: payload, children: &waiting)
        }
    }

    private mutating func verifyNode(
        _ trie: Int, payload: Payload, children waiting: inout [Int]
    ) throws(VerificationFailure) {
        let shape = try shape(of: trie)
        try image.spend(shape.terminalCount + shape.childCount, at: trie)
        for terminal in 0..<shape.terminalCount {
            try verifyTerminal(shape.terminals + terminal * 2, of: trie, payload: payload)
        }
        var previous = -1
        for child in 0..<shape.childCount {
            let at = shape.children + child * 2
            try image.expect(Int(words[at]) > previous && words[at] < 256, at, "children in byte order")
            previous = Int(words[at])
            waiting.append(try verifiedChild(at, of: trie))
        }
    }

    /// What a node consists of, all of it within the image.
    private func shape(of trie: Int) throws(VerificationFailure) -> TrieShape {
        let isWide = words[trie] == Format.TrieNode.wide
        try image.expect(!isWide || trie + 3 < words.count, trie, "a trie node within the image")
        let shape = TrieShape(at: trie) { words[$0] }
        try image.expect(shape.labelCount <= (words.count - shape.label) * 4, trie, "a label within the image")
        // Three numbers of 32 bits are far from where these sums would overflow.
        try image.expect(
            shape.children + shape.childCount * 2 <= words.count, trie, "a trie node within the image")
        return shape
    }

    private mutating func verifyTerminal(
        _ at: Int, of trie: Int, payload: Payload
    ) throws(VerificationFailure) {
        try image.verifyProgram(at: at, before: trie)
        switch payload {
        case .leaf: try verifyLeaf(image.node(at + 1, before: trie, size: 1))
        case .body: try verifyBody(image.node(at + 1, before: trie, size: Format.Body.conditions))
        case .entry:
            let entry = try image.node(at + 1, before: trie, size: Format.RegistryEntry.size)
            if isNew(.entry, entry) { entries.append(entry) }
        case .nothing: break
        }
    }

    /// A child's label begins with the byte by which it is found.
    private func verifiedChild(_ at: Int, of trie: Int) throws(VerificationFailure) -> Int {
        let child = try image.node(at + 1, before: trie, size: Format.TrieNode.sizeMin)
        let shape = try shape(of: child)
        try image.expect(shape.labelCount > 0, child, "a child with a label")
        try image.expect(words[shape.label] & 0xFF == words[at], at, "the first byte of the child's label")
        return child
    }

    // MARK: Resources and bodies

    private mutating func verifyLeaf(_ leaf: Int) throws(VerificationFailure) {
        guard isNew(.leaf, leaf) else { return }
        for index in 0..<(try image.count(leaf, entrySize: 1, from: leaf + 1)) {
            try verifyResources(
                image.node(leaf + 1 + index, before: leaf, size: Format.ResourceIndex.size), payload: .body)
        }
    }

    /// An index of resources, whose payloads are bodies, or nothing in particular where it is an exclusion.
    private mutating func verifyResources(_ index: Int, payload: Payload) throws(VerificationFailure) {
        guard isNew(.resources(payload), index) else { return }
        if words[index + Format.ResourceIndex.any] != 0 {
            let list = try image.node(index + Format.ResourceIndex.any, before: index, size: 1)
            for body in 0..<(try image.count(list, entrySize: 1, from: list + 1)) where payload == .body {
                try verifyBody(image.node(list + 1 + body, before: list, size: Format.Body.conditions))
            }
        }
        if words[index + Format.ResourceIndex.trie] != 0 {
            try verifyTrie(
                image.node(index + Format.ResourceIndex.trie, before: index, size: Format.TrieNode.sizeMin),
                payload: payload)
        }
        guard words[index + Format.ResourceIndex.notList] != 0 else { return }
        try image.expect(payload == .body, index, "an exclusion without a not-list")
        let list = try image.node(index + Format.ResourceIndex.notList, before: index, size: 1)
        for entry in 0..<(try image.count(list, entrySize: 2, from: list + 1)) {
            let at = list + Format.NotList.entries + entry * 2
            try verifyResources(image.node(at, before: list, size: Format.ResourceIndex.size), payload: .nothing)
            try verifyBody(image.node(at + 1, before: list, size: Format.Body.conditions))
        }
    }

    private mutating func verifyBody(_ body: Int) throws(VerificationFailure) {
        guard isNew(.body, body) else { return }
        let statements = words[Format.Document.statementCount]
        try image.expect(words[body + Format.Body.statement] < statements, body, "a statement of the document")
        if words[body + Format.Body.principal] != 0 {
            let principal = try image.node(
                body + Format.Body.principal, before: body, size: Format.Principal.entries)
            if isNew(.principal, principal) { try verifyPrincipal(principal) }
        }
        let count = try image.count(
            body + Format.Body.conditionCount, entrySize: 2, from: body + Format.Body.conditions)
        for index in 0..<count {
            let at = body + Format.Body.conditions + index
            try conditions.verify(Int(words[at]), from: at)
        }
    }

    private func verifyPrincipal(_ principal: Int) throws(VerificationFailure) {
        let entries = try image.count(
            principal + Format.Principal.count, entrySize: 2, from: principal + Format.Principal.entries)
        for entry in 0..<entries {
            let at = principal + Format.Principal.entries + entry * 2
            try image.expect(
                (Format.Principal.everyone...Format.Principal.canonicalUser).contains(words[at]), at,
                "a known form of principal")
            if words[at] != Format.Principal.everyone { try image.verifyBytes(at + 1, before: principal) }
        }
    }
}
