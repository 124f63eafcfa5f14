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
    /// The document slot of a role's trust policy.
    public var trustSlot: UInt32?
    /// How many seconds a session of the role may last at most.
    public var maxSessionDurationSeconds = 3_600

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
    /// Whether the store has a folder for it, rather than the organization only its number.
    public var isInStore: Bool
    /// Where it is in the organization, if it is.
    public var place: OrganizationPlace?

    /// Makes the input.
    public init(
        id: AccountID, isRootUserEnabled: Bool, canonicalID: Text?, isInStore: Bool = true,
        place: OrganizationPlace? = nil
    ) {
        self.id = id
        self.isInStore = isInStore
        self.isRootUserEnabled = isRootUserEnabled
        self.canonicalID = canonicalID
        self.place = place
    }
}

/// An account's place in the organization as tables are built from it.
public struct OrganizationPlace: Sendable {
    /// `o-x/r-y/ou-z/`: what `aws:PrincipalOrgPaths` says.
    public var path: Text
    /// The document slots of each level of service control policies, root first; `nil` for an account they do not bind.
    public var serviceLevels: [[UInt32]]?
    /// The document slots of each level of resource control policies, root first; `nil` where they do not act.
    public var resourceLevels: [[UInt32]]?
    /// Whether a service control policy of a level is missing.
    public var isQuarantined = false
    /// Whether a resource control policy of a level is missing.
    public var isResourceQuarantined = false

    /// Makes a place.
    public init(path: Text, serviceLevels: [[UInt32]]?, resourceLevels: [[UInt32]]?) {
        self.path = path
        self.serviceLevels = serviceLevels
        self.resourceLevels = resourceLevels
    }
}

/// The organization as tables are built from it.
public struct OrganizationInput: Sendable {
    /// `o-…`.
    public var id: Text
    /// The management account.
    public var masterAccount: AccountID
    /// Whose a resource is that nothing else says it of.
    public var defaultResourceAccount: AccountID?
    /// The services on which resource control policies act, folded; `nil` is all.
    public var services: [Text]?

    /// Makes the input.
    public init(id: Text, masterAccount: AccountID, defaultResourceAccount: AccountID?, services: [Text]?) {
        self.id = id
        self.masterAccount = masterAccount
        self.defaultResourceAccount = defaultResourceAccount
        self.services = services
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
    private var storeAccounts: [UInt32] = []
    private var users: [(name: Text, payload: UInt32)] = []
    private var roles: [(name: Text, payload: UInt32)] = []
    private var roleARNs: [(name: Text, payload: UInt32)] = []
    private var managedPolicies: [(name: Text, payload: UInt32)] = []
    private var keyNames: [Text: UInt32] = [:]
    private var organization: UInt32 = 0
    private var entries: [RegistryInput] = []
    /// By rank, which of the registry entries has it, counted in the order in which they were added; filled by `build`.
    public private(set) var registryOrder: [Int] = []

    /// Begins tables with documents that `symbols` compiled; a document's index is its slot.
    public init(symbols: Symbols, documents: [CompiledDocument]) {
        self.symbols = symbols
        self.documents = documents
    }

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
        accounts.append((account.id.text, record))
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

    /// Adds a managed policy by its ARN, as a session names it.
    public mutating func add(managedPolicy arn: Text, slot: UInt32) {
        managedPolicies.append((arn, slot))
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
        let words = [account, arn, id, name, own, boundary, tags, trust, duration, resourceTags, UInt32(groups.count)]
        for word in words + groups { directory.append(word) }
        if principal.isRole {
            roleARNs.append((principal.arn, record))
            roles.append((Text("\(principal.account):assumed-role/\(principal.name)"), record))
        } else {
            users.append((principal.arn, record))
        }
    }

    private static func flags(of principal: PrincipalInput) -> UInt32 {
        var flags: UInt32 = principal.isQuarantined ? Format.PrincipalRecord.isQuarantined : 0
        let path = ARN(principal.arn)?.resource ?? ""
        if principal.isRole, path.hasPrefix("role/aws-service-role/") {
            flags |= Format.PrincipalRecord.isServiceLinked
        }
        return flags
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
        let only = storeAccounts.count == 1 ? Int(storeAccounts[0]) : 0
        return DecisionTables(
            DecisionTables.Segments(
                actions: SymbolTableWriter.storage(
                    symbols.actions.map { ($0, symbols.payload(ofAction: $0)) }, foldsCase: true),
                services: SymbolTableWriter.storage(symbols.services.map { ($0, 0) }, foldsCase: true),
                keys: SymbolTableWriter.storage(symbols.keys.map { ($0, 0) }, foldsCase: true),
                keyFlags: ImageStorage(keyFlags), conditions: symbols.conditionWriter.storage(),
                conditionCount: symbols.conditionCount, documents: documents.map(\.storage),
                directory: directory.storage(), users: SymbolTableWriter.storage(users, foldsCase: false),
                roles: SymbolTableWriter.storage(roles, foldsCase: false),
                roleARNs: SymbolTableWriter.storage(roleARNs, foldsCase: false),
                managedPolicies: SymbolTableWriter.storage(managedPolicies, foldsCase: false),
                accounts: SymbolTableWriter.storage(accounts, foldsCase: false), registry: registry),
            onlyAccount: only, organization: Int(organization))
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
            directory.append(UInt32(truncatingIfNeeded: document.serviceMask))
            directory.append(UInt32(truncatingIfNeeded: document.serviceMask >> 32))
            directory.append(slot)
            directory.append(document.flags)
        }
        sets[distinct] = offset
        return offset
    }

    /// Writes a list of tags by the symbols and names of their condition keys; 0 for none.
    ///
    /// Static, because a writer that is the builder's own would be copied whole if the builder were read meanwhile.
    private static func emit(
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

    // MARK: The registry

    private mutating func emitRegistry() -> ImageStorage {
        // Offset 0 holds the trie's root, and 1 stands for a program without words.
        var writer = ImageWriter(header: 2)
        var names: [Text: UInt32] = [:]
        var trie = TrieBuilder()
        var programs = ProgramWriter { _ in 0 }
        registryOrder = entries.indices.sorted {
            TablesBuilder.isMoreSpecific(entries[$0].pattern, than: entries[$1].pattern)
        }
        for (rank, number) in registryOrder.enumerated() {
            let entry = entries[number]
            guard let pieces = Lowering.resource(entry.pattern, expandsVariables: false, completes: false) else {
                continue
            }
            trie.insert(pieces, payload: emit(entry, rank: UInt32(rank), names: &names, into: &writer))
        }
        writer.set(0, trie.isEmpty ? 0 : trie.emit(&programs, into: &writer))
        return writer.storage()
    }

    private func emit(
        _ entry: RegistryInput, rank: UInt32, names: inout [Text: UInt32], into writer: inout ImageWriter
    ) -> UInt32 {
        let owner = writer.append(bytes: entry.owner.text.utf8)
        let tags = TablesBuilder.emit(
            tags: entry.tags ?? [], prefix: .resourceTag, symbols: symbols, names: &names, into: &writer)
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
