public import PolicyModel

/// Why a decision came out as it did, for people and programs.
public struct Explanation: Sendable, Hashable {
    /// The stable code.
    public var reason: Reason
    /// One sentence for people, in AWS's words where AWS has some.
    public var summary: String
    /// The layers that denied, or whose silence mattered; identity first (design §3.4).
    public var deniedBy: [String]
    /// The account that owns the resource; `nil` when nothing says it.
    public var resourceAccount: String?
    /// The statement that decided, if one did.
    public var matchedStatement: Statement?
    /// The layers in play.
    public var layers: [Layer]
    /// The Allow that came closest; advice, and only for an implicit deny.
    public var nearestAllow: NearestStatement?
    /// What to do where policies are not to blame, or not alone: a sentence each.
    public var hints: [String] = []

    /// What a layer said.
    public struct Layer: Sendable, Hashable {
        /// The layer's name, as in `deniedBy`.
        public var layer: String
        /// The root, unit or account of the organization it hangs on.
        public var level: String?
        /// `allowed`, `denied`, `silent`, or `unknown` where finding out took too many steps and decided nothing.
        public var outcome: String
        /// The statements whose action and resource match; the deciding one and those that apply come first.
        public var statements: [Statement]
        /// How many more of them are not shown.
        public var statementsLeftOut = 0
        /// Whether every statement was looked at.
        public var isComplete = true
    }

    /// A statement with where it is written.
    public struct Statement: Sendable, Hashable {
        /// The layer's name.
        public var layer: String
        /// The policy's name, its ARN, or the resource it hangs on.
        public var policy: String
        /// The statement's `Sid`, if it has one.
        public var sid: String?
        /// From 0, in document order.
        public var index: Int
        /// `Allow` or `Deny`.
        public var effect: String
        /// `applied`, `conditionFailed` or `principalMismatch`.
        public var outcome: String
        /// How the statement names the caller, where it names principals.
        public var grades: [String]
        /// Relative to the store.
        public var file: String
        /// From 1.
        public var line: Int
        /// In Unicode scalars, from 1.
        public var column: Int
        /// The conditions that do not hold.
        public var failedConditions: [FailedCondition]
        /// How many more of them are not shown.
        public var failedConditionsLeftOut = 0
    }

    /// A condition that does not hold.
    public struct FailedCondition: Sendable, Hashable {
        /// The operator as written.
        public var `operator`: String
        /// The key as written.
        public var key: String
        /// What is wanted and what there is.
        public var comparison: Comparison
    }

    /// What a policy says, beside what the question has.
    public struct Comparison: Sendable, Hashable {
        /// The values as written.
        public var wanted: [String]
        /// For each of `wanted`, what it is once its variables are replaced; `nil` in it for a variable without a value.
        ///
        /// `nil` altogether where there are no variables.
        public var resolved: [String?]?
        /// How many more are wanted than are shown.
        public var wantedLeftOut = 0
        /// What the question has; `nil` when it has nothing of the kind.
        public var actual: [String]?
        /// How many more it has than are shown.
        public var actualLeftOut = 0
    }

    /// The Allow that came closest, with what it lacks.
    public struct NearestStatement: Sendable, Hashable {
        /// One sentence.
        public var advice: String
        /// The statement.
        public var statement: Statement
        /// What would have to be otherwise.
        public var missing: [Missing]
        /// How much more of the statement does not match than is shown.
        public var missingLeftOut = 0
    }

    /// Something of a statement that does not match the question.
    public struct Missing: Sendable, Hashable {
        /// `action`, `resource`, `principal`, `condition` or `layer`.
        public var element: String
        /// Whether the statement says what it is *not* about: `NotAction` or `NotResource`.
        public var isNot = false
        /// The condition's operator.
        public var `operator`: String?
        /// The condition's key.
        public var key: String?
        /// What the statement says and what the question has.
        public var comparison: Comparison
    }
}
