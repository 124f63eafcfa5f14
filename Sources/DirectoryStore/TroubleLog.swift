internal import Directory
internal import Logging

/// Tells each trouble once, and once that it is over.
struct TroubleLog {
    private let logger: Logger
    private var errors: Set<String> = []
    private var warnings: Set<String> = []
    private var remarks: Set<String> = []

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// The errors of the last reading.
    mutating func note(errors now: [String]) {
        for error in now where !errors.contains(error) { logger.error("\(error)") }
        for error in errors.subtracting(now).sorted() { logger.info("no longer: \(error)") }
        errors = Set(now)
    }

    /// The warnings of the last reading.
    mutating func note(warnings now: [String]) {
        for warning in now where !warnings.contains(warning) { logger.warning("\(warning)") }
        warnings = Set(now)
    }

    /// The warnings of a few files that changed.
    mutating func note(changed: (gone: [String], new: [String])) {
        warnings.subtract(Set(changed.gone).subtracting(changed.new))
        for warning in changed.new where warnings.insert(warning).inserted { logger.warning("\(warning)") }
    }

    /// That files have changed, and what is in force now.
    func tell(_ snapshot: Snapshot, after old: Directory) {
        if old.organization != nil, snapshot.directory.organization == nil {
            logger.warning("the organization is gone: no control policy binds anybody now")
        }
        logger.info("new policies are in force", metadata: ["revision": "\(snapshot.revision)"])
    }

    /// Something that stays as it is.
    mutating func remark(_ text: String) {
        if remarks.insert(text).inserted { logger.warning("\(text)") }
    }
}
