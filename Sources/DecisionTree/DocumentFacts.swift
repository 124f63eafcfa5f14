/// What follows from all statements of a document: the compiler writes it into the header, and the verifier finds it out
/// again before it believes it.
///
/// It reads words that nobody has verified yet, and takes what is not there as 0.
public struct DocumentFacts {
    private let count: Int
    private let read: (Int) -> UInt32
    /// What looking at words may cost that somebody else wrote.
    private let budget: VerificationBudget?

    /// Prepares to look at a document's words.
    public init(_ words: [UInt32]) {
        count = words.count
        read = { words[$0] }
        budget = nil
    }

    /// The same of words that nobody has vouched for: what many share is not looked at for each of them.
    init(unchecked words: Image) {
        count = words.count
        read = { words[$0] }
        budget = VerificationBudget(wordCount: words.count)
    }

    /// Whether looking came to its end too early: then nothing that was found holds.
    var isExhausted: Bool { budget.map { !$0.spend(0) } ?? false }

    private func word(_ offset: Int) -> UInt32 { offset < count ? read(offset) : 0 }
    private func offset(_ offset: Int) -> Int { Int(word(offset)) }

    /// Where the entries of a list begin, one every `size` words: no more of them than there are words.
    private func entries(_ list: Int, count: Int, size: Int) -> [Int] {
        let number = min(count, self.count / size)
        guard list < self.count, budget?.spend(number) ?? true else { return [] }
        return (0..<number).map { list + $0 * size }
    }

    // MARK: Allow all

    /// Whether an Allow of the index is `*` for `*` without principal and conditions.
    public func allowsAll(_ index: Int) -> Bool {
        guard index != 0 else { return false }
        let trie = offset(index + Format.ActionIndex.trie)
        // `*` has no literal prefix: it stands at a root without a label, or nowhere.
        guard trie != 0 else { return false }
        let shape = TrieShape(at: trie, word)
        guard shape.labelCount == 0 else { return false }
        return entries(shape.terminals, count: shape.terminalCount, size: 2)
            .contains { offset($0) == Format.Program.anything && hasOpenBody(offset($0 + 1)) }
    }

    /// The services of which the index allows every question, a bit each; services that share a bit have none.
    public func openMask(_ index: Int) -> UInt64 {
        guard index != 0 else { return 0 }
        if allowsAll(index) { return .max }
        let table = offset(index + Format.ActionIndex.services)
        guard table != 0 else { return 0 }
        var mask: UInt64 = 0
        // Services may have a leaf in common.
        var known: [Int: Bool] = [:]
        for slot in entries(table + Format.ExactTable.slots, count: offset(table) + 1, size: 2)
        where word(slot) < Format.ServiceMask.sharedBit {
            let leaf = offset(slot + 1)
            let isOpen = known[leaf] ?? hasOpenBody(leaf)
            known[leaf] = isOpen
            if isOpen { mask |= Format.ServiceMask.mask(of: word(slot)) }
        }
        return mask
    }

    private func hasOpenBody(_ leaf: Int) -> Bool {
        entries(leaf + 1, count: offset(leaf), size: 1).contains { entry in
            let any = offset(offset(entry) + Format.ResourceIndex.any)
            guard any != 0 else { return false }
            return entries(any + 1, count: offset(any), size: 1).contains { entry in
                let body = offset(entry)
                return body != 0 && word(body + Format.Body.principal) == 0
                    && word(body + Format.Body.conditionCount) == 0
            }
        }
    }

    // MARK: The gate

    /// Whether the index has a not-list.
    public func hasNotList(_ index: Int) -> Bool { index != 0 && word(index + Format.ActionIndex.notList) != 0 }

    /// How many of the first body's conditions may become a gate: the cheapest, which come first.
    private static let gateCandidatesMax = 8

    /// A condition that every body behind the index's not-list has: the cheapest one of the first body; 0 for none.
    ///
    /// Takes time in proportion to the document: each body once, and few conditions to look for in it.
    public func gate(_ index: Int) -> UInt32 {
        guard hasNotList(index) else { return 0 }
        var seen: Set<Int> = []
        let list = offset(index + Format.ActionIndex.notList)
        var common: [UInt32]?
        for entry in entries(list + Format.NotList.entries, count: offset(list), size: 2) {
            for body in bodies(ofLeaf: offset(entry + 1)) where seen.insert(body).inserted {
                let own = conditions(of: body)
                common = common.map { $0.filter(own.contains) } ?? Array(own.prefix(DocumentFacts.gateCandidatesMax))
                if common?.isEmpty ?? false { return 0 }
            }
        }
        return common?.first ?? 0
    }

    private func conditions(of body: Int) -> [UInt32] {
        entries(body + Format.Body.conditions, count: offset(body + Format.Body.conditionCount), size: 1).map {
            word($0)
        }
    }

    /// Every body that a leaf can lead to.
    private func bodies(ofLeaf leaf: Int) -> [Int] {
        entries(leaf + 1, count: offset(leaf), size: 1).flatMap { entry in
            let index = offset(entry)
            let (any, notList) = (
                offset(index + Format.ResourceIndex.any), offset(index + Format.ResourceIndex.notList)
            )
            let open = any == 0 ? [] : entries(any + 1, count: offset(any), size: 1).map { offset($0) }
            let others =
                notList == 0
                ? []
                : entries(notList + Format.NotList.entries, count: offset(notList), size: 2).map { offset($0 + 1) }
            return open + others + bodies(ofTrie: offset(index + Format.ResourceIndex.trie))
        }
    }

    private func bodies(ofTrie root: Int) -> [Int] {
        var (bodies, waiting) = ([Int](), root == 0 ? [] : [root])
        var seen: Set<Int> = []
        while let node = waiting.popLast() {
            // Each node once, whatever the words say.
            guard seen.insert(node).inserted else { continue }
            let shape = TrieShape(at: node, word)
            bodies += entries(shape.terminals, count: shape.terminalCount, size: 2).map { offset($0 + 1) }
            let children = entries(shape.children, count: shape.childCount, size: 2)
            waiting += children.map { offset($0 + 1) }.filter { $0 != 0 }
        }
        return bodies
    }
}
