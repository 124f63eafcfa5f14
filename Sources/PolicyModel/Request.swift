/// What a context key holds in a request (design §3.3).
public enum ContextValue: Sendable, Hashable {
    /// A string, a number's source text, or `true`/`false`.
    case single(Text)
    /// An array, in request order.
    case multiple([Text])

    /// The values as a list.
    public var values: [Text] {
        switch self {
        case .single(let value): [value]
        case .multiple(let values): values
        }
    }
}

/// A question: may this caller do this action on this resource in this context.
public struct Request: Sendable, Hashable {
    /// Who asks.
    public var principal: Caller
    /// What they want to do, such as `docs:Read`.
    public var action: Text
    /// On what: an ARN, or `*` for actions without a resource.
    public var resource: Text
    /// The keys in the order they were given; no two are equal without ASCII case.
    public var context: [ContextEntry]

    /// A key of the context with what it holds.
    public struct ContextEntry: Sendable, Hashable {
        /// The key as written; compared without ASCII case.
        public var key: Text
        /// What it holds.
        public var value: ContextValue

        /// Makes an entry.
        public init(key: Text, value: ContextValue) {
            self.key = key
            self.value = value
        }
    }

    /// Makes a question from parts that have been checked.
    public init(principal: Caller, action: Text, resource: Text, context: [ContextEntry] = []) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// The answer to a question (spec §6.1).
public enum Decision: String, Sendable, Hashable, CaseIterable, BitwiseCopyable {
    /// Something granted it, nothing refused it, and every ceiling let it through.
    case allowed
    /// A `Deny` statement matched.
    case explicitDeny
    /// Nothing granted it, or a ceiling did not, or it could not be decided.
    case implicitDeny
}

/// Why a decision came out as it did; the codes are stable and appear in explanations.
public enum Reason: String, Sendable, Hashable, CaseIterable, BitwiseCopyable {
    /// The question was allowed.
    case allowed
    /// A `Deny` statement of an identity policy matched.
    case identityPolicyDeny
    /// A `Deny` statement of the permissions boundary matched.
    case permissionsBoundaryDeny
    /// A `Deny` statement of a resource policy matched.
    case resourcePolicyDeny
    /// A `Deny` statement of a session policy matched.
    case sessionPolicyDeny
    /// A `Deny` statement of a service control policy matched.
    case serviceControlPolicyDeny
    /// A `Deny` statement of a resource control policy matched.
    case resourceControlPolicyDeny
    /// A `Deny` statement of the role's trust policy matched.
    case trustPolicyDeny
    /// No identity policy allows it.
    case identityPolicy
    /// The permissions boundary does not allow it.
    case permissionsBoundary
    /// No resource policy allows it, and the question is cross-account or the resource requires one.
    case resourcePolicy
    /// The role's trust policy does not allow it.
    case trustPolicy
    /// No session policy allows it, or a federated user has none (spec §6.3).
    case sessionPolicy
    /// A level of service control policies does not allow it.
    case serviceControlPolicy
    /// Credentials of this kind may not call the action (spec §8): a root user that assumes a role, a session that asks
    /// for session tokens.
    case unsuitableCredentials
    /// The role that is to be assumed is not in the store.
    case unknownRole
    /// A role chain may not change the source identity it carries (spec §8).
    case sourceIdentityIsSet
    /// The principal names no user or role of the store.
    case unknownPrincipal
    /// The root user of an account that has not enabled it (design §3.2).
    case rootDisabled
    /// Nothing says which account owns the resource (design §3.2).
    case unknownResourceAccount
    /// Two sources disagree about which account owns the resource (design §3.2).
    case ambiguousOwner
    /// The principal names something that was deleted or is not good (design §3.2 rule 3).
    case brokenReference
    /// A policy in play tests a fact about the session that the caller did not give (design §3.3).
    case sessionRequired
    /// The question took more than `decisionStepsMax` steps (design §3.3).
    case tooCostly
    /// The store's trouble has lasted longer than the operator allows (design §3.2 `--stale-deny-after`).
    case stalePolicies

    /// The case's place in `allCases`, for counting by reason.
    @inlinable
    public var ordinal: Int {
        // An enum of fewer than 256 cases without payloads is one byte, which counts them in the order of declaration.
        unsafe Int(unsafeBitCast(self, to: UInt8.self))
    }

    /// One sentence for people.
    public var sentence: String {
        switch self {
        case .allowed: "the policies allow it"
        case .identityPolicyDeny: "an identity-based policy explicitly denies it"
        case .permissionsBoundaryDeny: "the permissions boundary explicitly denies it"
        case .resourcePolicyDeny: "a resource-based policy explicitly denies it"
        case .sessionPolicyDeny: "a session policy explicitly denies it"
        case .serviceControlPolicyDeny: "a service control policy explicitly denies it"
        case .resourceControlPolicyDeny: "a resource control policy explicitly denies it"
        case .trustPolicyDeny: "the role's trust policy explicitly denies it"
        case .identityPolicy: "no identity-based policy allows it"
        case .permissionsBoundary: "the permissions boundary does not allow it"
        case .resourcePolicy: "no resource-based policy allows it"
        case .trustPolicy: "the role's trust policy does not allow it"
        case .sessionPolicy: "no session policy allows it"
        case .serviceControlPolicy: "no service control policy allows it"
        case .unsuitableCredentials: "credentials of this kind may not call it"
        case .unknownRole: "the store has no role of this ARN, which names its path, too"
        case .sourceIdentityIsSet: "the source identity of a role chain may not be changed"
        case .unknownPrincipal: "the store has no such principal"
        case .rootDisabled: "the root user of this account is disabled"
        case .unknownResourceAccount: "nothing says which account owns the resource"
        case .ambiguousOwner: "two sources disagree about which account owns the resource"
        case .brokenReference: "a file that it depends on names something that is deleted or broken"
        case .sessionRequired: "policies depend on facts of the session that the question does not give"
        case .tooCostly: "deciding took too many steps"
        case .stalePolicies: "the policies in force are older than the operator allows"
        }
    }

    /// How the reason ends a sentence about an action, in the words of AWS's own messages where it has some.
    public func clause(for action: Text) -> String {
        switch self {
        case .identityPolicyDeny: "with an explicit deny in an identity-based policy"
        case .permissionsBoundaryDeny: "with an explicit deny in a permissions boundary"
        case .sessionPolicyDeny: "with an explicit deny in a session policy"
        case .resourcePolicyDeny: "with an explicit deny in a resource-based policy"
        case .trustPolicyDeny: "with an explicit deny in the role trust policy"
        case .serviceControlPolicyDeny: "with an explicit deny in a service control policy"
        case .resourceControlPolicyDeny: "with an explicit deny in a resource control policy"
        case .identityPolicy: "because no identity-based policy allows the \(action) action"
        case .permissionsBoundary: "because no permissions boundary allows the \(action) action"
        case .sessionPolicy: "because no session policy allows the \(action) action"
        case .resourcePolicy: "because no resource-based policy allows the \(action) action"
        case .trustPolicy: "because the role trust policy does not allow the \(action) action"
        case .serviceControlPolicy: "because no service control policy allows the \(action) action"
        default: "because \(sentence)"
        }
    }
}
