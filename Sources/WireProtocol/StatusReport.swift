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
        append("},\"lastReload\":{\"at\":")
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
