internal import Authorizer
internal import DecisionTree
public import PolicyModel
internal import PolicySyntax

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

    /// What a layer said.
    public struct Layer: Sendable, Hashable {
        /// The layer's name, as in `deniedBy`.
        public var layer: String
        /// The root, unit or account of the organization it hangs on.
        public var level: String?
        /// `allowed`, `denied` or `silent`.
        public var outcome: String
        /// The statements whose action and resource match.
        public var statements: [Statement]
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
    }

    /// A condition that does not hold.
    public struct FailedCondition: Sendable, Hashable {
        /// The operator as written.
        public var `operator`: String
        /// The key as written.
        public var key: String
        /// The values as written.
        public var wanted: [String]
        /// What the key held; `nil` when it was missing.
        public var actual: [String]?
    }

    /// The Allow that came closest, with what it lacks.
    public struct NearestStatement: Sendable, Hashable {
        /// One sentence.
        public var advice: String
        /// The statement.
        public var statement: Statement
        /// What would have to be otherwise.
        public var missing: [Missing]
    }

    /// Something of a statement that does not match the question.
    public struct Missing: Sendable, Hashable {
        /// `action`, `resource`, `principal`, `condition` or `layer`.
        public var element: String
        /// The condition's operator.
        public var `operator`: String?
        /// The condition's key.
        public var key: String?
        /// What the statement says.
        public var wanted: [String]
        /// What the question has; `nil` when a key is missing.
        public var actual: [String]?
    }
}

extension Explanation {
    init(_ trace: Trace, _ locator: PolicyLocator, principal: Text, resource: Text) {
        let verdict = trace.verdict
        reason = verdict.reason
        let isAllowed = verdict.decision == .allowed
        let who = principal.hasPrefix("arn:") ? "User: \(principal)" : "\(principal)"
        summary =
            "\(who) \(isAllowed ? "is" : "is not") authorized to perform: \(trace.action) on resource: \(resource) "
            + verdict.reason.clause(for: trace.action)
        deniedBy = trace.deniedBy.map { "\($0)" }
        resourceAccount = trace.resourceAccount.isEmpty ? nil : trace.resourceAccount.string
        layers = trace.layers.map { Layer($0, trace, locator) }
        matchedStatement = Explanation.deciding(verdict, trace, locator)
    }

    /// The statement that the verdict names.
    private static func deciding(_ verdict: Verdict, _ trace: Trace, _ locator: PolicyLocator) -> Statement? {
        guard verdict.slot != Format.none else { return nil }
        let place: Trace.Place =
            verdict.isInlineSession
            ? .inlineSession(Int(verdict.slot))
            : verdict.registryRank != Format.none
                ? .registry(slot: verdict.slot, rank: verdict.registryRank) : .slot(verdict.slot)
        let level = verdict.level == Format.none ? nil : Int(verdict.level)
        let record = Trace.StatementRecord(
            place: place, index: Int(verdict.statementIndex), effect: verdict.decision == .allowed ? .allow : .deny,
            grades: [], failedConditions: [])
        let recorded = trace.layers.filter { $0.layer == verdict.layer && (level == nil || $0.level == level) }
            .flatMap(\.statements)
            .first { $0.place == record.place && $0.index == record.index }
        return Statement(recorded ?? record, in: verdict.layer, level: level, trace, locator)
    }
}

extension Explanation.Layer {
    init(_ record: Trace.LayerRecord, _ trace: Trace, _ locator: PolicyLocator) {
        layer = "\(record.layer)"
        level = record.level.flatMap {
            locator.levelName($0, of: record.layer, resourceAccount: trace.resourceAccount)
        }
        outcome = record.denies ? "denied" : record.allows.isEmpty ? "silent" : "allowed"
        statements = record.statements.compactMap {
            Explanation.Statement($0, in: record.layer, level: record.level, trace, locator)
        }
    }
}

extension Explanation.Statement {
    init?(
        _ record: Trace.StatementRecord, in layer: Verdict.Layer, level: Int?, _ trace: Trace,
        _ locator: PolicyLocator
    ) {
        guard let located = locator.locate(record.place, in: layer, level: level) else { return nil }
        self.init(located, index: record.index, layer: layer)
        effect = record.effect.rawValue
        outcome =
            record.grades.isEmpty
            ? "principalMismatch" : record.failedConditions.isEmpty ? "applied" : "conditionFailed"
        grades = record.grades.names
        let statements = located.source.document.statements
        guard statements.indices.contains(record.index) else { return }
        let conditions = statements[record.index].conditions
        failedConditions = record.failedConditions.filter { conditions.indices.contains($0) }
            .map { Explanation.FailedCondition(conditions[$0], trace) }
    }

    init(_ located: PolicyLocator.Located, index: Int, layer: Verdict.Layer) {
        self.layer = "\(layer)"
        self.index = index
        policy = located.policy
        let statements = located.source.document.statements
        sid = statements.indices.contains(index) ? statements[index].sid?.string : nil
        effect = Effect.allow.rawValue
        outcome = "applied"
        grades = []
        file = located.source.file
        (line, column) = located.source.place(ofStatement: index)
        failedConditions = []
    }
}

extension Explanation.FailedCondition {
    init(_ condition: Condition, _ trace: Trace) {
        `operator` = condition.operator.description
        key = condition.key.string
        wanted = condition.values.map(\.string)
        let folded = condition.key.foldedASCII
        actual = trace.context.first { $0.key == folded }?.values.map(\.string)
    }
}

extension Grades {
    /// The grades by the names of spec §6.4; none where a statement has no principal element.
    var names: [String] {
        let all: [(Grades, String)] = [
            (.everyone, "everyone"), (.account, "account"), (.user, "user"), (.role, "role"), (.session, "session"),
            (.federatedUser, "federatedUser"), (.service, "service"), (.federated, "federated"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
