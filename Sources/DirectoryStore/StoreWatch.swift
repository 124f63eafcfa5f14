internal import CLinux
internal import Directory
internal import NIOConcurrencyHelpers
internal import PolicyModel

/// Reads, judges and publishes; lives on one thread at a time.
final class StoreWatch {
    let reader: StoreReader
    let options: StoreOptions
    let clock: StoreClock
    let changes: any ChangeSource
    let mailbox: NIOLockedValueBox<StoreMailbox>
    let images: ImageKeeper?
    var builder = SnapshotBuilder()

    var reading: StoreReading?
    /// How many comparisons in a row were given up.
    var comparisonsGivenUp = 0
    /// What was read at the start, while an image of it is in force and nothing of it has been parsed.
    var unparsed: StoreReading?
    /// Whether an image was taken out of force, and nothing has taken its place: the next good store starts.
    var isWithdrawn = false
    /// What is in force, ready for small changes; `nil` while there is trouble.
    var index: StoreIndex?
    /// The files in force while there is no index.
    var kept: [Text: EntityFile] = [:]
    var log: TroubleLog
    var didFail = false
    var quiet = QuietTime()
    /// Snapshots that were replaced: taking one apart takes longer than any decision, and many times a small change.
    let retired = RetiredObjects<Snapshot>()

    init(
        path: String, options: StoreOptions, clock: StoreClock, changes: any ChangeSource,
        mailbox: NIOLockedValueBox<StoreMailbox>, images: ImageFolder? = nil
    ) {
        reader = StoreReader(path: path, limits: options.limits, clock: clock, parses: false)
        self.images = images.map { ImageKeeper($0, options) }
        log = TroubleLog(options.logger)
        (self.options, self.clock, self.changes, self.mailbox) = (options, clock, changes, mailbox)
    }

    deinit { retired.close() }

    // MARK: Start

    /// The strict start: everything is good, or every error is thrown.
    func start() throws(StoreError) -> StoreMailbox.Current {
        let early = images.map { EarlyImage($0.folder) }
        let reading: StoreReading
        do throws(StoreFailure) {
            reading = try read(ignoringCache: true, isTogether: true)
        } catch {
            throw StoreError(code: "unreadable-store", error.message)
        }
        if let started = startFromImage(reading, early) { return started }
        return try start(reading.parsedTogether(sharing))
    }

    private func start(_ reading: StoreReading) throws(StoreError) -> StoreMailbox.Current {
        let verdict = StoreJudge.judge(reading.scan, inForce: [:], mode: .start, limits: options.limits)
        guard verdict.errors.isEmpty else {
            throw StoreError(diagnostics: FollowUps.removed(from: verdict, of: reading.scan))
        }
        let snapshot = try firstSnapshot(verdict)
        log.note(warnings: verdict.warnings.map(\.line))
        self.reading = reading.judged
        keep(verdict)
        var status = StoreStatus(revision: verdict.revision, lastReload: clock.seconds)
        status.ignoredFiles = verdict.ignoredFiles
        let first = (snapshot: snapshot, status: status)
        mailbox.withLockedValue { $0.current = first }
        // What reading and compiling needed for a moment is many times what is kept.
        clinux_return_memory()
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
        guard checkImage() else { return refuse(takeRequests().reloads) }
        // A store with trouble has no image.
        if index != nil { images?.keepFirst(mailbox.withLockedValue { $0.current?.snapshot }) }
        var nextComparison = clock.monotonicMilliseconds() + options.comparisonMilliseconds
        while true {
            keepImage()
            let deadline = quiet.deadline ?? nextComparison
            let isChanged = changes.wait(milliseconds: max(0, deadline - clock.monotonicMilliseconds()))
            let now = clock.monotonicMilliseconds()
            if isChanged { quiet.note(at: now) }
            let (isStopping, reloads) = takeRequests()
            if isStopping { return refuse(reloads) }
            // What is heard of goes first: half a batch is not judged, and a whole one does not wait for all other files.
            let isOverdue = now >= nextComparison + StoreWatch.overdueBy * options.comparisonMilliseconds
            let isComparisonDue =
                now >= nextComparison && (quiet.deadline == nil || isOverdue && quiet.isDue(at: now))
            if !reloads.isEmpty {
                reload(reloads)
            } else if isComparisonDue {
                let isDone = compare()
                nextComparison =
                    clock.monotonicMilliseconds() + options.comparisonMilliseconds / (isDone ? 1 : StoreWatch.soonerBy)
                continue
            } else if quiet.isDue(at: now) {
                refresh()
                continue
            } else {
                continue
            }
            nextComparison = now + options.comparisonMilliseconds
        }
    }

    private func takeRequests() -> (isStopping: Bool, reloads: [StoreMailbox.Completion]) {
        mailbox.withLockedValue { box in
            defer { box.reloads = [] }
            return (box.isStopping, box.reloads)
        }
    }

    /// Has an image made of what is in force, once it has been for a while without trouble.
    private func keepImage() {
        guard let images, let index, !didFail, quiet.deadline == nil,
            let current = mailbox.withLockedValue({ $0.current })
        else { return }
        images.keep(index.inForce, revision: current.status.revision, at: clock.monotonicMilliseconds())
    }

    private func refuse(_ reloads: [StoreMailbox.Completion]) {
        for completion in reloads { completion(.failure(StoreMailbox.isClosed)) }
    }
}
