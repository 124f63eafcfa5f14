/// Decision tables as the hot path reads them: an address, copied without reference counting.
///
/// INVARIANT: whoever uses a view holds its `DecisionTables`.
@frozen
@safe
public struct TablesView: @unchecked Sendable, BitwiseCopyable {  // Read-only contents; kept alive by their tables.
    /// What the address leads to.
    @frozen
    @usableFromInline
    struct Contents {
        @usableFromInline let actions: SymbolTable
        @usableFromInline let services: SymbolTable
        @usableFromInline let keys: SymbolTable
        @usableFromInline let keyFlags: Image
        @usableFromInline let conditions: Image
        @usableFromInline let conditionCount: Int
        @usableFromInline let documents: DocumentTable
        @usableFromInline let directory: Image
        @usableFromInline let users: SymbolTable
        @usableFromInline let roles: SymbolTable
        @usableFromInline let roleARNs: SymbolTable
        @usableFromInline let managedPolicies: SymbolTable
        @usableFromInline let accounts: SymbolTable
        @usableFromInline let registry: Image
        @usableFromInline let onlyAccount: Int
        @usableFromInline let organization: Int
        @usableFromInline let testedKeys: UInt64

        init(_ segments: DecisionTables.Segments, documents: DocumentTable, onlyAccount: Int, organization: Int) {
            actions = SymbolTable(segments.actions.image, foldsCase: true)
            services = SymbolTable(segments.services.image, foldsCase: true)
            keys = SymbolTable(segments.keys.image, foldsCase: true)
            keyFlags = segments.keyFlags.image
            conditions = segments.conditions.image
            conditionCount = segments.conditionCount
            self.documents = documents
            directory = segments.directory.image
            users = SymbolTable(segments.users.image, foldsCase: false)
            roles = SymbolTable(segments.roles.image, foldsCase: false)
            roleARNs = SymbolTable(segments.roleARNs.image, foldsCase: false)
            managedPolicies = SymbolTable(segments.managedPolicies.image, foldsCase: false)
            accounts = SymbolTable(segments.accounts.image, foldsCase: false)
            registry = segments.registry.image
            self.onlyAccount = onlyAccount
            self.organization = organization
            var tested: UInt64 = 0
            for key in 0..<min(64, segments.keyFlags.image.count)
            where segments.keyFlags.image[key] & Format.KeyFlag.isTested != 0 {
                tested |= 1 << UInt64(key)
            }
            testedKeys = tested
        }
    }

    @usableFromInline let base: UnsafePointer<Contents>

    init(_ contents: Contents) {
        let memory = UnsafeMutablePointer<Contents>.allocate(capacity: 1)
        unsafe memory.initialize(to: contents)
        unsafe base = UnsafePointer(memory)
    }

    /// Called once, by the tables that made the view.
    func deallocate() { unsafe base.deallocate() }

    /// Whether both are views of the same tables.
    @inlinable
    public func isSame(as other: TablesView) -> Bool { unsafe base == other.base }

    /// Action names; payload = `Format.ActionSymbol` bits.
    @inlinable public var actions: SymbolTable { unsafe base.pointee.actions }
    /// Services and their bits.
    @inlinable public var services: SymbolTable { unsafe base.pointee.services }
    /// Condition keys.
    @inlinable public var keys: SymbolTable { unsafe base.pointee.keys }
    /// What is known of each key.
    @inlinable public var keyFlags: Image { unsafe base.pointee.keyFlags }
    /// How many key symbols there are.
    @inlinable public var keyCount: Int { unsafe base.pointee.keyFlags.count }
    /// A bit for each of the language's keys that some condition or variable reads, by symbol.
    @inlinable public var testedKeys: UInt64 { unsafe base.pointee.testedKeys }
    /// Condition nodes.
    @inlinable public var conditions: Image { unsafe base.pointee.conditions }
    /// How many conditions there are.
    @inlinable public var conditionCount: Int { unsafe base.pointee.conditionCount }
    /// Documents by slot.
    @inlinable public var documents: DocumentTable { unsafe base.pointee.documents }
    /// Sets, principal and account records.
    @inlinable public var directory: Image { unsafe base.pointee.directory }
    /// Users by ARN.
    @inlinable public var users: SymbolTable { unsafe base.pointee.users }
    /// Roles by account and name.
    @inlinable public var roles: SymbolTable { unsafe base.pointee.roles }
    /// Roles by ARN.
    @inlinable public var roleARNs: SymbolTable { unsafe base.pointee.roleARNs }
    /// Managed policies by ARN.
    @inlinable public var managedPolicies: SymbolTable { unsafe base.pointee.managedPolicies }
    /// Accounts by id.
    @inlinable public var accounts: SymbolTable { unsafe base.pointee.accounts }
    /// The registry's trie and entries.
    @inlinable public var registry: Image { unsafe base.pointee.registry }
    /// The account record of the only account, or 0 when there are none or several (design §3.2).
    @inlinable public var onlyAccount: Int { unsafe base.pointee.onlyAccount }
    /// The organization's record, or 0 when there is none.
    @inlinable public var organization: Int { unsafe base.pointee.organization }
}
