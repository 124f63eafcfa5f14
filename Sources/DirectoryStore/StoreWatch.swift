internal import CLinux
internal import Directory
internal import NIOConcurrencyHelpers
internal import PolicyModel

/// Reads, judges and publishes; lives on one thread at a time.
final class StoreWatch {
    private let reader: StoreReader
    let options: StoreOptions
    let clock: StoreClock
    let changes: any ChangeSource
    let mailbox: NIOLockedValueBox<StoreMailbox>
    let images: ImageKeeper?
    var builder = SnapshotBuilder()

    var reading: StoreReading?
    /// How many comparisons in a row were given up.
    private var comparisonsGivenUp = 0
    /// What was read at the start, while an image of it is in force and nothing of it has been parsed.
    var unparsed: StoreReading?
    /// Whether an image was taken out of force, and nothing has taken its place: the next good store starts.
    var isWithdrawn = false
    /// What is in force, ready for small changes; `nil` while there is trouble.
    private var index: StoreIndex?
    /// The files in force while there is no index.
    private var kept: [Text: EntityFile] = [:]
    var log: TroubleLog
    private var didFail = false
    var quiet = QuietTime()
    /// The last snapshots that were replaced, until the loops have let go of them: taking one apart takes longer than any
    /// decision, and is done here.
    private var retired: [(snapshot: Snapshot, until: Int64)] = []

    /// Milliseconds in which an idle or busy loop has taken the new snapshot.
    private static let retirementMilliseconds: Int64 = 200
    /// Under a writer that never rests, older ones go to whoever lets go of them last.
    private static let retiredMax = 4

    init(
        path: String, options: StoreOptions, clock: StoreClock, changes: any ChangeSource,
        mailbox: NIOLockedValueBox<StoreMailbox>, images: ImageFolder? = nil
    ) {
        reader = StoreReader(path: path, limits: options.limits, clock: clock, parses: false)
        self.images = images.map { ImageKeeper($0, options) }
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
        if let started = startFromImage(reading) { return started }
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
            let deadline = min(quiet.deadline ?? nextComparison, retired.first?.until ?? .max)
            let isChanged = changes.wait(milliseconds: max(0, deadline - clock.monotonicMilliseconds()))
            let now = clock.monotonicMilliseconds()
            if isChanged { quiet.note(at: now) }
            retired.removeAll { $0.until <= now }
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

    /// Reads everything, whatever the stamps say, and answers those who asked.
    private func reload(_ completions: [StoreMailbox.Completion]) {
        quiet.clear()
        _ = changes.takeReported()
        let status = update(ignoringCache: true)
        for completion in completions {
            completion(
                status.errors.isEmpty
                    ? .success(status.revision) : .failure(ReloadFailure(errors: status.errors)))
        }
    }

    /// How much sooner a comparison that was given up comes again, and how often in a row one may be: under a writer who
    /// never rests one comes to its end after five times the usual time.
    private static let soonerBy: Int64 = 10
    private static let givenUpMax = 50
    /// By how many times the usual time one may be late where something is always gathered.
    private static let overdueBy: Int64 = 5

    /// Looks at everything, whatever was heard: for what was not.
    ///
    /// `false` when it was given up for a change or a request: nobody waits for the look at a large store, and a writer who
    /// never rests puts it off for a time only.
    private func compare() -> Bool {
        let mayBeGivenUp = quiet.deadline == nil && comparisonsGivenUp < StoreWatch.givenUpMax
        quiet.clear()
        _ = changes.takeReported()
        let isDone = update(ignoringCache: false, mayBeGivenUp: mayBeGivenUp) != nil
        comparisonsGivenUp = isDone ? 0 : comparisonsGivenUp + 1
        return isDone
    }

    /// Reads what changed.
    private func refresh() {
        quiet.clear()
        if case .names(let names) = changes.takeReported(), !names.isEmpty, edit(names) { return }
        _ = update(ignoringCache: false)
    }

    // MARK: A few files

    /// Puts the files in force that have changed by what was heard, if that can be done without looking at the others.
    private func edit(_ names: Set<Text>) -> Bool {
        guard options.reloadMode == .entity, !didFail, let last = reading, let next = index,
            let current = mailbox.withLockedValue({ $0.current }),
            let found = reader.reread(names, after: last, sharing: sharing)
        else { return false }
        let changed = found.filter { path, entry in last.cache.files[path]?.digest != entry.digest }
        let files = changed.values.compactMap(\.reading.file).sorted { $0.path < $1.path }
        guard files.count == changed.count else { return false }
        guard !files.isEmpty else {
            note(found)
            return true
        }
        // Held by nobody else while it is changed, so that nothing of it is copied.
        index = nil
        return edit(files, next, current) { note(found) }
    }

    private func edit(
        _ files: [EntityFile], _ last: consuming StoreIndex, _ current: StoreMailbox.Current,
        then noteReadings: () -> Void
    ) -> Bool {
        var next = consume last
        let before = files.map { ($0.path, next.inForce[$0.path]) }
        guard let edit = next.edit(current.snapshot.directory, files) else {
            index = next
            return false
        }
        do throws(SnapshotError) {
            let updated = try builder.update(
                current.snapshot, to: edit.directory, changed: edit.changed, revision: edit.revision)
            let snapshot: Snapshot
            if let updated {
                snapshot = updated
            } else {
                snapshot = try builder.build(edit.directory, revision: edit.revision)
            }
            index = next
            noteReadings()
            log.note(changed: edit.warnings)
            _ = publish(Publication(snapshot, edit.revision, after: current.status), errors: [])
            return true
        } catch {
            // The whole way says what is wrong.
            kept = next.inForce
            for (path, file) in before { kept[path] = file }
            return false
        }
    }

    /// Remembers what files held when they were read again.
    private func note(_ found: [Text: CachedReading]) {
        guard var reading else { return }
        self.reading = nil
        for (path, entry) in found {
            reading.cache.files[path] = entry
            reading.scan.files[path] = nil
        }
        self.reading = reading
    }

    // MARK: A reading

    private func read(ignoringCache: Bool, mayBeGivenUp: Bool = false) throws(StoreFailure) -> StoreReading {
        changes.beginReading()
        for folder in reader.foldersOfLinks() { changes.watch(path: folder) }
        let changes = changes
        do throws(StoreFailure) {
            let new = try reader.read(
                cache: reading?.cache ?? ReadingCache(), trustingStamps: !ignoringCache,
                watch: { changes.watch(folder: $0, path: $1) }, sharing: sharing,
                unless: mayBeGivenUp ? { changes.isAwaited } : { false })
            endReading()
            return new
        } catch {
            // What was not come to keeps its watch.
            if error != .givenUp { endReading() }
            throw error
        }
    }

    private func endReading() {
        changes.endReading()
        if let trouble = changes.trouble { log.remark(trouble) }
    }

    private var sharing: ReadingShare { ReadingShare(preparing: builder) }

    private func mode(for new: StoreReading) -> StoreJudge.Mode {
        // A folder that was put in the store's place swapped as a whole, however that was done.
        let isElsewhere = reading.map { !$0.root.isSameFile(as: new.root) } ?? false
        return options.reloadMode == .whole || new.isWhole || isElsewhere ? .reloadWhole : .reload
    }

    /// Reads, judges and publishes; gives the status after it.
    private func update(ignoringCache: Bool) -> StoreStatus {
        // Without leave nothing is given up.
        update(ignoringCache: ignoringCache, mayBeGivenUp: false)
            ?? publish(nil, errors: [StoreFailure.givenUp.message])
    }

    /// The same; `nil`, and nothing has happened, when the reading was given up.
    private func update(ignoringCache: Bool, mayBeGivenUp: Bool) -> StoreStatus? {
        let new: StoreReading
        do throws(StoreFailure) {
            var reading = try read(ignoringCache: ignoringCache, mayBeGivenUp: mayBeGivenUp)
            // The other processors are for those who decide meanwhile.
            reading.parse(sharing)
            new = reading
        } catch {
            if error == .givenUp { return nil }
            // Nothing is known of the files: what was read before cannot be compared with, what is in force stays.
            return publish(nil, errors: [error.message])
        }
        if !ignoringCache, let reading, new.isSame(as: reading), let status = statusWithoutFailure() {
            self.reading = new.judged
            return status
        }
        // What differs may be what is heard of at this moment, which has a shorter way.
        if mayBeGivenUp, changes.isAwaited { return nil }
        // Where nothing is in force, there is nothing beside which a part of the store could be put.
        if isWithdrawn { return startAgain(new) }
        let verdict = StoreJudge.judge(
            new.scan, inForce: index?.inForce ?? kept, mode: mode(for: new), limits: options.limits)
        return accept(verdict, new)
    }

    /// The status in force, unless the last reading failed as a whole: then it must be judged anew.
    private func statusWithoutFailure() -> StoreStatus? {
        didFail ? nil : mailbox.withLockedValue { $0.current?.status }
    }

    func accept(_ verdict: StoreVerdict, _ new: StoreReading) -> StoreStatus {
        do throws(SnapshotError) {
            let snapshot = try snapshot(of: verdict)
            keep(verdict)
            reading = new.judged
            log.note(warnings: verdict.warnings.map(\.line))
            let image: StoreStatus.ImageState? = isWithdrawn ? .different : nil
            isWithdrawn = false
            return publish(Publication(snapshot, verdict), errors: verdict.errors.map(\.line), image: image)
        } catch {
            return publish(nil, errors: ["the policies cannot be compiled: \(error.message)"])
        }
    }

    func keep(_ verdict: StoreVerdict) {
        index = StoreIndex(verdict, limits: options.limits)
        kept = index == nil ? verdict.inForce : [:]
    }

    /// What is in force, if it has the revision, for equal files mean equal answers; else a new one.
    private func snapshot(of verdict: StoreVerdict) throws(SnapshotError) -> Snapshot {
        let current = mailbox.withLockedValue { $0.current }
        if let current, current.status.revision == verdict.revision, current.snapshot.isComplete {
            builder.forgetPrepared()
            return current.snapshot
        }
        return try builder.build(verdict.directory, revision: verdict.revision)
    }

    // MARK: Publishing

    func publish(
        _ taken: Publication?, errors: [String], image: StoreStatus.ImageState? = nil
    ) -> StoreStatus {
        didFail = taken == nil
        let seconds = clock.seconds
        let published = mailbox.withLockedValue {
            box -> (old: Snapshot, Snapshot, StoreStatus, [StoreMailbox.Listener])? in
            guard let current = box.current else { return nil }
            var status = current.status
            if let taken {
                if status.revision != taken.revision { status.reloads += 1 }
                status.revision = taken.revision
                status.ignoredFiles = taken.ignoredFiles
                status.quarantined = taken.quarantined
            }
            if let image { status.image = image }
            status.note(errors: errors, isStale: taken?.isStale ?? true, at: seconds)
            let next = (snapshot: taken?.snapshot ?? current.snapshot, status: status)
            box.current = next
            return (current.snapshot, next.snapshot, next.status, box.listeners)
        }
        guard let (old, snapshot, status, listeners) = published else {
            return StoreStatus(revision: "", lastReload: 0)
        }
        if snapshot.revision != old.revision { log.tell(snapshot, after: old.directory) }
        if snapshot !== old {
            if retired.count == StoreWatch.retiredMax { retired.removeFirst() }
            retired.append((old, clock.monotonicMilliseconds() + StoreWatch.retirementMilliseconds))
        }
        log.note(errors: errors)
        for listener in listeners { listener(snapshot, status) }
        return status
    }
}
