/// Why a decision came out as it did, as replies carry it under `explain`.
public struct WireExplanation: Sendable, Hashable {
    /// The reason's code: `PolicyModel.Reason`'s raw value, or one that a newer sidecar knows.
    public var reason: String
    /// One sentence.
    public var summary: String
    /// The statement that decided, when one did.
    public var matchedStatement: Statement?

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

    /// Makes an explanation.
    public init(reason: String, summary: String, matchedStatement: Statement? = nil) {
        self.reason = reason
        self.summary = summary
        self.matchedStatement = matchedStatement
    }
}

extension WireBuffer {
    mutating func append(_ explanation: WireExplanation) {
        append("{\"reason\":")
        append(jsonString: explanation.reason)
        append(",\"summary\":")
        append(jsonString: explanation.summary)
        if let statement = explanation.matchedStatement {
            append(",\"matchedStatement\":")
            append(statement)
        }
        append("}")
    }

    private mutating func append(_ statement: WireExplanation.Statement) {
        append("{\"layer\":")
        append(jsonString: statement.layer)
        append(",\"policy\":")
        append(jsonString: statement.policy)
        if let sid = statement.sid {
            append(",\"sid\":")
            append(jsonString: sid)
        }
        append(",\"index\":")
        append(statement.statementIndex)
        if let file = statement.file {
            append(",\"file\":")
            append(jsonString: file)
        }
        if let line = statement.line {
            append(",\"line\":")
            append(line)
        }
        if let column = statement.column {
            append(",\"column\":")
            append(column)
        }
        append("}")
    }
}
