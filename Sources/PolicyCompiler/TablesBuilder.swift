public import DecisionTree
public import PolicyModel

/// What the next version of some tables has to know of the last one.
public struct TablesLedger: Sendable {
    /// The tables.
    let tables: DecisionTables
    /// The offset of every set of documents that principals have.
    var sets: [UInt32] = []
    /// The offset of every principal's record.
    var principals: [UInt32] = []
    /// Words of the directory's image that nothing leads to any more.
    var unusedWords = 0
    let symbolCounts: SymbolCounts

    /// Whether it belongs to the tables.
    public func isOf(_ tables: DecisionTables) -> Bool { self.tables === tables }

    /// Whether so much of the last version is not in use any more that everything should be written anew.
    public var isWasteful: Bool { unusedWords > 65_536 && unusedWords > tables.segments.directory.image.count / 2 }
}

/// Emits the tables of a snapshot: documents by slot, sets, principals, accounts, registry, symbols.
///
/// Inputs are taken in the order given; give them sorted, so that equal stores make equal tables. Made with a ledger, it
/// emits the next version of tables: what is not added again stays as it was, segments that nothing changes are shared,
/// and whoever reads the last version is not disturbed.
public struct TablesBuilder {
    let symbols: Symbols
    let documents: [CompiledDocument]
    private let ledger: TablesLedger?
    private var directory: ImageWriter
    private var setOffsets: [[UInt32]: UInt32] = [:]
    private var sets: [UInt32] = []
    private var principals: [UInt32] = []
    private var unusedWords = 0
    private var accountRecords: [AccountID: UInt32] = [:]
    private var accounts = NameTable()
    private var storeAccounts: [UInt32] = []
    private var users: NameTable
    private var roles: NameTable
    private var roleARNs: NameTable
    private var managedPolicies: NameTable
    private var keyNames: [Text: UInt32] = [:]
    private var organization: UInt32 = 0
    private var entries: [RegistryInput]?
    /// By rank, which of the registry entries has it, counted in the order in which they were added; filled by `build`.
    public internal(set) var registryOrder: [Int] = []

    /// Begins tables with documents that `symbols` compiled; a document's index is its slot.
    public init(symbols: Symbols, documents: [CompiledDocument]) {
        self.symbols = symbols
        self.documents = documents
        ledger = nil
        directory = ImageWriter(header: 1)
        (users, roles, roleARNs, managedPolicies) = (NameTable(), NameTable(), NameTable(), NameTable())
    }

    /// Begins the next version of tables.
    ///
    /// The symbols are those of the last version, which may have grown; a document keeps its slot for as long as a set
    /// or record names it. Accounts and the organization stay as they are, and so does the registry if no entry is added;
    /// if one is, all are.
    public init(after ledger: TablesLedger, symbols: Symbols, documents: [CompiledDocument]) {
        self.symbols = symbols
        self.documents = documents
        self.ledger = ledger
        let segments = ledger.tables.segments
        directory = ImageWriter(continuing: segments.directory)
        (sets, principals, unusedWords) = (ledger.sets, ledger.principals, ledger.unusedWords)
        users = NameTable(continuing: segments.users)
        roles = NameTable(continuing: segments.roles)
        roleARNs = NameTable(continuing: segments.roleARNs)
        managedPolicies = NameTable(continuing: segments.managedPolicies)
    }

    // MARK: Accounts and the organization

    /// Adds an account; its principals come after it.
    public mutating func add(_ account: AccountInput) {
        let id = directory.append(bytes: account.id.text.utf8)
        let canonical = account.canonicalID.map { directory.append(bytes: $0.utf8) } ?? 0
        let path = account.place.map { directory.append(bytes: $0.path.utf8) } ?? 0
        let service = account.place?.serviceLevels.map { levels($0) } ?? 0
        let resource = account.place?.resourceLevels.map { levels($0) } ?? 0
        let record = directory.offset
        let words = [TablesBuilder.flags(of: account), id, canonical, path, service, resource]
        for word in words { directory.append(word) }
        accountRecords[account.id] = record
        accounts.put(account.id.text, record)
        if account.isInStore { storeAccounts.append(record) }
    }

    private static func flags(of account: AccountInput) -> UInt32 {
        var flags: UInt32 = account.isRootUserEnabled ? Format.AccountRecord.isRootEnabled : 0
        guard let place = account.place else { return flags }
        flags |= Format.AccountRecord.isInOrganization
        if place.isQuarantined { flags |= Format.AccountRecord.isQuarantined }
        if place.isResourceQuarantined { flags |= Format.AccountRecord.isResourceQuarantined }
        return flags
    }

    /// The sets of levels, root first; an empty level keeps its place.
    private mutating func levels(_ levels: [[UInt32]]) -> UInt32 {
        let offsets = levels.map { set($0) }
        let offset = directory.offset
        for word in [UInt32(offsets.count)] + offsets { directory.append(word) }
        return offset
    }

    /// Says which organization the accounts are in.
    public mutating func add(_ input: OrganizationInput) {
        let id = directory.append(bytes: input.id.utf8)
        let master = directory.append(bytes: input.masterAccount.text.utf8)
        let owner = input.defaultResourceAccount.map { directory.append(bytes: $0.text.utf8) } ?? 0
        var services: UInt32 = 0
        if let names = input.services {
            let offsets = names.map { directory.append(bytes: $0.utf8) }
            services = directory.offset
            for word in [UInt32(offsets.count)] + offsets { directory.append(word) }
        }
        organization = directory.offset
        for word in [id, master, owner, services] { directory.append(word) }
    }

    // MARK: Principals

    /// Adds a managed policy by its ARN, as a session names it.
    public mutating func add(managedPolicy arn: Text, slot: UInt32) {
        managedPolicies.put(arn, slot)
    }

    /// Adds a user or role of an account that was added before; one of another account is left out.
    ///
    /// In a next version, one that was there before is replaced by it; it must have the ARN and the name that it had.
    public mutating func add(_ principal: PrincipalInput) {
        guard let account = record(ofAccount: principal.account) else { return }
        let start = directory.offset
        let arn = directory.append(bytes: principal.arn.utf8)
        let id = principal.id.map { directory.append(bytes: $0.utf8) } ?? 0
        let name = directory.append(bytes: principal.name.utf8)
        let own = set(principal.ownSlots)
        let boundary = principal.boundarySlot.map { set([$0]) } ?? 0
        let tags = TablesBuilder.emit(
            tags: principal.tags, prefix: .principalTag, symbols: symbols, names: &keyNames, into: &directory)
        // A role's own tags are the resource's, when somebody asks to assume it (spec §8).
        let resourceTags =
            principal.isRole
            ? TablesBuilder.emit(
                tags: principal.tags, prefix: .resourceTag, symbols: symbols, names: &keyNames, into: &directory)
            : 0
        let record = directory.offset
        directory.append(principal.isRole ? Format.PrincipalRecord.role : Format.PrincipalRecord.user)
        directory.append(TablesBuilder.flags(of: principal))
        let trust = principal.trustSlot ?? Format.none
        let duration = UInt32(clamping: principal.maxSessionDurationSeconds)
        let groups = principal.groupSets
        let words = [account, arn, id, name, own, boundary, tags, trust, duration, resourceTags, UInt32(groups.count)]
        for word in words + groups { directory.append(word) }
        principals.append(record)
        // The words that it had are about as many.
        if isInLastVersion(principal) { unusedWords += Int(directory.offset - start) }
        if principal.isRole {
            roleARNs.put(principal.arn, record)
            roles.put(Text("\(principal.account):assumed-role/\(principal.name)"), record)
        } else {
            users.put(principal.arn, record)
        }
    }

    private func isInLastVersion(_ principal: PrincipalInput) -> Bool {
        guard let view = ledger?.tables.view else { return false }
        let table = principal.isRole ? view.roleARNs : view.users
        return principal.arn.withByteView { table.find($0) } != nil
    }

    private func record(ofAccount id: AccountID) -> UInt32? {
        if let record = accountRecords[id] { return record }
        guard let ledger else { return nil }
        let record = id.text.withByteView { ledger.tables.view.accounts.payload(of: $0) }
        return record == SymbolTable.none ? nil : record
    }

    private static func flags(of principal: PrincipalInput) -> UInt32 {
        var flags: UInt32 = principal.isQuarantined ? Format.PrincipalRecord.isQuarantined : 0
        let path = ARN(principal.arn)?.resource ?? ""
        if principal.isRole, path.hasPrefix("role/aws-service-role/") {
            flags |= Format.PrincipalRecord.isServiceLinked
        }
        return flags
    }

    // MARK: Sets

    /// The set of a group's documents, which its users share and no other group has; never 0.
    public mutating func groupSet(_ slots: [UInt32]) -> UInt32 {
        write(Set(slots).sorted())
    }

    /// Gives a group of the last version other documents; its users need not be added again.
    ///
    /// - Parameter set: the group's set.
    /// - Returns: the group's set from now on.
    public mutating func replaceGroupSet(_ set: UInt32, _ slots: [UInt32]) -> UInt32 {
        let distinct = Set(slots).sorted()
        let count = count(of: Int(set))
        guard distinct.count > count else {
            fill(Int(set), distinct)
            return set
        }
        let moved = write(distinct)
        unusedWords += Format.DocumentSet.slots + count
        for record in principals {
            let groups = Int(directory.word(at: Int(record) + Format.PrincipalRecord.groupCount) ?? 0)
            for group in 0..<groups {
                let at = Int(record) + Format.PrincipalRecord.groups + group
                if directory.word(at: at) == set { directory.set(at, moved) }
            }
        }
        return moved
    }

    /// Says again which flags the documents of sets have: for slots whose document has others than in the last version.
    public mutating func renew(slots: Set<UInt32>) {
        guard !slots.isEmpty else { return }
        for set in sets {
            let held = self.slots(of: Int(set))
            if held.contains(where: slots.contains) { fill(Int(set), held) }
        }
    }

    private func slots(of set: Int) -> [UInt32] {
        (0..<count(of: set)).compactMap { directory.word(at: set + Format.DocumentSet.slots + $0) }
    }

    private func count(of set: Int) -> Int { Int(directory.word(at: set + Format.DocumentSet.count) ?? 0) }

    /// The offset of a set of documents, written once however many principals hold it; 0 for none.
    private mutating func set(_ slots: [UInt32]) -> UInt32 {
        let distinct = Set(slots).sorted()
        guard !distinct.isEmpty else { return 0 }
        if let offset = setOffsets[distinct] { return offset }
        let offset = write(distinct)
        setOffsets[distinct] = offset
        return offset
    }

    private mutating func write(_ slots: [UInt32]) -> UInt32 {
        let offset = directory.offset
        for _ in 0..<(Format.DocumentSet.slots + slots.count) { directory.append(0) }
        fill(Int(offset), slots)
        sets.append(offset)
        return offset
    }

    private mutating func fill(_ set: Int, _ slots: [UInt32]) {
        directory.set(set + Format.DocumentSet.count, UInt32(slots.count))
        directory.set(set + Format.DocumentSet.flags, slots.reduce(0) { $0 | documents[Int($1)].header.flags })
        for (index, slot) in slots.enumerated() { directory.set(set + Format.DocumentSet.slots + index, slot) }
    }

    /// Writes a list of tags by the symbols and names of their condition keys; 0 for none.
    ///
    /// Static, because a writer that is the builder's own would be copied whole if the builder were read meanwhile.
    static func emit(
        tags: [(key: Text, value: Text)], prefix: TagKeyPrefix, symbols: Symbols, names: inout [Text: UInt32],
        into writer: inout ImageWriter
    ) -> UInt32 {
        guard !tags.isEmpty else { return 0 }
        var words: [UInt32] = [UInt32(tags.count)]
        for tag in tags {
            let key = Text(prefix.rawValue + tag.key.foldedASCII.string)
            let name = names[key] ?? writer.append(bytes: key.utf8)
            names[key] = name
            words += [symbols.key(key), name, writer.append(bytes: tag.value.utf8)]
        }
        let offset = writer.offset
        for word in words { writer.append(word) }
        return offset
    }

    // MARK: The tables

    /// Says what the registry has.
    public mutating func set(registry: [RegistryInput]) { entries = registry }

    /// The tables of everything that was added, and what the next version needs of them.
    ///
    /// `nil` only for a next version that has no room for its names: then everything has to be added to new tables.
    /// - Parameter declaredKeys: application keys that the schema declares, folded.
    public mutating func build(
        declaredKeys: [(key: Text, declaration: KeyDeclaration)]
    ) -> (tables: DecisionTables, ledger: TablesLedger)? {
        guard !users.isFull, !roles.isFull, !roleARNs.isFull, !managedPolicies.isFull else { return nil }
        let last = ledger?.tables.segments
        let registry = entries.map { emit(registry: $0) } ?? last?.registry ?? ImageWriter(header: 2).storage()
        for declared in declaredKeys { _ = symbols.key(declared.key) }
        let counts = symbols.counts
        let before = ledger?.symbolCounts
        let tables = DecisionTables(
            DecisionTables.Segments(
                actions: kept(last?.actions, if: before?.names == counts.names) {
                    SymbolTableWriter.storage(
                        symbols.actions.names.map { ($0, symbols.payload(ofAction: $0)) }, foldsCase: true)
                },
                services: kept(last?.services, if: before?.names == counts.names) {
                    SymbolTableWriter.storage(symbols.services.names.map { ($0, 0) }, foldsCase: true)
                },
                keys: kept(last?.keys, if: before?.keys == counts.keys) {
                    SymbolTableWriter.storage(symbols.keys.names.map { ($0, 0) }, foldsCase: true)
                },
                keyFlags: ImageStorage(keyFlags(declaredKeys)),
                conditions: kept(last?.conditions, if: before?.conditions == counts.conditions) {
                    symbols.conditionWriter.storage()
                },
                conditionCount: symbols.conditionCount, documents: documents.map(\.storage),
                directory: directory.storage(), users: users.storage, roles: roles.storage,
                roleARNs: roleARNs.storage, managedPolicies: managedPolicies.storage,
                accounts: last?.accounts ?? accounts.storage, registry: registry),
            onlyAccount: ledger?.tables.view.onlyAccount ?? (storeAccounts.count == 1 ? Int(storeAccounts[0]) : 0),
            organization: ledger?.tables.view.organization ?? Int(organization))
        let next = TablesLedger(
            tables: tables, sets: sets, principals: principals, unusedWords: unusedWords, symbolCounts: counts)
        return (tables, next)
    }

    private func kept(_ last: ImageStorage?, if isCurrent: Bool, _ make: () -> ImageStorage) -> ImageStorage {
        if let last, isCurrent { last } else { make() }
    }

    private func keyFlags(_ declaredKeys: [(key: Text, declaration: KeyDeclaration)]) -> [UInt32] {
        var flags = symbols.keyFlags
        for declared in declaredKeys {
            flags[Int(symbols.key(declared.key))] |= Symbols.declared(declared.declaration)
        }
        for document in documents {
            for key in document.plainKeys { flags[Int(key)] |= Format.KeyFlag.isTestedPlain }
        }
        return flags
    }
}
