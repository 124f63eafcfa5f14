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

/// Checks that a compiled document can be walked: every offset in range and pointing backwards, every kind known, and
/// every condition that it names one that can be evaluated.
///
/// A compiled document is verified before it can get into a snapshot, so that a fault of the compiler is an error at
/// load and never the end of the process.
public struct Verifier {
    private let image: UncheckedWords
    private let conditions: ConditionVerifier
    private var checked: Set<Checked> = []

    /// A node with what it was checked as: the same words may be sound as one kind and not as another.
    private struct Checked: Hashable {
        enum Kind: Hashable {
            case trie(Payload), resources(Payload), leaf, body, principal, condition
        }
        var kind: Kind
        var node: Int
    }

    /// What the entries of a trie or an index lead to.
    private enum Payload {
        case leaf, body, nothing
    }

    /// Prepares to verify the words of one document against the conditions and keys it may refer to.
    ///
    /// - Parameter conditionCount: how many conditions have a number.
    public init(document words: [UInt32], conditions: [UInt32], conditionCount: Int, keyCount: Int) {
        image = UncheckedWords(words: words, firstNode: Format.Document.size, keyCount: keyCount)
        self.conditions = ConditionVerifier(conditions, conditionCount: conditionCount, keyCount: keyCount)
    }

    private var words: [UInt32] { image.words }

    /// Verifies the document from its header down.
    public mutating func verify() throws(VerificationFailure) {
        try image.expect(words.count >= Format.Document.size, 0, "a document header")
        try image.expect(words[Format.Document.magic] == Format.documentMagic, 0, "the format's magic word")
        try verifyIndex(Format.Document.allow, flag: Format.DocumentFlag.hasAllow)
        try verifyIndex(Format.Document.deny, flag: Format.DocumentFlag.hasDeny)
        try verifyFacts()
    }

    /// What the header says of all statements, for which walks are spared: no Allow may come of it that they do not give,
    /// and no Deny be missed.
    private func verifyFacts() throws(VerificationFailure) {
        let facts = DocumentFacts(words)
        let (allow, deny) = (Int(words[Format.Document.allow]), Int(words[Format.Document.deny]))
        let flags = words[Format.Document.flags]
        try image.expect(
            (flags & Format.DocumentFlag.allowsAll != 0) == facts.allowsAll(allow), Format.Document.flags,
            "a flag that agrees with an Allow of everything")
        try image.expect(
            (flags & Format.DocumentFlag.deniesOthers != 0) == facts.hasNotList(deny), Format.Document.flags,
            "a flag that agrees with a Deny of all but some actions")
        let open = UInt64(words[Format.Document.openMask + 1]) << 32 | UInt64(words[Format.Document.openMask])
        try image.expect(
            open == facts.openMask(allow), Format.Document.openMask, "a mask of the services that are allowed whole")
        try image.expect(
            words[Format.Document.denyGate] == facts.gate(deny), Format.Document.denyGate,
            "a condition that every Deny of all but some actions has")
    }

    private mutating func isNew(_ kind: Checked.Kind, _ node: Int) -> Bool {
        checked.insert(Checked(kind: kind, node: node)).inserted
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
        let mask = Int(words[table + Format.ExactTable.mask])
        try image.expect((mask + 1).nonzeroBitCount == 1, table, "a power of two of slots")
        try image.expect(
            mask < (words.count - table - Format.ExactTable.slots) / 2, table, "slots within the image")
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

    private mutating func verifyTrie(_ trie: Int, payload: Payload) throws(VerificationFailure) {
        guard isNew(.trie(payload), trie) else { return }
        let end = try endOfLabel(trie)
        let terminals = try image.count(end + Format.TrieNode.terminalCount, entrySize: 2, from: end)
        let children = try image.count(end + Format.TrieNode.childCount, entrySize: 2, from: end)
        let firstChild = end + Format.TrieNode.terminals + terminals * 2
        try image.expect(firstChild + children * 2 <= words.count, trie, "a trie node within the image")
        for terminal in 0..<terminals {
            try verifyTerminal(end + Format.TrieNode.terminals + terminal * 2, of: trie, payload: payload)
        }
        var previous = -1
        for child in 0..<children {
            let at = firstChild + child * 2
            try image.expect(Int(words[at]) > previous && words[at] < 256, at, "children in byte order")
            previous = Int(words[at])
            try verifyChild(at, of: trie, payload: payload)
        }
    }

    /// Where a node's label ends, two words of the node being left.
    private func endOfLabel(_ trie: Int) throws(VerificationFailure) -> Int {
        let label = Int(words[trie])
        try image.expect(label <= (words.count - trie) * 4, trie, "a label within the image")
        let end = Format.TrieNode.end(ofLabel: label, at: trie)
        try image.expect(end + Format.TrieNode.terminals <= words.count, trie, "a trie node within the image")
        return end
    }

    private mutating func verifyTerminal(
        _ at: Int, of trie: Int, payload: Payload
    ) throws(VerificationFailure) {
        try image.verifyProgram(at: at, before: trie)
        switch payload {
        case .leaf: try verifyLeaf(image.node(at + 1, before: trie, size: 1))
        case .body: try verifyBody(image.node(at + 1, before: trie, size: Format.Body.conditions))
        case .nothing: break
        }
    }

    /// A child's label begins with the byte by which it is found.
    private mutating func verifyChild(_ at: Int, of trie: Int, payload: Payload) throws(VerificationFailure) {
        let child = try image.node(at + 1, before: trie, size: Format.TrieNode.sizeMin)
        try image.expect(words[child] > 0, child, "a child with a label")
        try image.expect(words[child + 1] & 0xFF == words[at], at, "the first byte of the child's label")
        try verifyTrie(child, payload: payload)
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
            if isNew(.condition, Int(words[at])) { try conditions.verify(Int(words[at]), from: at) }
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
