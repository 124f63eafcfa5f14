internal import DecisionTree
internal import PolicyModel

/// Writes one document's tree, from its bodies up to its header.
struct DocumentEmitter {
    private let document: Document
    private let completesARNs: Bool
    private let symbols: Symbols
    private var writer = ImageWriter(header: Format.Document.size)
    private var programs: ProgramWriter
    private var bodies: [UInt32] = []
    /// Leaves by the statements they lead to, for both effects.
    private var leaves: [[Int]: UInt32] = [:]
    /// The leaf of each statement alone, for both effects; 0 where there is none yet.
    private var ownLeaves: [UInt32]
    /// The index of each statement's resources; 0 where there is none yet.
    private var ownIndexes: [UInt32]
    /// The service of the last action of the effect that is being written, with its colon, where that was one.
    private var lastService: Text?
    private var mergedPatternsLeft: Int
    /// The services that an Allow can match, a bit each; all ones for `*`, `*:…` and `NotAction`.
    private var allowMask: UInt64 = 0
    /// The same of denies, but for those with `NotAction`.
    private var denyMask: UInt64 = 0

    /// Patterns that leaves may repeat, over those that are written once a statement.
    ///
    /// A leaf whose statements' resources stand in one trie finds its way in one walk; but statements with many actions
    /// in common and many resources would multiply. Beyond this a leaf lists its statements' own indexes.
    static let mergedPatternsMax = 4_096

    init(document: Document, completesARNs: Bool, symbols: Symbols) {
        self.document = document
        self.completesARNs = completesARNs
        self.symbols = symbols
        programs = ProgramWriter { symbols.testedKey($0) }
        ownLeaves = Array(repeating: 0, count: document.statements.count)
        ownIndexes = ownLeaves
        let patterns = document.statements.reduce(0) { $0 + ($1.resource?.patterns.count ?? 1) }
        mergedPatternsLeft = DocumentEmitter.mergedPatternsMax + patterns * 4
    }

    /// Writes everything and gives the words.
    mutating func emit() -> [UInt32] {
        for (number, statement) in document.statements.enumerated() { bodies.append(emitBody(statement, number)) }
        let allow = emitIndex(.allow)
        let deny = emitIndex(.deny)
        var flags: UInt32 = 0
        if tests({ $0.isSessionFact }) || refusesProvider { flags |= Format.DocumentFlag.testsSessionFacts }
        if tests({ $0 == .tokenIssueTime }) { flags |= Format.DocumentFlag.testsTokenIssueTime }
        if allow != 0 { flags |= Format.DocumentFlag.hasAllow }
        if deny != 0 { flags |= Format.DocumentFlag.hasDeny }
        let facts = DocumentFacts(writer.words)
        if facts.allowsAll(Int(allow)) { flags |= Format.DocumentFlag.allowsAll }
        if facts.hasNotList(Int(deny)) { flags |= Format.DocumentFlag.deniesOthers }
        writer.set(Format.Document.magic, Format.documentMagic)
        writer.set(Format.Document.statementCount, UInt32(document.statements.count))
        writer.set(Format.Document.flags, flags)
        writer.set(Format.Document.allowMask, pair: allowMask)
        writer.set(Format.Document.denyMask, pair: denyMask)
        writer.set(Format.Document.openMask, pair: facts.openMask(Int(allow)))
        writer.set(Format.Document.denyGate, facts.gate(Int(deny)))
        writer.set(Format.Document.allow, allow)
        writer.set(Format.Document.deny, deny)
        return writer.words
    }

    // MARK: Actions

    private mutating func emitIndex(_ effect: Effect) -> UInt32 {
        var exact = StatementLists()
        var services = StatementLists()
        var patterns: [[Piece]: [Int]] = [:]
        var order: [[Piece]] = []
        var notActions: [Int] = []
        // Each effect has a mask of its own.
        lastService = nil
        for (number, statement) in document.statements.enumerated() where statement.effect == effect {
            // "NotPrincipal only with Effect: Deny" (spec §6.6): with Allow it is refused on write and grants nothing.
            if effect == .allow, case .notPrincipal = statement.principal { continue }
            guard case .action(let names) = statement.action else {
                notActions.append(number)
                // Denies of this kind are told by a flag, for they are passed over by their gate.
                if effect == .allow { allowMask = .max }
                continue
            }
            for name in names {
                let folded = name.foldedASCII
                widenMask(folded, effect)
                if Lowering.isExact(action: folded) {
                    exact.add(number, of: symbols.action(folded))
                    continue
                }
                let pieces = Lowering.action(folded: folded)
                if let symbol = serviceSymbol(pieces) {
                    services.add(number, of: symbol)
                } else if patterns[pieces] == nil {
                    order.append(pieces)
                    patterns[pieces] = [number]
                } else if patterns[pieces]?.last != number {
                    patterns[pieces]?.append(number)
                }
            }
        }
        guard !exact.isEmpty || !services.isEmpty || !order.isEmpty || !notActions.isEmpty else { return 0 }
        let table = emitExact(leaves(exact))
        let serviceTable = emitExact(leaves(services))
        let trie = emitTrie(order.map { ($0, leaf(patterns[$0] ?? [])) })
        let notList = emitNotActions(notActions)
        return append([table, serviceTable, trie, notList])
    }

    /// The service of which a pattern takes every action: `svc:*`.
    private func serviceSymbol(_ pieces: [Piece]) -> UInt32? {
        guard pieces.count == 2, pieces[1] == .anyRun, case .literal(let bytes) = pieces[0],
            bytes.firstIndex(of: ASCII.colon) == bytes.count - 1, bytes.count > 1
        else { return nil }
        let symbol = symbols.service(Text(String(decoding: bytes.dropLast(), as: UTF8.self)))
        // Beyond, symbols do not fit what the table of actions says of services.
        return symbol < Format.ActionSymbol.noService ? symbol : nil
    }

    /// A leaf a symbol, in the order of symbols: equal documents are equal words.
    private mutating func leaves(_ lists: StatementLists) -> [(symbol: UInt32, payload: UInt32)] {
        lists.grouped.map { ($0.symbol, leaf($0.statements)) }
    }

    private mutating func widenMask(_ folded: Text, _ effect: Effect) {
        // Most statements are about one service.
        if let lastService, folded.hasPrefix(lastService) { return }
        let service = folded.split(at: ASCII.colon, maximum: 2)
        let isOpen = service.count < 2 || service[0].utf8.contains { $0 == ASCII.star || $0 == ASCII.questionMark }
        let mask = isOpen ? .max : Format.ServiceMask.mask(of: symbols.service(service[0]))
        if effect == .allow { allowMask |= mask } else { denyMask |= mask }
        lastService = isOpen ? nil : Text(service[0].string + ":")
    }

    /// - Parameter payloads: in the order of their symbols, of which none comes twice.
    private mutating func emitExact(_ payloads: [(symbol: UInt32, payload: UInt32)]) -> UInt32 {
        guard !payloads.isEmpty else { return 0 }
        var capacity = 2
        while capacity < payloads.count * 2 { capacity *= 2 }
        let offset = append([UInt32(capacity - 1)])
        for _ in 0..<capacity {
            writer.append(Format.ExactTable.empty)
            writer.append(0)
        }
        let slots = Int(offset) + Format.ExactTable.slots
        for (symbol, payload) in payloads {
            var position = Int(Format.ExactTable.position(of: symbol, mask: UInt32(capacity - 1)))
            while writer.words[slots + position * 2] != Format.ExactTable.empty {
                position = (position + 1) & (capacity - 1)
            }
            writer.set(slots + position * 2, symbol)
            writer.set(slots + position * 2 + 1, payload)
        }
        return offset
    }

    private mutating func emitTrie(_ entries: [([Piece], UInt32)]) -> UInt32 {
        guard !entries.isEmpty else { return 0 }
        var trie = TrieBuilder()
        for (pieces, payload) in entries { trie.insert(pieces, payload: payload) }
        return trie.emit(&programs, into: &writer)
    }

    private mutating func emitNotActions(_ numbers: [Int]) -> UInt32 {
        guard !numbers.isEmpty else { return 0 }
        var entries: [UInt32] = [UInt32(numbers.count)]
        for number in numbers {
            entries.append(emitExclusion(document.statements[number].action.patterns))
            entries.append(leaf([number]))
        }
        return append(entries)
    }

    private mutating func emitExclusion(_ names: [Text]) -> UInt32 {
        var exact: Set<UInt32> = []
        var services: Set<UInt32> = []
        var patterns: [([Piece], UInt32)] = []
        for name in names {
            let folded = name.foldedASCII
            if Lowering.isExact(action: folded) {
                exact.insert(symbols.action(folded))
                continue
            }
            let pieces = Lowering.action(folded: folded)
            if let symbol = serviceSymbol(pieces) { services.insert(symbol) } else { patterns.append((pieces, 1)) }
        }
        let table = emitExact(exact.sorted().map { ($0, 1) })
        let serviceTable = emitExact(services.sorted().map { ($0, 1) })
        return append([table, serviceTable, emitTrie(patterns), 0])
    }

    private mutating func append(_ words: [UInt32]) -> UInt32 {
        let offset = writer.offset
        for word in words { writer.append(word) }
        return offset
    }

    // MARK: Resources

    /// The leaf for statements: their resources in one index while that is small, else one index a statement.
    private mutating func leaf(_ numbers: [Int]) -> UInt32 {
        if numbers.count == 1 { return ownLeaf(numbers[0]) }
        if let leaf = leaves[numbers] { return leaf }
        let patterns = numbers.reduce(0) { $0 + (document.statements[$1].resource?.patterns.count ?? 1) }
        let isMerged = patterns <= mergedPatternsLeft
        let offsets: [UInt32]
        if isMerged {
            mergedPatternsLeft -= patterns
            offsets = [emitResources(numbers)]
        } else {
            offsets = numbers.map { ownIndex($0) }
        }
        let leaf = append([UInt32(offsets.count)] + offsets)
        leaves[numbers] = leaf
        return leaf
    }

    private mutating func ownLeaf(_ number: Int) -> UInt32 {
        if ownLeaves[number] == 0 { ownLeaves[number] = append([1, ownIndex(number)]) }
        return ownLeaves[number]
    }

    private mutating func ownIndex(_ number: Int) -> UInt32 {
        if ownIndexes[number] == 0 { ownIndexes[number] = emitResources(CollectionOfOne(number)) }
        return ownIndexes[number]
    }

    private mutating func emitResources(_ numbers: some Collection<Int>) -> UInt32 {
        var any: [UInt32] = []
        var patterns: [([Piece], UInt32)] = []
        var notList: [UInt32] = []
        for number in numbers {
            let body = bodies[number]
            switch document.statements[number].resource {
            // Absent: the resource that the policy hangs on (spec §2.4).
            case nil: any.append(body)
            case .resource(let values):
                if values.contains(where: Lowering.matchesEverything) {
                    any.append(body)
                } else {
                    patterns += lowered(values).map { ($0, body) }
                }
            case .notResource(let values):
                notList.append(emitExcludedResources(values))
                notList.append(body)
            }
        }
        let anyOffset = any.isEmpty ? 0 : append([UInt32(any.count)] + any)
        let trie = emitTrie(patterns)
        let notOffset = notList.isEmpty ? 0 : append([UInt32(notList.count / 2)] + notList)
        return append([anyOffset, trie, notOffset])
    }

    private mutating func emitExcludedResources(_ values: [Text]) -> UInt32 {
        let isAny = values.contains(where: Lowering.matchesEverything)
        let any = isAny ? append([0]) : 0
        let trie = isAny ? 0 : emitTrie(lowered(values).map { ($0, 1) })
        return append([any, trie, 0])
    }

    private func lowered(_ values: [Text]) -> [[Piece]] {
        let pieces = values.compactMap {
            Lowering.resource($0, expandsVariables: document.expandsVariables, completes: completesARNs)
        }
        guard pieces.count > 1 else { return pieces }
        var seen: Set<[Piece]> = []
        return pieces.filter { seen.insert($0).inserted }
    }

    // MARK: Bodies

    private mutating func emitBody(_ statement: Statement, _ number: Int) -> UInt32 {
        let principal = statement.principal.map { emitPrincipal($0) } ?? 0
        let conditions = statement.conditions.enumerated()
            .map { ordinal, condition in
                (
                    cost: DocumentEmitter.cost(condition),
                    node: symbols.condition(condition, expandsVariables: document.expandsVariables),
                    ordinal: UInt32(ordinal)
                )
            }
            .sorted { ($0.cost, $0.node, $0.ordinal) < ($1.cost, $1.node, $1.ordinal) }
        return append(
            [UInt32(number), principal, UInt32(conditions.count)] + conditions.map(\.node) + conditions.map(\.ordinal))
    }

    /// Cheap tests first: a false one spares the others.
    private static func cost(_ condition: Condition) -> Int {
        let weight: Int
        switch condition.operator.base.family {
        case .null: weight = 0
        case .bool: weight = 1
        case .string: weight = condition.operator.base.takesWildcards ? 6 : 2
        case .ip, .numeric, .date: weight = 4
        case .arn, .binary: weight = 8
        }
        return weight * 10_000 + min(condition.values.count, 9_999)
    }

    private mutating func emitPrincipal(_ element: PrincipalElement) -> UInt32 {
        var words: [UInt32] = []
        for pattern in element.patterns {
            let (kind, name) = DocumentEmitter.written(pattern)
            words.append(kind)
            words.append(name.map { writer.append(bytes: $0.utf8) } ?? 0)
        }
        let isNot: UInt32 = if case .notPrincipal = element { 1 } else { 0 }
        return append([isNot, UInt32(element.patterns.count)] + words)
    }

    private static func written(_ pattern: PrincipalPattern) -> (UInt32, Text?) {
        switch pattern {
        case .everyone: (Format.Principal.everyone, nil)
        case .account(let account): (Format.Principal.account, account.text)
        case .user(let arn): (Format.Principal.user, arn)
        case .role(let arn): (Format.Principal.role, arn)
        case .assumedRole(let arn): (Format.Principal.assumedRole, arn)
        case .federatedUser(let arn): (Format.Principal.federatedUser, arn)
        case .userID(let id): (Format.Principal.userID, id)
        case .roleID(let id): (Format.Principal.roleID, id)
        case .federated(let provider): (Format.Principal.federated, provider)
        case .service(let name): (Format.Principal.service, name)
        case .canonicalUser(let id): (Format.Principal.canonicalUser, id)
        }
    }

    /// Whether the document reads one of some keys, in a condition or a variable (design §3.3 `sessionRequired`).
    private func tests(_ isWanted: (GlobalConditionKey) -> Bool) -> Bool {
        func reads(_ text: Text) -> Bool {
            variables(of: text).contains { GlobalConditionKey(rawValue: $0.foldedASCII.string).map(isWanted) ?? false }
        }
        return document.statements.contains { statement in
            statement.conditions.contains { condition in
                let key = GlobalConditionKey(rawValue: condition.key.foldedASCII.string)
                return key.map(isWanted) ?? false
                    || (condition.operator.base.takesVariables && condition.values.contains(where: reads))
            } || (statement.resource?.patterns.contains(where: reads) ?? false)
        }
    }

    /// Whether a Deny names an identity provider: who is refused by it is not let through for want of knowing it.
    private var refusesProvider: Bool {
        document.statements.contains { statement in
            guard statement.effect == .deny, case .principal(let patterns) = statement.principal else { return false }
            return patterns.contains { if case .federated = $0 { true } else { false } }
        }
    }

    private func variables(of text: Text) -> [Text] {
        guard document.expandsVariables, text.hasVariableMark else { return [] }
        do throws(VariableText.Malformed) {
            return try VariableText(expanding: text).parts.compactMap { part in
                if case .variable(let key, _) = part { key } else { nil }
            }
        } catch {
            return []
        }
    }
}

/// Statements by a symbol that they name.
private struct StatementLists {
    /// In the order of statements.
    private var pairs: [(symbol: UInt32, statement: Int)] = []

    var isEmpty: Bool { pairs.isEmpty }

    mutating func add(_ statement: Int, of symbol: UInt32) { pairs.append((symbol, statement)) }

    /// Each symbol with its statements, both in order, nothing twice.
    var grouped: [(symbol: UInt32, statements: [Int])] {
        let sorted = pairs.sorted { ($0.symbol, $0.statement) < ($1.symbol, $1.statement) }
        var groups: [(symbol: UInt32, statements: [Int])] = []
        var last: (symbol: UInt32, statement: Int)?
        for pair in sorted {
            if let last, last == pair { continue }
            if last?.symbol == pair.symbol {
                groups[groups.count - 1].statements.append(pair.statement)
            } else {
                groups.append((pair.symbol, [pair.statement]))
            }
            last = pair
        }
        return groups
    }
}
