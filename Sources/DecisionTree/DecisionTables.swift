/// Everything a decision reads, compiled: symbols, conditions, documents, sets, principals, accounts, registry.
///
/// Immutable. A handful of segments; a reload makes new tables that share the segments that did not change.
public final class DecisionTables: Sendable {
    /// The segments of which tables are made.
    public struct Segments: Sendable {
        /// Action names, folded.
        public var actions: ImageStorage
        /// Services: payload = the bit (0…63) that stands for them in masks.
        public var services: ImageStorage
        /// Condition keys, folded; the keys of `GlobalConditionKey` first, in their order.
        public var keys: ImageStorage
        /// A word of `Format.KeyFlag` bits for each key symbol.
        public var keyFlags: ImageStorage
        /// The nodes of all conditions.
        public var conditions: ImageStorage
        /// How many conditions there are.
        public var conditionCount: Int
        /// Compiled documents by slot.
        public var documents: [ImageStorage]
        /// Document sets, principals, accounts and tags.
        public var directory: ImageStorage
        /// User ARNs: payload = principal record.
        public var users: ImageStorage
        /// Roles as `<account>:assumed-role/<name>`: payload = principal record.
        public var roles: ImageStorage
        /// Roles by ARN: payload = principal record.
        public var roleARNs: ImageStorage
        /// Managed policies by ARN: payload = document slot.
        public var managedPolicies: ImageStorage
        /// Account ids: payload = account record.
        public var accounts: ImageStorage
        /// `[trie root, …]`: registry patterns lead to registry entries.
        public var registry: ImageStorage

        /// Puts segments together.
        public init(
            actions: ImageStorage, services: ImageStorage, keys: ImageStorage, keyFlags: ImageStorage,
            conditions: ImageStorage, conditionCount: Int, documents: [ImageStorage], directory: ImageStorage,
            users: ImageStorage, roles: ImageStorage, roleARNs: ImageStorage, managedPolicies: ImageStorage,
            accounts: ImageStorage, registry: ImageStorage
        ) {
            self.actions = actions
            self.services = services
            self.keys = keys
            self.keyFlags = keyFlags
            self.conditions = conditions
            self.conditionCount = conditionCount
            self.documents = documents
            self.directory = directory
            self.users = users
            self.roles = roles
            self.roleARNs = roleARNs
            self.managedPolicies = managedPolicies
            self.accounts = accounts
            self.registry = registry
        }
    }

    /// What they are made of.
    public let segments: Segments
    private let documentStorage: DocumentTableStorage
    /// The tables as they are read; good for as long as this object lives.
    public let view: TablesView

    /// Makes tables of segments that belong together.
    ///
    /// - Parameter onlyAccount: the account record of the only account, or 0 when there are none or several (design §3.2).
    /// - Parameter organization: the organization's record, or 0 when there is none.
    public init(_ segments: Segments, onlyAccount: Int, organization: Int = 0) {
        self.segments = segments
        documentStorage = DocumentTableStorage(segments.documents, conditions: segments.conditions.image)
        view = TablesView(
            TablesView.Contents(
                segments, documents: documentStorage.table, onlyAccount: onlyAccount, organization: organization))
    }

    deinit { view.deallocate() }

    /// Action names.
    public var actions: SymbolTable { view.actions }
    /// Condition keys.
    public var keys: SymbolTable { view.keys }
    /// How many conditions there are.
    public var conditionCount: Int { view.conditionCount }
    /// Managed policies by ARN.
    public var managedPolicies: SymbolTable { view.managedPolicies }

    /// Bytes of all segments.
    public var byteCount: Int {
        documentStorage.byteCount
            + [
                segments.actions, segments.services, segments.keys, segments.keyFlags, segments.conditions,
                segments.directory, segments.users, segments.roles, segments.roleARNs, segments.managedPolicies,
                segments.accounts, segments.registry,
            ].reduce(0) { $0 + $1.byteCount }
    }
}

/// Symbols of the keys that the language defines: they come first in every key table, in the order of
/// `GlobalConditionKey.allCases` (a test holds the two against each other).
public enum KeySymbol {
    /// A bit for each key that the engine computes for every question; the keys of an STS call come on top.
    @inlinable public static var engineKeys: UInt64 {
        callerKeys | organizationKeys | sessionKeys | clockKeys | bit(viaAWSService) | bit(resourceAccount)
    }

    /// A bit for each key that says who the caller is.
    @inlinable public static var callerKeys: UInt64 {
        let principal = bit(principalArn) | bit(principalAccount) | bit(principalType) | bit(userID) | bit(username)
        return principal | bit(principalIsAWSService) | bit(principalServiceName) | bit(principalServiceNamesList)
    }

    /// A bit for each key of the caller's and the resource's organization.
    @inlinable public static var organizationKeys: UInt64 {
        let principal = bit(principalOrgID) | bit(principalOrgPaths) | bit(principalOrgMasterAccountID)
        return principal | bit(resourceOrgID) | bit(resourceOrgPaths)
    }

    /// A bit for each key of the caller's credentials.
    @inlinable public static var sessionKeys: UInt64 {
        let mfa = bit(multiFactorAuthPresent) | bit(multiFactorAuthAge)
        return mfa | bit(sourceIdentity) | bit(federatedProvider) | bit(tokenIssueTime)
    }

    /// A bit for each key of the clock.
    @inlinable public static var clockKeys: UInt64 { bit(currentTime) | bit(epochTime) }

    @inlinable
    static func bit(_ symbol: UInt32) -> UInt64 { 1 << UInt64(symbol) }

    /// The symbol of `GlobalConditionKey.principalArn`.
    @inlinable public static var principalArn: UInt32 { 0 }
    /// The symbol of `GlobalConditionKey.principalAccount`.
    @inlinable public static var principalAccount: UInt32 { 1 }
    /// The symbol of `GlobalConditionKey.principalType`.
    @inlinable public static var principalType: UInt32 { 2 }
    /// The symbol of `GlobalConditionKey.userID`.
    @inlinable public static var userID: UInt32 { 3 }
    /// The symbol of `GlobalConditionKey.username`.
    @inlinable public static var username: UInt32 { 4 }
    /// The symbol of `GlobalConditionKey.principalIsAWSService`.
    @inlinable public static var principalIsAWSService: UInt32 { 8 }
    /// The symbol of `GlobalConditionKey.multiFactorAuthPresent`.
    @inlinable public static var multiFactorAuthPresent: UInt32 { 14 }
    /// The symbol of `GlobalConditionKey.currentTime`.
    @inlinable public static var currentTime: UInt32 { 16 }
    /// The symbol of `GlobalConditionKey.epochTime`.
    @inlinable public static var epochTime: UInt32 { 17 }
    /// The symbol of `GlobalConditionKey.tagKeys`.
    @inlinable public static var tagKeys: UInt32 { 32 }
    /// The symbol of `GlobalConditionKey.resourceAccount`.
    @inlinable public static var resourceAccount: UInt32 { 33 }
    /// The symbol of `GlobalConditionKey.principalOrgID`.
    @inlinable public static var principalOrgID: UInt32 { 5 }
    /// The symbol of `GlobalConditionKey.principalOrgPaths`.
    @inlinable public static var principalOrgPaths: UInt32 { 6 }
    /// The symbol of `GlobalConditionKey.principalOrgMasterAccountID`.
    @inlinable public static var principalOrgMasterAccountID: UInt32 { 7 }
    /// The symbol of `GlobalConditionKey.principalServiceName`.
    @inlinable public static var principalServiceName: UInt32 { 9 }
    /// The symbol of `GlobalConditionKey.principalServiceNamesList`.
    @inlinable public static var principalServiceNamesList: UInt32 { 10 }
    /// The symbol of `GlobalConditionKey.sourceIdentity`.
    @inlinable public static var sourceIdentity: UInt32 { 11 }
    /// The symbol of `GlobalConditionKey.federatedProvider`.
    @inlinable public static var federatedProvider: UInt32 { 12 }
    /// The symbol of `GlobalConditionKey.tokenIssueTime`.
    @inlinable public static var tokenIssueTime: UInt32 { 13 }
    /// The symbol of `GlobalConditionKey.multiFactorAuthAge`.
    @inlinable public static var multiFactorAuthAge: UInt32 { 15 }
    /// The symbol of `GlobalConditionKey.resourceOrgID`.
    @inlinable public static var resourceOrgID: UInt32 { 34 }
    /// The symbol of `GlobalConditionKey.resourceOrgPaths`.
    @inlinable public static var resourceOrgPaths: UInt32 { 35 }
    /// The symbol of `GlobalConditionKey.viaAWSService`.
    @inlinable public static var viaAWSService: UInt32 { 24 }
    /// The symbol of `GlobalConditionKey.externalID`.
    @inlinable public static var externalID: UInt32 { 38 }
    /// The symbol of `GlobalConditionKey.roleSessionName`.
    @inlinable public static var roleSessionName: UInt32 { 39 }
    /// The symbol of `GlobalConditionKey.stsSourceIdentity`.
    @inlinable public static var stsSourceIdentity: UInt32 { 40 }
    /// The symbol of `GlobalConditionKey.transitiveTagKeys`.
    @inlinable public static var transitiveTagKeys: UInt32 { 41 }
}
