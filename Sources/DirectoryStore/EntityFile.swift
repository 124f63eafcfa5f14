internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// What one file of the store says, checked by itself.
enum Entity: Sendable, Hashable {
    case account(Account)
    case user(User)
    case group(Group)
    case role(Role)
    case policy(ManagedPolicy)
    case resource(ResourceEntry)
    case schema([Text: KeyDeclaration])
    indirect case organization(Organization)
    case serviceControlPolicy(ControlPolicy)
    case resourceControlPolicy(ControlPolicy)
    indirect case mapping(Mapping)
    case catalogue(Catalogue)

    /// What names the entity in a directory.
    var key: EntityKey {
        switch self {
        case .account(let account): .account(account.id)
        case .user(let user): user.key
        case .group(let group): group.key
        case .role(let role): role.key
        case .policy(let policy): policy.key
        case .resource(let entry): entry.key
        case .schema: .schema
        case .organization: .organization
        case .serviceControlPolicy(let policy): ControlPolicyKind.service.key(policy.name)
        case .resourceControlPolicy(let policy): ControlPolicyKind.resource.key(policy.name)
        case .mapping(let mapping): .mapping(mapping.kind)
        case .catalogue(let catalogue): catalogue.key
        }
    }

    /// The key with the name as it is written, for messages.
    var keyAsWritten: EntityKey {
        switch self {
        case .user(let user): .user(user.account, user.name)
        case .group(let group): .group(group.account, group.name)
        case .role(let role): .role(role.account, role.name)
        case .policy(let policy): .policy(policy.account, policy.name)
        case .serviceControlPolicy(let policy): .serviceControlPolicy(policy.name)
        case .resourceControlPolicy(let policy): .resourceControlPolicy(policy.name)
        case .account, .resource, .schema, .organization, .mapping, .catalogue: key
        }
    }

    /// The policies of a user, group or role.
    var holdings: PolicyHoldings? {
        switch self {
        case .user(let user): user.holdings
        case .group(let group): group.holdings
        case .role(let role): role.holdings
        default: nil
        }
    }

    /// The document of a managed or control policy; what others name by its name.
    var namedPolicy: (name: Text, source: PolicySource)? {
        switch self {
        case .policy(let policy): (policy.arn, policy.source)
        case .serviceControlPolicy(let policy), .resourceControlPolicy(let policy): (policy.name, policy.source)
        default: nil
        }
    }

    /// The same with other sources for its documents.
    func mappingSources(_ change: (PolicySource) -> PolicySource) -> Entity {
        func changed(_ holdings: PolicyHoldings) -> PolicyHoldings {
            var copy = holdings
            guard !holdings.inlinePolicies.isEmpty else { return holdings }
            copy.inlinePolicies = holdings.inlinePolicies.map { InlinePolicy(name: $0.name, source: change($0.source)) }
            return copy
        }
        switch self {
        case .user(var user):
            user.holdings = changed(user.holdings)
            return .user(user)
        case .group(var group):
            group.holdings = changed(group.holdings)
            return .group(group)
        case .role(var role):
            role.holdings = changed(role.holdings)
            role.trustPolicy = change(role.trustPolicy)
            return .role(role)
        case .policy(var policy):
            policy.source = change(policy.source)
            return .policy(policy)
        case .resource(var entry):
            entry.policy = entry.policy.map(change)
            return .resource(entry)
        case .serviceControlPolicy(var policy):
            policy.source = change(policy.source)
            return .serviceControlPolicy(policy)
        case .resourceControlPolicy(var policy):
            policy.source = change(policy.source)
            return .resourceControlPolicy(policy)
        case .account, .schema, .organization, .mapping, .catalogue: return self
        }
    }

    /// The sources of documents that count as a resource's: on a resource, a role, or the resources of an organization.
    var resourcePolicies: [PolicySource] {
        switch self {
        case .role(let role): [role.trustPolicy]
        case .resource(let entry): entry.policy.map { [$0] } ?? []
        case .resourceControlPolicy(let policy): [policy.source]
        default: []
        }
    }

    /// The sources of documents that count as a caller's.
    var identityPolicies: [PolicySource] {
        switch self {
        case .policy(let policy): [policy.source]
        case .serviceControlPolicy(let policy): [policy.source]
        default: holdings?.inlinePolicies.map(\.source) ?? []
        }
    }

    /// The same with other ARNs for its attached policies and its boundary.
    func mappingPolicies(_ change: (Text) -> Text) -> Entity {
        guard var holdings else { return self }
        holdings.attachedPolicies = holdings.attachedPolicies.map(change)
        holdings.permissionsBoundary = holdings.permissionsBoundary.map(change)
        switch self {
        case .user(var user):
            user.holdings = holdings
            return .user(user)
        case .group(var group):
            group.holdings = holdings
            return .group(group)
        case .role(var role):
            role.holdings = holdings
            return .role(role)
        default: return self
        }
    }
}

/// Something that one file at a time may own.
enum Claim: Sendable, Hashable, CustomStringConvertible {
    /// The name of an entity, folded.
    case entity(EntityKey)
    /// The unique id of a user or role, which principals are compared by.
    case id(Text)
    /// An account's canonical id.
    case canonicalID(Text)
    /// A subject or resource of the catalogue, by its type and id.
    case catalogued(CatalogueKind, type: Text, id: Text)

    var description: String {
        switch self {
        case .entity(let key): key.description
        case .id(let id): "the id `\(id)`"
        case .canonicalID(let id): "the canonical id `\(id)`"
        case .catalogued(let kind, let type, let id):
            "the \(kind.rawValue) \(UserText.quoted(id.string)) of type \(UserText.quoted(type.string))"
        }
    }
}

/// A good reading of one file: it parses, and everything in it that can be checked without other files is right.
///
/// A class only so that passing it on costs one reference, in stores of many thousand files.
final class EntityFile: Sendable {
    /// Relative to the store, the logical path (never through `..data`).
    let path: Text
    let digest: FileDigest
    let entity: Entity
    /// What it claims beside its key.
    let otherClaims: [Claim]
    let references: [EntityReference]
    /// For a managed policy, whether its file says its path: a bare document may be attached under any.
    let isPathStated: Bool
    let warnings: [StoreDiagnostic]
    /// What names the entity in a directory.
    let key: EntityKey
    /// Principals of its own policies that some user or role must be.
    let mentions: [PrincipalMention]

    init(
        path: Text, digest: FileDigest, entity: Entity, claims: [Claim] = [], references: [EntityReference] = [],
        isPathStated: Bool = true, warnings: [StoreDiagnostic] = []
    ) {
        self.path = path
        self.digest = digest
        self.entity = entity
        key = entity.key
        otherClaims = claims
        self.references = references.withoutSpareRoom
        self.isPathStated = isPathStated
        self.warnings = warnings
        mentions = PrincipalMention.all(in: entity)
    }

    private init(_ file: EntityFile, entity: Entity) {
        (path, digest, key, otherClaims) = (file.path, file.digest, file.key, file.otherClaims)
        (references, isPathStated, warnings) = (file.references, file.isPathStated, file.warnings)
        (self.entity, mentions) = (entity, file.mentions)
    }

    /// The entity's key first.
    var claims: [Claim] { [.entity(key)] + otherClaims }

    /// The same without its documents, which can be read again from their texts.
    var withoutDocuments: EntityFile { EntityFile(self, entity: entity.mappingSources(\.withoutDocument)) }

    /// Documents that the entity holds itself: embedded, attached, boundary.
    var documentsCount: Int {
        guard let holdings = entity.holdings else { return 0 }
        return holdings.inlinePolicies.count + holdings.attachedPolicies.count
            + (holdings.permissionsBoundary == nil ? 0 : 1)
    }
}

/// What reading and parsing one file gave.
enum EntityReading: Sendable {
    case good(EntityFile)
    /// At least one error, and the warnings with them.
    case bad([StoreDiagnostic])

    /// The entity, if the file is good by itself.
    var file: EntityFile? {
        if case .good(let file) = self { file } else { nil }
    }

    /// Errors and warnings of the file by itself.
    var diagnostics: [StoreDiagnostic] {
        switch self {
        case .good(let file): file.warnings
        case .bad(let diagnostics): diagnostics
        }
    }
}
