/// What a context key holds.
public enum ContextValue: Sendable, Hashable {
    case string(String)
    /// A number by its text, which JSON has to accept: `1.50` stays `1.50`.
    case number(String)
    case bool(Bool)
    /// Several values; only for keys that policies test with `ForAnyValue` or `ForAllValues`.
    case list([ContextValue])
}

extension ContextValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral
{
    /// `.string`.
    public init(stringLiteral value: String) { self = .string(value) }
    /// `.number`.
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    /// `.bool`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// `.list`.
    public init(arrayLiteral elements: ContextValue...) { self = .list(elements) }
}

/// Whether a principal may do an action on a resource in a context.
public struct Question: Sendable, Hashable {
    /// Such as `arn:aws:iam::111122223333:user/alice`.
    public var principal: String
    /// Such as `docs:Read`.
    public var action: String
    /// An ARN, or `*` for actions without a resource.
    public var resource: String
    /// What is known of the request; the sidecar adds what it knows of the principal and the resource.
    public var context: [String: ContextValue]
    /// What is known of the credentials behind the principal; sessions of roles need it for their tags and policies.
    public var session: Session?

    /// Makes a question.
    public init(
        principal: String, action: String, resource: String, context: [String: ContextValue] = [:],
        session: Session? = nil
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
        self.session = session
    }
}

/// How a question came out.
public enum Decision: String, Sendable, Hashable, CaseIterable {
    /// Something granted it and nothing refused it.
    case allowed
    /// A `Deny` statement matched.
    case explicitDeny
    /// Nothing granted it, or it could not be decided.
    case implicitDeny
}

/// The answer to one question.
public struct Answer: Sendable, Hashable {
    /// The only thing to act on: `true` when, and only when, the decision is `allowed`.
    public let isAllowed: Bool
    /// How it came out.
    public let decision: Decision
    /// The revision of the policies that decided.
    public let revision: String
    /// In `authorizeMany`: why this question could not be decided; it is then denied.
    public let error: String?
    /// When asked for: why it came out so.
    public let explanation: Explanation?
}

/// What the sidecar says of itself.
public struct SidecarStatus: Sendable, Hashable {
    /// The revision of the policies in force.
    public let revision: String
    /// Whether files are newer than what is in force, because they have errors.
    public let isStale: Bool
    /// Whether anything is wrong at all: staleness, quarantined entities, a failed reload, an image that was not what its
    /// policies compile to.
    public let isDegraded: Bool
    /// Each trouble as one line; empty for callers that are not trusted with them.
    public let errors: [String]
    /// The whole object as the sidecar sent it.
    public let json: String
}
