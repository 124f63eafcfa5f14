internal import DecisionTree
public import PolicyModel

/// A decision with why it came out so; a few words that the hot path hands on.
public struct Verdict: Sendable, Hashable, BitwiseCopyable {
    /// Which kind of policy decided.
    ///
    /// In the order in which design §3.4 lists them; the raw value is the order.
    public enum Layer: UInt8, Sendable, Hashable, BitwiseCopyable, CaseIterable {
        case none, identityPolicy, resourcePolicy, permissionsBoundary, sessionPolicy, serviceControlPolicy
        case resourceControlPolicy
    }

    /// The decision.
    public var decision: Decision
    /// Why.
    public var reason: Reason
    /// The kind of policy whose statement decided, if one did.
    public var layer = Layer.none
    /// The document slot of the deciding statement, or `Format.none`.
    public var slot = Format.none
    /// The deciding statement's index in its document.
    public var statementIndex: UInt32 = 0
    /// The rank of the registry entry whose policy decided, or `Format.none`: a resource's policy without one is the
    /// trust policy of the role.
    public var registryRank = Format.none
    /// The level of the organization that decided, root first, or `Format.none`.
    public var level = Format.none
    /// Whether `slot` is the number of an inline session policy rather than a slot of the tables.
    public var isInlineSession = false

    /// A verdict that no statement decided.
    public init(_ decision: Decision, _ reason: Reason) {
        self.decision = decision
        self.reason = reason
    }
}

/// Why a question cannot be asked as it stands: what becomes `BadRequest` (design §3.3).
public enum RequestFault: Error, Sendable, Hashable {
    /// The action is not `service:name`, or has wildcards.
    case malformedAction
    /// The resource is neither an ARN nor `*`.
    case malformedResource
    /// What is to be assumed is no ARN.
    case malformedRole
    /// The key is one that the engine sets.
    case engineOwnedKey(Text)
    /// A declared key with the wrong number or type of values.
    case wrongShape(Text, KeyDeclaration)
    /// An array for a key that a policy tests with a plain operator, and that is not declared multi-valued.
    case unexpectedArray(Text)
    /// The store has tags for the resource, so nobody else may give any.
    case assertedResourceTag(Text)
    /// Two spellings of one key.
    case repeatedKey(Text)
    /// `aws:TagKeys` does not list a key that `aws:RequestTag/…` gives.
    case missingTagKey(Text)
    /// The keys the engine computes do not fit beside the caller's.
    case tooLarge
    /// A session is said of a caller that has none: a service, or nobody in particular.
    case sessionNotAccepted
    /// `session.user` is said of a caller that is no federated user.
    case userOfSessionNotAccepted
    /// A provider's token is presented by a caller that has credentials of its own.
    case providerNotAccepted
    /// A managed session policy that the store lacks, or that belongs to another account.
    case unknownSessionPolicy(Text, field: String)
    /// The session is to last longer than the role allows, or than a role chain may (spec §8).
    case durationTooLong(secondsMax: Int, isChained: Bool)
    /// A tag of the call has the key of a transitive tag that the caller's session hands on (spec §8).
    case inheritedTag(Text)
    /// The tags of the call and those that the caller's session hands on are more than a session may have (spec §8).
    case tooManyTags(tagsMax: Int)

    /// The parameter at fault.
    public var field: String {
        switch self {
        case .malformedAction: "action"
        case .malformedResource: "resource"
        case .malformedRole: "role"
        case .sessionNotAccepted, .userOfSessionNotAccepted: "session"
        case .unknownSessionPolicy(_, let field): field
        case .durationTooLong: "durationSeconds"
        case .inheritedTag, .tooManyTags: "tags"
        case .providerNotAccepted: "federatedProvider"
        default: "context"
        }
    }

    /// One line that names the field.
    public var message: String {
        switch self {
        case .malformedAction: "action: expected `service:name` without wildcards"
        case .malformedResource: "resource: expected an ARN with six fields, or `*`"
        case .malformedRole: "role: expected the ARN of a role"
        case .engineOwnedKey(let key): "context key `\(key)` is set by the engine; leave it out"
        case .wrongShape(let key, let declaration):
            "context key `\(key)` must be \(RequestFault.shape(declaration))"
        case .unexpectedArray(let key):
            "context key `\(key)` may not be an array: a policy tests it without `ForAllValues` or `ForAnyValue`"
        case .assertedResourceTag(let key): "context key `\(key)` comes from the store, which has this resource's tags"
        case .repeatedKey(let key): "context key `\(key)` is given twice"
        case .missingTagKey(let key): "context key `aws:TagKeys` does not list the tag of `\(key)`"
        case .tooLarge: "context: the keys do not fit"
        case .sessionNotAccepted: "session: services and anonymous callers have none; leave it out"
        case .userOfSessionNotAccepted: "session.user: only a federated user's session has a user; leave it out"
        case .unknownSessionPolicy(let arn, let field):
            "\(field): `\(arn)` is no managed policy of the session's account, nor one of the vendor's"
        case .durationTooLong(let seconds, let isChained):
            "durationSeconds: \(isChained ? "a role chain's session" : "a session of this role") lasts at most"
                + " \(seconds) seconds"
        case .inheritedTag(let key): "tags: `\(key)` is a transitive tag that the session hands on; leave it out"
        case .tooManyTags(let tagsMax): "tags: with those that the session hands on they are more than \(tagsMax)"
        case .providerNotAccepted:
            "federatedProvider: only `anonymous` presents a provider's token; leave it out, or ask as `anonymous`"
        }
    }

    private static func shape(_ declaration: KeyDeclaration) -> String {
        let type = declaration.type.rawValue
        return declaration.isMultiValued ? "an array of \(type) values" : "one \(type) value"
    }
}
