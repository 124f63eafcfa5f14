/// Why an answer came out as it did.
///
/// Names are those of the interface, or ones that a newer sidecar knows; what it does not say is empty.
public struct Explanation: Sendable, Hashable {
    /// A stable code, such as `identityPolicyDeny`.
    public let reason: String
    /// One sentence for people.
    public let summary: String
    /// The layers that denied, or whose lack of an allow mattered; empty when it is allowed.
    public let deniedBy: [String]
    /// The account that owns the resource, where one is known.
    public let resourceAccount: String?
    /// The statement that decided, where one did.
    public let matchedStatement: MatchedStatement?
    /// What each kind of policy in play came to, in the order in which they are looked at.
    public let layers: [Layer]
    /// When denied: the statement that came closest to allowing; advice, on which no decision depends.
    public let nearestAllow: NearestAllow?
    /// What to do where policies are not to blame, or not alone: a sentence each.
    public let hints: [String]
    /// Whether this is the reason alone: of one `authorizeMany` only so much is explained.
    public let isAbridged: Bool
    /// The whole object as the sidecar sent it.
    public let json: String

    /// One kind of policy, at one level of the organization where there are several.
    public struct Layer: Sendable, Hashable {
        /// The kind, such as `identityPolicy`.
        public let layer: String
        /// For control policies: the node of the organization that they hang on.
        public let level: String?
        /// `allowed`, `denied`, `silent`, or `unknown` where finding out took too many steps and decided nothing.
        public let outcome: String
        /// The statements that are about the action and the resource; what decided and what applied comes first.
        public let statements: [Statement]
        /// How many more of them are not shown.
        public let statementsLeftOut: Int
        /// Whether there may be more that nobody has looked at: looking took too many steps.
        public let isIncomplete: Bool
    }

    /// A statement that is about the action and the resource, and what it came to.
    public struct Statement: Sendable, Hashable {
        /// Which statement.
        public let statement: MatchedStatement
        /// `Allow` or `Deny`.
        public let effect: String
        /// `applied`, `conditionFailed` or `principalMismatch`.
        public let outcome: String
        /// How a resource policy names the caller, where it does.
        public let grades: [String]
        /// The conditions that did not hold.
        public let failedConditions: [FailedCondition]
        /// How many more of them are not shown.
        public let failedConditionsLeftOut: Int
    }

    /// A condition that did not hold.
    public struct FailedCondition: Sendable, Hashable {
        /// The operator as the policy writes it.
        public let `operator`: String
        /// The key.
        public let key: String
        /// The policy's values.
        public let wanted: [String]
        /// The request's values; `nil` when it has no such key.
        public let actual: [String]?
        /// What became of the variables, and what is not shown.
        public let details: Details
    }

    /// What there is to say of a list of wanted values, and of those that are there.
    public struct Details: Sendable, Hashable {
        /// For each of the wanted values, what it is once its variables are replaced, `nil` in it for one without a value.
        ///
        /// `nil` altogether where there are no variables.
        public let resolved: [String?]?
        /// How many more are wanted than are shown.
        public let wantedLeftOut: Int
        /// How many more there are than are shown.
        public let actualLeftOut: Int
    }

    /// The statement that came closest to allowing.
    public struct NearestAllow: Sendable, Hashable {
        /// One sentence.
        public let advice: String
        /// Which statement.
        public let statement: MatchedStatement
        /// What would have to be otherwise.
        public let missing: [Missing]
        /// How much more of the statement does not match than is shown.
        public let missingLeftOut: Int
    }

    /// Something that kept a statement from allowing.
    public struct Missing: Sendable, Hashable {
        /// `action`, `resource`, `principal`, `condition` or `layer`.
        public let element: String
        /// Whether the statement says what it is *not* about: `NotAction` or `NotResource`.
        public let isNot: Bool
        /// A condition's operator.
        public let `operator`: String?
        /// A condition's key.
        public let key: String?
        /// What the statement asks for.
        public let wanted: [String]
        /// What the request has; `nil` when nothing.
        public let actual: [String]?
        /// What became of the variables, and what is not shown.
        public let details: Details
    }
}

/// A statement, and where it is written.
public struct MatchedStatement: Sendable, Hashable {
    /// Which kind of policy it belongs to.
    public let layer: String
    /// The policy's ARN or name.
    public let policy: String
    /// The statement's `Sid`, where it has one.
    public let sid: String?
    /// Which statement of the policy, from 0.
    public let index: Int
    /// The file, relative to the store; empty for policies that came with the session.
    public let file: String
    /// From 1.
    public let line: Int
    /// In Unicode scalars, from 1.
    public let column: Int
}
