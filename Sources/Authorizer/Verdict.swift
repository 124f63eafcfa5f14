internal import DecisionTree
public import PolicyModel

/// A decision with why it came out so; a few words that the hot path hands on.
public struct Verdict: Sendable, Hashable, BitwiseCopyable {
    /// Which kind of policy decided.
    public enum Layer: UInt8, Sendable, Hashable, BitwiseCopyable {
        case none, identityPolicy, permissionsBoundary, resourcePolicy
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
    /// The rank of the registry entry whose policy decided, or `Format.none`.
    public var registryRank = Format.none

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

    /// The parameter at fault.
    public var field: String {
        switch self {
        case .malformedAction: "action"
        case .malformedResource: "resource"
        default: "context"
        }
    }

    /// One line that names the field.
    public var message: String {
        switch self {
        case .malformedAction: "action: expected `service:name` without wildcards"
        case .malformedResource: "resource: expected an ARN with six fields, or `*`"
        case .engineOwnedKey(let key): "context key `\(key)` is set by the engine; leave it out"
        case .wrongShape(let key, let declaration):
            "context key `\(key)` must be \(RequestFault.shape(declaration))"
        case .unexpectedArray(let key):
            "context key `\(key)` may not be an array: a policy tests it without a set operator, and it is not declared"
                + " multi-valued"
        case .assertedResourceTag(let key): "context key `\(key)` comes from the store, which has this resource's tags"
        case .repeatedKey(let key): "context key `\(key)` is given twice"
        case .missingTagKey(let key): "context key `aws:TagKeys` does not list the tag of `\(key)`"
        case .tooLarge: "context: the keys do not fit"
        }
    }

    private static func shape(_ declaration: KeyDeclaration) -> String {
        let type = declaration.type.rawValue
        return declaration.isMultiValued ? "an array of \(type) values" : "one \(type) value"
    }
}
