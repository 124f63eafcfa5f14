public import DecisionTree
public import PolicyModel

/// A principal as tables are built from it.
public struct PrincipalInput: Sendable {
    /// Whether it is a role rather than a user.
    public var isRole: Bool
    /// The account it belongs to.
    public var account: AccountID
    /// The ARN with path.
    public var arn: Text
    /// The unique id, where there is one.
    public var id: Text?
    /// The name, unique in its account without ASCII case.
    public var name: Text
    /// Whether every decision for it is a denial (design §3.2 rule 3).
    public var isQuarantined: Bool
    /// Document slots of its own: inline and attached.
    public var ownSlots: [UInt32]
    /// Document slots of each of its groups.
    public var groupSlots: [[UInt32]]
    /// The permissions boundary's document slot.
    public var boundarySlot: UInt32?
    /// Its tags.
    public var tags: [(key: Text, value: Text)]

    /// Makes the input.
    public init(
        isRole: Bool, account: AccountID, arn: Text, id: Text?, name: Text, isQuarantined: Bool, ownSlots: [UInt32],
        groupSlots: [[UInt32]] = [], boundarySlot: UInt32?, tags: [(key: Text, value: Text)]
    ) {
        self.isRole = isRole
        self.account = account
        self.arn = arn
        self.id = id
        self.name = name
        self.isQuarantined = isQuarantined
        self.ownSlots = ownSlots
        self.groupSlots = groupSlots
        self.boundarySlot = boundarySlot
        self.tags = tags
    }
}

/// An account as tables are built from it.
public struct AccountInput: Sendable {
    /// The unique id, where there is one.
    public var id: AccountID
    /// Whether its root user may ask.
    public var isRootUserEnabled: Bool
    /// What `{"CanonicalUser": …}` names it by.
    public var canonicalID: Text?

    /// Makes the input.
    public init(id: AccountID, isRootUserEnabled: Bool, canonicalID: Text?) {
        self.id = id
        self.isRootUserEnabled = isRootUserEnabled
        self.canonicalID = canonicalID
    }
}

/// A registry entry as tables are built from it.
public struct RegistryInput: Sendable {
    /// An ARN or an ARN pattern.
    public var pattern: Text
    /// The account that owns what matches.
    public var owner: AccountID
    /// Whether what matches is only reached through a resource policy (spec §6.3).
    public var isPolicyRequired: Bool
    /// The policy's document slot.
    public var policySlot: UInt32?
    /// `nil` when the entry says nothing of tags.
    public var tags: [(key: Text, value: Text)]?

    /// Makes the input.
    public init(
        pattern: Text, owner: AccountID, isPolicyRequired: Bool, policySlot: UInt32?,
        tags: [(key: Text, value: Text)]?
    ) {
        self.pattern = pattern
        self.owner = owner
        self.isPolicyRequired = isPolicyRequired
        self.policySlot = policySlot
        self.tags = tags
    }
}

/// Emits the tables of a snapshot: documents by slot, sets, principals, accounts, registry, symbols.
///
/// Inputs are taken in the order given; give them sorted, so that equal stores make equal tables.
public struct TablesBuilder {
    private let symbols: Symbols
    private let documents: [CompiledDocument]
    private var directory = ImageWriter(header: 1)
    private var sets: [[UInt32]: UInt32] = [:]
    private var accountRecords: [AccountID: UInt32] = [:]
    private var accounts: [(name: Text, payload: UInt32)] = []
    private var users: [(name: Text, payload: UInt32)] = []
    private var roles: [(name: Text, payload: UInt32)] = []
    private var entries: [RegistryInput] = []

    /// Begins tables with documents that `symbols` compiled; a document's index is its slot.
    public init(symbols: Symbols, documents: [CompiledDocument]) {
        self.symbols = symbols
        self.documents = documents
    }

    /// Adds an account; its principals come after it.
    public mutating func add(_ account: AccountInput) {
        let id = directory.append(bytes: account.id.text.utf8)
        let canonical = account.canonicalID.map { directory.append(bytes: $0.utf8) } ?? 0
        let record = directory.offset
        directory.append(account.isRootUserEnabled ? Format.AccountRecord.isRootEnabled : 0)
        directory.append(id)
        directory.append(canonical)
        accountRecords[account.id] = record
        accounts.append((account.id.text, record))
    }

    /// Adds a user or role of an account that was added before; one of another account is left out.
    public mutating func add(_ principal: PrincipalInput) {
        guard let account = accountRecords[principal.account] else { return }
        let arn = directory.append(bytes: principal.arn.utf8)
        let id = principal.id.map { directory.append(bytes: $0.utf8) } ?? 0
        let name = directory.append(bytes: principal.name.utf8)
        let own = set(principal.ownSlots)
        let boundary = principal.boundarySlot.map { set([$0]) } ?? 0
        let groups = principal.groupSlots.map { set($0) }.filter { $0 != 0 }
        let tags = emit(tags: principal.tags, prefix: .principalTag, into: &directory)
        let record = directory.offset
        directory.append(principal.isRole ? Format.PrincipalRecord.role : Format.PrincipalRecord.user)
        directory.append(principal.isQuarantined ? Format.PrincipalRecord.isQuarantined : 0)
        for word in [account, arn, id, name, own, boundary, tags, UInt32(groups.count)] + groups {
            directory.append(word)
        }
        if principal.isRole {
            roles.append((Text("\(principal.account):assumed-role/\(principal.name)"), record))
        } else {
            users.append((principal.arn, record))
        }
    }

    /// Adds a registry entry.
    public mutating func add(_ entry: RegistryInput) {
        entries.append(entry)
    }

    /// The tables of everything that was added.
    ///
    /// - Parameter declaredKeys: application keys that the schema declares, folded.
    public mutating func build(declaredKeys: [(key: Text, declaration: KeyDeclaration)]) -> DecisionTables {
        let registry = emitRegistry()
        for declared in declaredKeys { _ = symbols.key(declared.key) }
        var keyFlags = symbols.keyFlags
        for declared in declaredKeys {
            keyFlags[Int(symbols.key(declared.key))] |= Symbols.declared(declared.declaration)
        }
        for key in documents.lazy.flatMap(\.plainKeys) { keyFlags[Int(key)] |= Format.KeyFlag.isTestedPlain }
        let only = accounts.count == 1 ? Int(accounts[0].payload) : 0
        return DecisionTables(
            DecisionTables.Segments(
                actions: SymbolTableWriter.storage(symbols.actions.map { ($0, 0) }),
                services: SymbolTableWriter.storage(
                    symbols.services.enumerated().map { ($1, UInt32(min($0, 63))) }),
                keys: SymbolTableWriter.storage(symbols.keys.map { ($0, 0) }),
                keyFlags: ImageStorage(keyFlags), conditions: symbols.conditionWriter.storage(),
                conditionCount: symbols.conditionCount, documents: documents.map(\.storage),
                directory: directory.storage(), users: SymbolTableWriter.storage(users),
                roles: SymbolTableWriter.storage(roles), accounts: SymbolTableWriter.storage(accounts),
                registry: registry),
            onlyAccount: only)
    }

    /// The offset of a set of documents, written once however many principals hold it; 0 for none.
    private mutating func set(_ slots: [UInt32]) -> UInt32 {
        let distinct = Set(slots).sorted()
        guard !distinct.isEmpty else { return 0 }
        if let offset = sets[distinct] { return offset }
        let offset = directory.offset
        directory.append(UInt32(distinct.count))
        directory.append(distinct.reduce(0) { $0 | documents[Int($1)].flags })
        for slot in distinct {
            let document = documents[Int(slot)]
            directory.append(slot)
            directory.append(UInt32(truncatingIfNeeded: document.serviceMask))
            directory.append(UInt32(truncatingIfNeeded: document.serviceMask >> 32))
            directory.append(document.flags)
        }
        sets[distinct] = offset
        return offset
    }

    /// Writes a list of tags by the symbols of their condition keys; 0 for none.
    private func emit(
        tags: [(key: Text, value: Text)], prefix: TagKeyPrefix, into writer: inout ImageWriter
    ) -> UInt32 {
        guard !tags.isEmpty else { return 0 }
        let words = tags.map { tag in
            (symbols.key(Text(prefix.rawValue + tag.key.foldedASCII.string)), writer.append(bytes: tag.value.utf8))
        }
        let offset = writer.offset
        writer.append(UInt32(words.count))
        for (key, value) in words {
            writer.append(key)
            writer.append(value)
        }
        return offset
    }

    // MARK: The registry

    private func emitRegistry() -> ImageStorage {
        // Offset 0 holds the trie's root, and 1 stands for a program without words.
        var writer = ImageWriter(header: 2)
        var trie = TrieBuilder()
        var programs = ProgramWriter { _ in 0 }
        let ranked = entries.sorted { TablesBuilder.isMoreSpecific($0.pattern, than: $1.pattern) }
        for (rank, entry) in ranked.enumerated() {
            guard let pieces = Lowering.resource(entry.pattern, expandsVariables: false, completes: false) else {
                continue
            }
            trie.insert(pieces, payload: emit(entry, rank: UInt32(rank), into: &writer))
        }
        writer.set(0, trie.isEmpty ? 0 : trie.emit(&programs, into: &writer))
        return writer.storage()
    }

    private func emit(_ entry: RegistryInput, rank: UInt32, into writer: inout ImageWriter) -> UInt32 {
        let owner = writer.append(bytes: entry.owner.text.utf8)
        let tags = emit(tags: entry.tags ?? [], prefix: .resourceTag, into: &writer)
        var flags: UInt32 = entry.isPolicyRequired ? Format.RegistryEntry.isPolicyRequired : 0
        if entry.tags != nil { flags |= Format.RegistryEntry.hasTags }
        let offset = writer.offset
        for word in [owner, flags, entry.policySlot ?? Format.none, tags, rank] { writer.append(word) }
        return offset
    }

    /// "A tag comes from the most specific entry" (design §3.2): the longest literal beginning, then the most literal
    /// characters, then byte order.
    public static func isMoreSpecific(_ left: Text, than right: Text) -> Bool {
        let (leftPrefix, rightPrefix) = (literalPrefix(left), literalPrefix(right))
        if leftPrefix != rightPrefix { return leftPrefix > rightPrefix }
        let (leftCount, rightCount) = (literalCount(left), literalCount(right))
        return leftCount != rightCount ? leftCount > rightCount : left < right
    }

    private static func isWildcard(_ byte: UInt8) -> Bool { byte == ASCII.star || byte == ASCII.questionMark }

    private static func literalPrefix(_ pattern: Text) -> Int {
        // A pattern without wildcards is more specific than any that merely begins with it.
        let prefix = pattern.utf8.prefix { !isWildcard($0) }.count
        return prefix == pattern.utf8.count ? .max : prefix
    }

    private static func literalCount(_ pattern: Text) -> Int {
        pattern.utf8.count { !isWildcard($0) }
    }
}
