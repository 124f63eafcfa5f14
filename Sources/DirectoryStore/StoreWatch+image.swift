internal import Directory
internal import Logging
internal import NIOConcurrencyHelpers

// A start from an image: it decides at once, and is held against what is compiled behind it.
//
// The files are read and digested as at any start. What was digested is kept in memory and is what is parsed, judged
// and compiled: an edit meanwhile is an edit of a store that is in force.
extension StoreWatch {
    /// Puts the image of what was read in force; `nil` when there is none that can be used.
    func startFromImage(_ reading: StoreReading) -> StoreMailbox.Current? {
        guard let folder = images?.folder, let revision = reading.revisionIfGood,
            let snapshot = snapshot(of: revision, in: folder, rules: reading.rules)
        else { return nil }
        var status = StoreStatus(revision: revision, lastReload: clock.seconds)
        status.ignoredFiles = reading.scan.ignoredFiles
        status.image = .unchecked
        unparsed = reading
        images?.note(imageOf: revision)
        let first = (snapshot: snapshot, status: status)
        mailbox.withLockedValue { $0.current = first }
        return first
    }

    private func snapshot(of revision: String, in folder: ImageFolder, rules: Directory) -> Snapshot? {
        let name = folder.name(of: revision)
        do throws(SnapshotImageError) {
            if let snapshot = try folder.snapshot(of: revision, rules: rules) {
                options.logger.info(
                    "started from an image; the policies are compiled behind it", metadata: ["image": "\(name)"])
                return snapshot
            }
            options.logger.info("there is no image of the policies, which are compiled", metadata: ["image": "\(name)"])
        } catch {
            options.logger.warning("the image `\(name)` is not used: \(error.message)")
        }
        return nil
    }

    /// Compiles what an image stands for, and puts that in force; `false` when the store was stopped meanwhile.
    ///
    /// The image decides until then. Reloads and edits wait.
    func checkImage() -> Bool {
        guard let reading = unparsed else { return true }
        unparsed = nil
        let input = NIOLockedValueBox<StoreReading?>(reading)
        let outcome = NIOLockedValueBox<Recompiled?>(nil)
        let (mode, limits, waker) = (mode(for: reading), options.limits, changes.waker)
        let compile: @Sendable () -> Void = {
            // Held by nobody else, so that the bytes of what is parsed are let go.
            guard let reading = input.withLockedValue({ $0.take() }) else { return }
            let recompiled = Recompiled(reading, mode, limits)
            outcome.withLockedValue { $0 = recompiled }
            waker.wake()
        }
        if !BackgroundThread.start(compile) { compile() }
        while true {
            if let recompiled = outcome.withLockedValue({ $0 }) {
                accept(recompiled)
                return true
            }
            if changes.wait(milliseconds: StoreWatch.compileWaitMilliseconds) {
                quiet.note(at: clock.monotonicMilliseconds())
            }
            if mailbox.withLockedValue({ $0.isStopping }) { return false }
        }
    }

    /// The end of compiling wakes the thread, so the number only has to be large.
    private static let compileWaitMilliseconds: Int64 = 60_000

    private func accept(_ recompiled: Recompiled) {
        guard let image = mailbox.withLockedValue({ $0.current?.snapshot }) else { return }
        reading = recompiled.reading.judged
        builder = recompiled.builder
        let verdict = recompiled.verdict
        switch recompiled.snapshot {
        case .success(let snapshot):
            let isSameStore = recompiled.starts && verdict.revision == image.revision
            let difference =
                isSameStore ? SnapshotImage.difference(image, snapshot) : "the store, which would not start"
            keep(verdict)
            log.note(warnings: verdict.warnings.map(\.line))
            _ = publish(
                Publication(snapshot, verdict), errors: verdict.errors.map(\.line),
                image: difference == nil ? .equal : .different)
            if let difference { alarm(difference, of: image.revision) }
            if difference != nil, isSameStore { images?.replace(by: snapshot) }
        case .failure(let error):
            kept = verdict.inForce
            _ = publish(nil, errors: ["the policies cannot be compiled: \(error.message)"], image: .different)
            alarm("the policies, which cannot be compiled", of: image.revision)
        }
    }

    private func alarm(_ difference: String, of revision: String) {
        guard let images else { return }
        options.logger.critical(
            """
            the image was not what its policies compile to: it differs in \(difference); it has decided since the start, \
            and what could be compiled is in force now
            """, metadata: ["image": "\(images.folder.name(of: revision))"])
    }
}

/// What compiling behind an image came to.
private struct Recompiled: @unchecked Sendable {  // Goes from one thread to another as a whole, with its builder.
    let reading: StoreReading
    let verdict: StoreVerdict
    /// Whether a start would accept the store.
    let starts: Bool
    let builder = SnapshotBuilder()
    let snapshot: Result<Snapshot, SnapshotError>

    /// Parses, judges and compiles what was read.
    ///
    /// A store that does not start has no image of its own making; what is good of it is then in force.
    init(_ unparsed: consuming StoreReading, _ mode: StoreJudge.Mode, _ limits: StoreLimits) {
        reading = unparsed.parsed(ReadingShare(preparing: builder), isAlone: true)
        let verdict = StoreJudge.judge(reading.scan, inForce: [:], mode: .start, limits: limits)
        starts = verdict.errors.isEmpty
        self.verdict =
            starts ? verdict : StoreJudge.judge(reading.scan, inForce: [:], mode: mode, limits: limits)
        do throws(SnapshotError) {
            snapshot = .success(try builder.build(self.verdict.directory, revision: self.verdict.revision))
        } catch {
            snapshot = .failure(error)
        }
    }
}
