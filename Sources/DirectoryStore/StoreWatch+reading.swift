internal import Directory
internal import NIOConcurrencyHelpers
internal import PolicyModel

// The whole way: everything is looked at, and judged together.
extension StoreWatch {
    /// Reads everything, whatever the stamps say, and answers those who asked.
    func reload(_ completions: [StoreMailbox.Completion]) {
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
    static let soonerBy: Int64 = 10
    private static let givenUpMax = 50
    /// By how many times the usual time one may be late where something is always gathered.
    static let overdueBy: Int64 = 5

    /// Looks at everything, whatever was heard: for what was not.
    ///
    /// `false` when it was given up for a change or a request: nobody waits for the look at a large store, and a writer who
    /// never rests puts it off for a time only.
    func compare() -> Bool {
        let mayBeGivenUp = quiet.deadline == nil && comparisonsGivenUp < StoreWatch.givenUpMax
        quiet.clear()
        _ = changes.takeReported()
        let isDone = confirm(mayBeGivenUp) ?? (update(ignoringCache: false, mayBeGivenUp: mayBeGivenUp) != nil)
        comparisonsGivenUp = isDone ? 0 : comparisonsGivenUp + 1
        return isDone
    }

    /// Looks whether every file is what it was; `false` when that was given up, `nil` when only a whole reading can tell.
    private func confirm(_ mayBeGivenUp: Bool) -> Bool? {
        // After a failure everything is judged anew.
        guard !didFail, var last = reading else { return nil }
        beginReading()
        let changes = changes
        do throws(StoreFailure) {
            let comparison = try reader.compare(
                with: last, watch: { changes.watch(folder: $0, path: $1) },
                unless: mayBeGivenUp ? { changes.isAwaited } : { false })
            // A whole reading begins anew, and what was not come to keeps its watch until then.
            guard case .same(let renewed) = comparison else { return nil }
            endReading()
            reading = nil
            for (path, entry) in renewed { last.cache.files[path] = entry }
            reading = last
            return true
        } catch {
            return false
        }
    }

    /// Reads what changed.
    func refresh() {
        quiet.clear()
        if case .names(let names) = changes.takeReported(), !names.isEmpty, edit(names) { return }
        _ = update(ignoringCache: false)
    }

    // MARK: Readings

    /// Reads the store.
    ///
    /// - Parameter isTogether: whether on all processors: while nothing is in force, they are for nobody else.
    func read(
        ignoringCache: Bool, isTogether: Bool = false, mayBeGivenUp: Bool = false
    ) throws(StoreFailure) -> StoreReading {
        beginReading()
        let changes = changes
        do throws(StoreFailure) {
            let new = try reader.read(
                cache: reading?.cache ?? ReadingCache(), trustingStamps: !ignoringCache,
                watch: { changes.watch(folder: $0, path: $1) }, sharing: sharing, isTogether: isTogether,
                unless: mayBeGivenUp ? { changes.isAwaited } : { false })
            endReading()
            return new
        } catch {
            // What was not come to keeps its watch.
            if error != .givenUp { endReading() }
            throw error
        }
    }

    private func beginReading() {
        changes.beginReading()
        for folder in reader.foldersOfLinks() { changes.watch(path: folder) }
    }

    private func endReading() {
        changes.endReading()
        if let trouble = changes.trouble { log.remark(trouble) }
    }

    var sharing: ReadingShare { ReadingShare(preparing: builder) }

    private func mode(for new: StoreReading) -> StoreJudge.Mode {
        // A folder that was put in the store's place swapped as a whole, however that was done.
        let isElsewhere = reading.map { !$0.root.isSameFile(as: new.root) } ?? false
        return options.reloadMode == .whole || new.isWhole || isElsewhere ? .reloadWhole : .reload
    }

    /// Reads, judges and publishes; gives the status after it.
    func update(ignoringCache: Bool) -> StoreStatus {
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
            let isNew = mailbox.withLockedValue { $0.current?.snapshot !== snapshot }
            keep(verdict)
            reading = new.judged
            log.note(warnings: verdict.warnings.map(\.line))
            let image: StoreStatus.ImageState? = isWithdrawn ? .different : nil
            isWithdrawn = false
            let status = publish(Publication(snapshot, verdict), errors: verdict.errors.map(\.line), image: image)
            // What parsing and compiling needed for a moment goes back with what was replaced.
            if isNew { retired.returnMemory() }
            return status
        } catch {
            return publish(nil, errors: ["the policies cannot be compiled: \(error.message)"])
        }
    }

    func keep(_ verdict: StoreVerdict) {
        index = StoreIndex(verdict, limits: options.limits)
        kept = index == nil ? verdict.inForce : [:]
    }

    /// What is in force, if it has the revision, for equal files mean equal answers; else a new one.
    func snapshot(of verdict: StoreVerdict) throws(SnapshotError) -> Snapshot {
        let current = mailbox.withLockedValue { $0.current }
        if let current, current.status.revision == verdict.revision, current.snapshot.isComplete {
            builder.forgetPrepared()
            return current.snapshot
        }
        return try builder.build(verdict.directory, revision: verdict.revision)
    }
}
