internal import Audit
internal import Directory
internal import PolicyModel
internal import Synchronization
internal import WireProtocol

// Everything else.
extension MessageHandler {
    /// What a connection is told for which there is no room, whole and with its NUL.
    static let overloadedReply: [UInt8] = {
        var reply = WireBuffer()
        reply.appendError(.overloaded(retryAfterMilliseconds: SidecarLimits.retryAfterMilliseconds))
        return reply.bytes
    }()

    /// Answers a message that is longer than any may be.
    mutating func refuseTooLong() {
        tally.requests += 1
        replies.appendError(.tooLong)
    }

    /// Tells a watcher what is in force.
    mutating func answerWatch() { replies.appendWatchReply(revision: inForce.revision) }

    /// Answers a reload that has ended.
    mutating func answerReload(_ result: Result<String, ReloadFailure>) {
        switch result {
        case .success(let revision): replies.appendReloadReply(revision: revision)
        case .failure(let failure): replies.appendError(.reloadFailed(failure.errors))
        }
    }

    /// The errors name files and quote policies: for trusted users only.
    mutating func report(isTrusted: Bool) -> StatusReport {
        let status = inForce.status
        let uptime = shared.clock.monotonicMilliseconds() - shared.startedMilliseconds
        var report = StatusReport(
            revision: inForce.revision, version: Sidecar.version, uptimeSeconds: Int(uptime / 1_000),
            lastReload: .init(at: Int(status.lastReload), succeeded: status.lastReloadSucceeded))
        report.counts = StatusReport.Counts(inForce.snapshot.counts)
        report.stale = status.isStale
        report.errorCount = status.errors.count
        report.ignoredFiles = status.ignoredFiles
        report.image = status.image.map { StatusReport.Image($0) }
        report.errors = isTrusted ? status.errors : nil
        // The other loops' numbers as they last told them, this one's as they are.
        counters.publish(&tally)
        let tally = shared.tally
        report.connections = max(0, shared.connections.load(ordering: .relaxed))
        report.requests = tally.requests
        report.decisions.allowed = tally.allowed
        report.decisions.explicitDeny = tally.explicitDeny
        report.decisions.implicitDeny = tally.implicitDeny
        report.reasons = Reason.allCases.compactMap { reason in
            let count = tally.reasons[reason.ordinal]
            return count > 0 ? StatusReport.ReasonCount(reason: reason.rawValue, count: count) : nil
        }
        report.decisionLog = shared.auditor.map { auditor in
            let counts = auditor.log.counts
            return StatusReport.DecisionLog(written: counts.written, dropped: counts.dropped, failed: counts.failed)
        }
        return report
    }
}

extension StatusReport.Image {
    /// The same, under the names of the interface.
    init(_ state: StoreStatus.ImageState) {
        self =
            switch state {
            case .unchecked: .unchecked
            case .equal: .equal
            case .different: .different
            case .withdrawn: .withdrawn
            }
    }
}

extension StatusReport.Counts {
    /// The same numbers, under the names of the interface.
    init(_ counts: DirectoryCounts) {
        self.init()
        accounts = counts.accounts
        users = counts.users
        groups = counts.groups
        roles = counts.roles
        managedPolicies = counts.managedPolicies
        resources = counts.resources
        controlPolicies = counts.controlPolicies
        quarantined = counts.quarantined
        trees = counts.trees
        statements = counts.statements
        conditions = counts.conditions
        tableBytes = counts.tableBytes
    }
}
