/// Which edition of the language a document is written in (spec §2.2, §3.4).
public enum PolicyVersion: String, Sendable, Hashable {
    /// `2008-10-17`, also when `Version` is absent: no policy variables.
    case v2008 = "2008-10-17"
    /// `2012-10-17`: policy variables are expanded.
    case v2012 = "2012-10-17"
}

/// A policy document: the unit that is parsed, compiled and attached (spec §2.2).
public struct Document: Sendable, Hashable {
    /// The edition; `nil` when the document does not say, which means 2008-10-17.
    public var version: PolicyVersion?
    /// The optional `Id`; no effect on evaluation.
    public var id: Text?
    /// At least one statement, in document order.
    public var statements: [Statement]

    /// Makes a document from parts that have been checked.
    public init(version: PolicyVersion?, id: Text? = nil, statements: [Statement]) {
        self.version = version
        self.id = id
        self.statements = statements
    }

    /// Whether `${…}` is a policy variable here, rather than plain text (spec §3.4).
    public var expandsVariables: Bool { version == .v2012 }
}

/// What a statement says when it applies.
public enum Effect: String, Sendable, Hashable {
    /// Grants.
    case allow = "Allow"
    /// Refuses, whatever else grants.
    case deny = "Deny"
}

/// One statement of a document (spec §2.2, §2.4).
public struct Statement: Sendable, Hashable {
    /// The optional name; no effect on evaluation.
    public var sid: Text?
    /// Whether it grants or refuses.
    public var effect: Effect
    /// Whom it is about; only in resource and trust policies (and as `*` in RCPs).
    public var principal: PrincipalElement?
    /// Which actions it is about.
    public var action: ActionElement
    /// Which resources it is about; `nil` in trust policies, and in resource policies that mean the resource they hang on.
    public var resource: ResourceElement?
    /// The tests of `Condition`, ANDed; empty means always true (spec §4).
    public var conditions: [Condition]

    /// Makes a statement from parts that have been checked.
    public init(
        sid: Text? = nil, effect: Effect, principal: PrincipalElement? = nil, action: ActionElement,
        resource: ResourceElement? = nil, conditions: [Condition] = []
    ) {
        self.sid = sid
        self.effect = effect
        self.principal = principal
        self.action = action
        self.resource = resource
        self.conditions = conditions
    }
}

/// `Action` or `NotAction`: patterns that are compared without ASCII case (spec §3.1).
public enum ActionElement: Sendable, Hashable {
    /// Matches when any pattern does.
    case action([Text])
    /// Matches when no pattern does.
    case notAction([Text])

    /// The patterns as written.
    public var patterns: [Text] {
        switch self {
        case .action(let patterns), .notAction(let patterns): patterns
        }
    }
}

/// `Resource` or `NotResource`: patterns as written, never completed or expanded here (spec §3.2).
public enum ResourceElement: Sendable, Hashable {
    /// Matches when any pattern does.
    case resource([Text])
    /// Matches when no pattern does.
    case notResource([Text])

    /// The patterns as written.
    public var patterns: [Text] {
        switch self {
        case .resource(let patterns), .notResource(let patterns): patterns
        }
    }
}

/// The kinds of policy, which differ in what they may say (spec §2.5).
public enum PolicyKind: String, Sendable, Hashable, CaseIterable {
    /// Inline on a user, group or role.
    case identity
    /// A managed policy, attached to users, groups and roles.
    case managed
    /// A managed policy set as a permissions boundary.
    case boundary
    /// Passed when a session is made.
    case session
    /// Attached to a resource.
    case resource
    /// A role's trust policy.
    case trust
    /// A service control policy.
    case scp
    /// A resource control policy.
    case rcp
}
