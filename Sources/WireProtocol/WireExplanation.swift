/// Why a decision came out as it did, as replies carry it under `explain`.
///
/// Names of layers, outcomes and elements are those of the interface, or ones that a newer sidecar knows. Readers take
/// every member as optional: what is not there is empty.
public struct WireExplanation: Sendable, Hashable {
    /// The reason's code: `PolicyModel.Reason`'s raw value, or one that a newer sidecar knows.
    public var reason: String
    /// One sentence.
    public var summary: String
    /// The layers that denied, or whose lack of an allow mattered.
    public var deniedBy: [String]
    /// The account that owns the resource, where one is known.
    public var resourceAccount: String?
    /// The statement that decided, when one did.
    public var matchedStatement: Statement?
    /// What each layer in play came to.
    public var layers: [Layer]
    /// When denied: the statement that came closest to allowing; advice, not part of the decision.
    public var nearestAllow: NearestAllow?
    /// What to do where policies are not to blame, or not alone: a sentence each.
    public var hints: [String] = []
    /// Whether this is the reason alone, because the call has been explained as much as one call is.
    public var isAbridged = false

    /// A statement, and where it is written.
    public struct Statement: Sendable, Hashable {
        /// The kind of policy, such as `identityPolicy`.
        public var layer: String
        /// The policy's ARN or name.
        public var policy: String
        /// The statement's `Sid`.
        public var sid: String?
        /// Which statement of the policy, from 0.
        public var statementIndex: Int
        /// The file, relative to the store.
        public var file: String?
        /// The line in the file, from 1.
        public var line: Int?
        /// The column in the line, in characters from 1.
        public var column: Int?

        /// Makes a statement's description.
        public init(
            layer: String, policy: String, sid: String? = nil, statementIndex: Int, file: String? = nil,
            line: Int? = nil, column: Int? = nil
        ) {
            self.layer = layer
            self.policy = policy
            self.sid = sid
            self.statementIndex = statementIndex
            self.file = file
            self.line = line
            self.column = column
        }
    }

    /// One kind of policy, at one level of the organization where there are several.
    public struct Layer: Sendable, Hashable {
        /// The kind of policy.
        public var layer: String
        /// The organization's node, for control policies.
        public var level: String?
        /// `allowed`, `denied`, `silent` or `unknown`.
        public var outcome: String
        /// The statements whose action and resource match.
        public var statements: [LayerStatement]
        /// How many more of them are not shown.
        public var statementsLeftOut = 0
        /// Whether there may be more that nobody has looked at.
        public var isIncomplete = false

        /// Makes a layer's description.
        public init(layer: String, level: String? = nil, outcome: String, statements: [LayerStatement] = []) {
            self.layer = layer
            self.level = level
            self.outcome = outcome
            self.statements = statements
        }
    }

    /// A statement of a layer, with what it came to; the layer's own name is said once, by the layer.
    public struct LayerStatement: Sendable, Hashable {
        /// Which statement.
        public var statement: Statement
        /// `Allow` or `Deny`.
        public var effect: String
        /// `applied`, `conditionFailed` or `principalMismatch`.
        public var outcome: String
        /// How a resource policy names the caller, where it does.
        public var grade: [String]?
        /// The conditions that did not hold.
        public var failedConditions: [Condition]
        /// How many more of them are not shown.
        public var failedConditionsLeftOut = 0

        /// Makes a statement's description.
        public init(
            statement: Statement, effect: String, outcome: String, grade: [String]? = nil,
            failedConditions: [Condition] = []
        ) {
            self.statement = statement
            self.effect = effect
            self.outcome = outcome
            self.grade = grade
            self.failedConditions = failedConditions
        }
    }

    /// A condition that did not hold.
    public struct Condition: Sendable, Hashable {
        /// The operator as the policy writes it.
        public var `operator`: String
        /// The key.
        public var key: String
        /// The policy's values.
        public var wanted: [String]
        /// The request's values; `nil` when it has no such key.
        public var actual: [String]?
        /// What became of the variables, and what is not shown.
        public var details = Details()

        /// Makes a condition's description.
        public init(operator: String, key: String, wanted: [String], actual: [String]?) {
            self.operator = `operator`
            self.key = key
            self.wanted = wanted
            self.actual = actual
        }
    }

    /// What there is to say of a list of wanted values, and of those that are there.
    public struct Details: Sendable, Hashable {
        /// For each of the wanted values, what it is once its variables are replaced, `nil` in it for one without a value.
        ///
        /// `nil` altogether where there are no variables.
        public var resolved: [String?]?
        /// How many more are wanted than are shown.
        public var wantedLeftOut = 0
        /// How many more there are than are shown.
        public var actualLeftOut = 0

        /// Nothing to say.
        public init(resolved: [String?]? = nil, wantedLeftOut: Int = 0, actualLeftOut: Int = 0) {
            self.resolved = resolved
            self.wantedLeftOut = wantedLeftOut
            self.actualLeftOut = actualLeftOut
        }
    }

    /// The statement that came closest to allowing.
    public struct NearestAllow: Sendable, Hashable {
        /// One sentence.
        public var advice: String
        /// Which statement.
        public var statement: Statement
        /// What would have to be otherwise.
        public var missing: [Missing]
        /// How much more of the statement does not match than is shown.
        public var missingLeftOut = 0

        /// Makes a description.
        public init(advice: String, statement: Statement, missing: [Missing]) {
            self.advice = advice
            self.statement = statement
            self.missing = missing
        }
    }

    /// Something that kept a statement from applying.
    public struct Missing: Sendable, Hashable {
        /// `action`, `resource`, `principal`, `condition` or `layer`.
        public var element: String
        /// What the statement asks for.
        public var wanted: [String]
        /// What the request has; `nil` when nothing.
        public var actual: [String]?
        /// A condition's operator.
        public var `operator`: String?
        /// A condition's key.
        public var key: String?
        /// Whether the statement says what it is *not* about.
        public var isNot = false
        /// What became of the variables, and what is not shown.
        public var details = Details()

        /// Makes a description.
        public init(
            element: String, wanted: [String], actual: [String]?, operator: String? = nil, key: String? = nil
        ) {
            self.element = element
            self.wanted = wanted
            self.actual = actual
            self.operator = `operator`
            self.key = key
        }
    }

    /// Makes an explanation.
    public init(
        reason: String, summary: String, deniedBy: [String] = [], resourceAccount: String? = nil,
        matchedStatement: Statement? = nil, layers: [Layer] = [], nearestAllow: NearestAllow? = nil
    ) {
        self.reason = reason
        self.summary = summary
        self.deniedBy = deniedBy
        self.resourceAccount = resourceAccount
        self.matchedStatement = matchedStatement
        self.layers = layers
        self.nearestAllow = nearestAllow
    }
}
