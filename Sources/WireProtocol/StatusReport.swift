/// What `Status` answers.
public struct StatusReport: Sendable, Hashable {
    /// The revision in force.
    public var revision: String
    /// Postern's version.
    public var version: String
    /// Seconds since the start.
    public var uptimeSeconds: Int
    /// What is in force.
    public var counts = Counts()
    /// Open connections.
    public var connections = 0
    /// Messages answered since the start.
    public var requests = 0
    /// Decisions since the start, by outcome.
    public var decisions = Decisions()
    /// The same decisions by reason, in the order of `Reason`; those that came up.
    public var reasons: [ReasonCount] = []
    /// What became of the decision log; `nil` when none is kept.
    public var decisionLog: DecisionLog?
    /// The last time the files were read.
    public var lastReload: LastReload
    /// Whether the policies in force are older than the files, as a whole or in part.
    public var stale = false
    /// What is wrong with the files, one line each; `nil` for those who may not see it.
    public var errors: [String]?
    /// How many errors there are.
    public var errorCount = 0
    /// Files in the store that are not read.
    public var ignoredFiles = 0
    /// What is known of the image that the sidecar was started from; `nil` when it was started without.
    public var image: Image?

    /// What an image was found to be, once its policies were compiled behind it.
    public enum Image: String, Sendable, Hashable {
        /// It decides, while they are being compiled.
        case unchecked
        /// They compile to the same.
        case equal
        /// They compile to something else, which decides since.
        case different
        /// They do not compile, or are none that a start would take: everything is denied until they are.
        case withdrawn
    }

    /// How much of everything is in force.
    public struct Counts: Sendable, Hashable {
        /// Accounts.
        public var accounts = 0
        /// Users.
        public var users = 0
        /// Groups.
        public var groups = 0
        /// Roles.
        public var roles = 0
        /// Managed policies.
        public var managedPolicies = 0
        /// Registry entries of resources.
        public var resources = 0
        /// Service and resource control policies.
        public var controlPolicies = 0
        /// Entities that name something deleted or broken.
        public var quarantined = 0
        /// Compiled documents.
        public var trees = 0
        /// Statements of all compiled documents.
        public var statements = 0
        /// Different conditions.
        public var conditions = 0
        /// What the tables take in memory.
        public var tableBytes = 0

        /// Nothing.
        public init() {}
    }

    /// Decisions by outcome.
    public struct Decisions: Sendable, Hashable {
        /// Allowed.
        public var allowed = 0
        /// Refused by a statement.
        public var explicitDeny = 0
        /// Granted by nothing, or not decidable.
        public var implicitDeny = 0

        /// Nothing.
        public init() {}
    }

    /// How often a reason came up.
    public struct ReasonCount: Sendable, Hashable {
        /// The reason's code.
        public var reason: String
        /// How many decisions had it.
        public var count: Int

        /// Makes a count.
        public init(reason: String, count: Int) {
            self.reason = reason
            self.count = count
        }
    }

    /// What became of the decisions that were to be logged.
    public struct DecisionLog: Sendable, Hashable {
        /// Lines that were written.
        public var written: Int
        /// Decisions for which there was no room, because they came faster than they could be written.
        public var dropped: Int
        /// Lines that could not be written.
        public var failed: Int

        /// Makes the numbers of a log.
        public init(written: Int, dropped: Int, failed: Int) {
            self.written = written
            self.dropped = dropped
            self.failed = failed
        }
    }

    /// A reading of the files.
    public struct LastReload: Sendable, Hashable {
        /// Seconds since 1970.
        public var at: Int
        /// Whether there was no error.
        public var succeeded: Bool

        /// Makes a description of a reading.
        public init(at: Int, succeeded: Bool) {
            self.at = at
            self.succeeded = succeeded
        }
    }

    /// A report of a sidecar that has not been asked anything.
    public init(revision: String, version: String, uptimeSeconds: Int, lastReload: LastReload) {
        self.revision = revision
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.lastReload = lastReload
    }
}

extension StatusReport.Counts {
    /// The members in the order of the interface, with their names there.
    var members: [(name: StaticString, value: Int)] {
        [
            ("accounts", accounts), ("users", users), ("groups", groups), ("roles", roles),
            ("managedPolicies", managedPolicies), ("resources", resources),
            ("controlPolicies", controlPolicies), ("quarantined", quarantined), ("trees", trees),
            ("statements", statements), ("conditions", conditions), ("tableBytes", tableBytes),
        ]
    }
}

extension StatusReport.Decisions {
    /// The members in the order of the interface, with their names there.
    var members: [(name: StaticString, value: Int)] {
        [("allowed", allowed), ("explicitDeny", explicitDeny), ("implicitDeny", implicitDeny)]
    }
}

extension WireBuffer {
    mutating func append(_ status: StatusReport) {
        append("{\"revision\":")
        append(jsonString: status.revision)
        append(",\"version\":")
        append(jsonString: status.version)
        append(",\"uptimeSeconds\":")
        append(status.uptimeSeconds)
        append(",\"counts\":{")
        for (index, member) in status.counts.members.enumerated() {
            append(member.name, member.value, isFirst: index == 0)
        }
        append("}")
        append("connections", status.connections, isFirst: false)
        append("requests", status.requests, isFirst: false)
        append(",\"decisions\":{")
        for (index, member) in status.decisions.members.enumerated() {
            append(member.name, member.value, isFirst: index == 0)
        }
        append("},\"reasons\":{")
        for (index, counted) in status.reasons.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(jsonString: counted.reason)
            append(UInt8(ascii: ":"))
            append(counted.count)
        }
        append("}")
        if let log = status.decisionLog {
            append(",\"decisionLog\":{")
            append("written", log.written, isFirst: true)
            append("dropped", log.dropped, isFirst: false)
            append("failed", log.failed, isFirst: false)
            append("}")
        }
        append(",\"lastReload\":{\"at\":")
        append(status.lastReload.at)
        append(",\"succeeded\":")
        append(status.lastReload.succeeded)
        append("},\"stale\":")
        append(status.stale)
        if let errors = status.errors {
            append(",\"errors\":")
            append(jsonStrings: errors)
        }
        append("errorCount", status.errorCount, isFirst: false)
        append("ignoredFiles", status.ignoredFiles, isFirst: false)
        if let image = status.image {
            append(",\"image\":")
            append(jsonString: image.rawValue)
        }
        append("}")
    }

    private mutating func append(_ name: StaticString, _ value: Int, isFirst: Bool) {
        append(isFirst ? "\"" : ",\"")
        append(name)
        append("\":")
        append(value)
    }
}
