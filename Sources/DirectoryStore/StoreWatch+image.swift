internal import Directory
internal import Logging
internal import NIOConcurrencyHelpers

// A start from an image: it decides at once, and is held against what is compiled behind it.
//
// The files are read and digested as at any start. What was digested is kept in memory and is what is parsed, judged
// and compiled: an edit meanwhile is an edit of a store that is in force.
extension StoreWatch {
    /// Puts the image of what was read in force; `nil` when there is none that can be used.
    func startFromImage(_ reading: StoreReading, _ early: EarlyImage? = nil) -> StoreMailbox.Current? {
        guard let folder = images?.folder, let revision = reading.revisionIfGood,
            let snapshot = snapshot(of: revision, in: folder, early, rules: reading.rules)
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

    private func snapshot(
        of revision: String, in folder: ImageFolder, _ early: EarlyImage?, rules: Directory
    ) -> Snapshot? {
        let name = folder.name(of: revision)
        do throws(SnapshotImageError) {
            if let snapshot = try folder.snapshot(of: revision, rules: rules, early: early) {
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
    /// The image decides until then. Reloads and edits wait, and as soon as there is one, nothing goes before the
    /// compiling any more: no revocation takes longer than with a start without an image. What no watch hears of is
    /// looked for when the first comparison is due.
    func checkImage() -> Bool {
        guard let reading = unparsed else { return true }
        unparsed = nil
        let parsing = BackgroundParsing(
            BackgroundParsing.Work(reading: reading, builder: SnapshotBuilder()), waker: changes.waker)
        parsing.start(options.logger)
        let deadline = clock.monotonicMilliseconds() + options.comparisonMilliseconds
        while true {
            if var work = parsing.take() {
                work.parse()
                accept(Recompiled(work, options.limits))
                retired.returnMemory()
                // What was asked for meanwhile has used up its own wake-up.
                changes.waker.wake()
                return true
            }
            let isChanged = changes.wait(milliseconds: max(1, deadline - clock.monotonicMilliseconds()))
            let now = clock.monotonicMilliseconds()
            if isChanged { quiet.note(at: now) }
            let (isStopping, isAsked) = mailbox.withLockedValue { ($0.isStopping, !$0.reloads.isEmpty) }
            if isStopping || isAsked || isChanged || now >= deadline { parsing.hurry() }
            if isStopping { return false }
        }
    }

    /// Holds an image against what was compiled; what was compiled decides from here on.
    ///
    /// Where nothing could be, the image is taken out of force and nothing takes its place: it may allow what the files
    /// do not, and a part of the files may, too, for it may lack what denies.
    func accept(_ recompiled: Recompiled) {
        guard let image = mailbox.withLockedValue({ $0.current?.snapshot }) else { return }
        reading = recompiled.reading.judged
        builder = recompiled.builder
        let verdict = recompiled.verdict
        switch recompiled.snapshot {
        case .success(let snapshot)?:
            let isSameStore = verdict.revision == image.revision
            let difference = isSameStore ? SnapshotImage.difference(image, snapshot) : "the store's revision"
            keep(verdict)
            log.note(warnings: verdict.warnings.map(\.line))
            _ = publish(
                Publication(snapshot, verdict), errors: [], image: difference == nil ? .equal : .different)
            guard let difference else { return }
            alarm("it differs in \(difference)", "what was compiled is in force now", of: image.revision)
            if isSameStore { images?.replace(by: snapshot) }
        case .failure(let error)?:
            withdraw(image, ["the policies cannot be compiled: \(error.message)"])
        case nil:
            withdraw(image, errors(of: verdict, recompiled.reading))
        }
    }

    /// What a start would say.
    private func errors(of verdict: StoreVerdict, _ reading: StoreReading) -> [String] {
        FollowUps.removed(from: verdict, of: reading.scan).filter(\.isError).map(\.line)
    }

    /// Puts a store in force that starts, after an image was taken out of it; of any other, nothing.
    func startAgain(_ new: StoreReading) -> StoreStatus {
        let verdict = StoreJudge.judge(new.scan, inForce: [:], mode: .start, limits: options.limits)
        if verdict.errors.isEmpty { return accept(verdict, new) }
        reading = new.judged
        return publish(nil, errors: errors(of: verdict, new))
    }

    /// Takes an image out of force that nothing backs: everything is denied until the store is one that starts.
    private func withdraw(_ image: Snapshot, _ errors: [String]) {
        images?.folder.remove(imageOf: image.revision)
        isWithdrawn = true
        // Whoever asks is denied by this state, too, should there be no tables to publish.
        _ = publish(.nothing(), errors: errors, image: .withdrawn)
        alarm("its store would not start", "everything is denied until it does", of: image.revision)
    }

    private func alarm(_ difference: String, _ now: String, of revision: String) {
        guard let images else { return }
        options.logger.critical(
            """
            the image was not what its policies compile to: \(difference); it has decided since the start, and \(now)
            """, metadata: ["image": "\(images.folder.name(of: revision))"])
    }
}
