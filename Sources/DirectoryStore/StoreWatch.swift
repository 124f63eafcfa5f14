internal import Directory
internal import NIOConcurrencyHelpers
internal import PolicyModel

/// Reads, judges and publishes; lives on one thread at a time.
final class StoreWatch {
    private let reader: StoreReader
    private let options: StoreOptions
    private let clock: StoreClock
    private let changes: any ChangeSource
    private let mailbox: NIOLockedValueBox<StoreMailbox>
    private let builder = SnapshotBuilder()

    private var reading: StoreReading?
    private var inForce: [Text: EntityFile] = [:]
    private var log: TroubleLog
    private var didFail = false
    private var quiet = QuietTime()

    init(
        path: String, options: StoreOptions, clock: StoreClock, changes: any ChangeSource,
        mailbox: NIOLockedValueBox<StoreMailbox>
    ) {
        reader = StoreReader(path: path, limits: options.limits, clock: clock)
        log = TroubleLog(options.logger)
        (self.options, self.clock, self.changes, self.mailbox) = (options, clock, changes, mailbox)
    }

    // MARK: Start

    /// The strict start: everything is good, or every error is thrown.
    func start() throws(StoreError) -> StoreMailbox.Current {
        let reading: StoreReading
        do throws(StoreFailure) {
            reading = try read(ignoringCache: true)
        } catch {
            throw StoreError(code: "unreadable-store", error.message)
        }
        let verdict = StoreJudge.judge(reading.scan, inForce: [:], mode: .start, limits: options.limits)
        guard verdict.errors.isEmpty else {
            throw StoreError(diagnostics: FollowUps.removed(from: verdict, of: reading.scan))
        }
        let snapshot = try firstSnapshot(verdict)
        log.note(warnings: verdict.warnings.map(\.line))
        (self.reading, inForce) = (reading, verdict.inForce)
        var status = StoreStatus(revision: verdict.revision, lastReload: clock.seconds)
        status.ignoredFiles = verdict.ignoredFiles
        let first = (snapshot: snapshot, status: status)
        mailbox.withLockedValue { $0.current = first }
        return first
    }

    private func firstSnapshot(_ verdict: StoreVerdict) throws(StoreError) -> Snapshot {
        do throws(SnapshotError) {
            return try snapshot(of: verdict)
        } catch {
            throw StoreError(code: "not-compiled", "the policies cannot be compiled: \(error.message)")
        }
    }

    // MARK: The thread

    /// Watches until it is told to stop.
    func run() {
        var nextComparison = clock.monotonicMilliseconds() + options.comparisonMilliseconds
        while true {
            let deadline = quiet.deadline ?? nextComparison
            let isChanged = changes.wait(milliseconds: max(0, deadline - clock.monotonicMilliseconds()))
            let now = clock.monotonicMilliseconds()
            if isChanged { quiet.note(at: now) }
            let (isStopping, reloads) = takeRequests()
            if isStopping { return refuse(reloads) }
            if !reloads.isEmpty {
                reload(reloads)
            } else if quiet.isDue(at: now) {
                refresh()
            } else if now >= nextComparison, quiet.deadline == nil {
                // While edits are gathered their own deadline is near: half a batch is not judged.
                refresh()
            } else {
                continue
            }
            if now >= nextComparison { nextComparison = now + options.comparisonMilliseconds }
        }
    }

    private func takeRequests() -> (isStopping: Bool, reloads: [StoreMailbox.Completion]) {
        mailbox.withLockedValue { box in
            defer { box.reloads = [] }
            return (box.isStopping, box.reloads)
        }
    }

    private func refuse(_ reloads: [StoreMailbox.Completion]) {
        for completion in reloads { completion(.failure(StoreMailbox.isClosed)) }
    }

    /// Reads everything, whatever the stamps say, and answers those who asked.
    private func reload(_ completions: [StoreMailbox.Completion]) {
        quiet.clear()
        let status = update(ignoringCache: true)
        for completion in completions {
            completion(
                status.errors.isEmpty
                    ? .success(status.revision) : .failure(ReloadFailure(errors: status.errors)))
        }
    }

    /// Reads what changed.
    private func refresh() {
        quiet.clear()
        _ = update(ignoringCache: false)
    }

    // MARK: A reading

    private func read(ignoringCache: Bool) throws(StoreFailure) -> StoreReading {
        changes.beginReading()
        for folder in reader.foldersOfLinks() { changes.watch(path: folder) }
        let changes = changes
        defer {
            changes.endReading()
            if let trouble = changes.trouble { log.remark(trouble) }
        }
        return try reader.read(cache: reading?.cache ?? ReadingCache(), trustingStamps: !ignoringCache) {
            changes.watch(folder: $0)
        }
    }

    private func mode(for new: StoreReading) -> StoreJudge.Mode {
        // A folder that was put in the store's place swapped as a whole, however that was done.
        let isElsewhere = reading.map { !$0.root.isSameFile(as: new.root) } ?? false
        return options.reloadMode == .whole || new.isWhole || isElsewhere ? .reloadWhole : .reload
    }

    /// Reads, judges and publishes; gives the status after it.
    private func update(ignoringCache: Bool) -> StoreStatus {
        let new: StoreReading
        do throws(StoreFailure) {
            new = try read(ignoringCache: ignoringCache)
        } catch {
            // Nothing is known of the files: what was read before cannot be compared with, what is in force stays.
            return publish(nil, errors: [error.message])
        }
        if !ignoringCache, let reading, new.isSame(as: reading), let status = statusWithoutFailure() {
            self.reading = new
            return status
        }
        let verdict = StoreJudge.judge(
            new.scan, inForce: inForce, mode: mode(for: new), limits: options.limits)
        return accept(verdict, new)
    }

    /// The status in force, unless the last reading failed as a whole: then it must be judged anew.
    private func statusWithoutFailure() -> StoreStatus? {
        didFail ? nil : mailbox.withLockedValue { $0.current?.status }
    }

    private func accept(_ verdict: StoreVerdict, _ new: StoreReading) -> StoreStatus {
        do throws(SnapshotError) {
            let snapshot = try snapshot(of: verdict)
            inForce = verdict.inForce
            reading = new
            log.note(warnings: verdict.warnings.map(\.line))
            return publish((snapshot, verdict), errors: verdict.errors.map(\.line))
        } catch {
            return publish(nil, errors: ["the policies cannot be compiled: \(error.message)"])
        }
    }

    /// What is in force, if it has the revision, for equal files mean equal answers; else a new one.
    private func snapshot(of verdict: StoreVerdict) throws(SnapshotError) -> Snapshot {
        let current = mailbox.withLockedValue { $0.current }
        if let current, current.status.revision == verdict.revision { return current.snapshot }
        return try builder.build(verdict.directory, revision: verdict.revision)
    }

    // MARK: Publishing

    private func publish(_ taken: (snapshot: Snapshot, verdict: StoreVerdict)?, errors: [String]) -> StoreStatus {
        didFail = taken == nil
        let seconds = clock.seconds
        let published = mailbox.withLockedValue {
            box -> (old: Snapshot, Snapshot, StoreStatus, [StoreMailbox.Listener])? in
            guard let current = box.current else { return nil }
            var status = current.status
            if let verdict = taken?.verdict {
                if status.revision != verdict.revision { status.reloads += 1 }
                status.revision = verdict.revision
                status.ignoredFiles = verdict.ignoredFiles
                status.quarantined = verdict.directory.quarantined.sorted().map(\.description)
            }
            status.note(errors: errors, isStale: taken?.verdict.isStale ?? true, at: seconds)
            let next = (snapshot: taken?.snapshot ?? current.snapshot, status: status)
            box.current = next
            return (current.snapshot, next.snapshot, next.status, box.listeners)
        }
        guard let (old, snapshot, status, listeners) = published else {
            return StoreStatus(revision: "", lastReload: 0)
        }
        if let taken, taken.snapshot !== old { log.tell(taken.verdict, after: old.directory) }
        log.note(errors: errors)
        for listener in listeners { listener(snapshot, status) }
        return status
    }
}
