internal import Directory
internal import Logging
internal import NIOConcurrencyHelpers
internal import PolicyModel

/// Keeps an image of what is in force, off the store's thread; at most one is being made at a time.
///
/// Only a fresh builder's snapshot gets an image, for whoever starts from it builds afresh, too, and compares. After a
/// reload of single files, that is another snapshot than the one in force: it is built once the store has been left alone.
final class ImageKeeper {
    let folder: ImageFolder
    private let limits: StoreLimits
    private let logger: Logger
    private let quietMilliseconds: Int64
    private let isBusy = NIOLockedValueBox(false)
    /// The revision that has an image, or for which one was tried.
    private var done: String?
    /// What is in force, and since when it was seen to be.
    private var seen: (revision: String, since: Int64)?

    init(_ folder: ImageFolder, _ options: StoreOptions) {
        self.folder = folder
        (limits, logger, quietMilliseconds) = (options.limits, options.logger, options.imageQuietMilliseconds)
    }

    /// Notes that there is an image of a revision.
    func note(imageOf revision: String) { done = revision }

    /// Makes an image of what a start has compiled, unless it came from one.
    func keepFirst(_ snapshot: Snapshot?) {
        guard let snapshot, done != snapshot.revision else { return }
        keep(snapshot)
    }

    /// Makes an image of a fresh builder's snapshot in place of one that was not what it should have been.
    func replace(by snapshot: Snapshot) {
        done = nil
        keep(snapshot)
    }

    /// Makes an image of a fresh builder's snapshot.
    private func keep(_ snapshot: Snapshot) {
        start(snapshot.revision) { [folder, logger] in ImageKeeper.write(snapshot, folder, logger) }
    }

    /// Makes an image of the files in force, which are without trouble, once they have been in force for a while.
    func keep(_ files: @autoclosure () -> [Text: EntityFile], revision: String, at now: Int64) {
        guard done != revision else { return }
        guard let seen, seen.revision == revision else {
            self.seen = (revision, now)
            return
        }
        guard now - seen.since >= quietMilliseconds else { return }
        let files = files()
        start(revision) { [folder, limits, logger] in
            // As a start makes it: from the files alone.
            let verdict = StoreVerdict(chosen: files, diagnostics: [], limits: limits, ignoredFiles: 0)
            let builder = SnapshotBuilder()
            for file in files.values.sorted(by: { $0.path < $1.path }) { _ = builder.prepare(file) }
            guard verdict.errors.isEmpty, verdict.revision == revision,
                let snapshot = try? builder.build(verdict.directory, revision: revision)
            else { return }
            ImageKeeper.write(snapshot, folder, logger)
        }
    }

    private func start(_ revision: String, _ work: @escaping @Sendable () -> Void) {
        let isFree = isBusy.withLockedValue { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        // What is not begun now is tried again when the store is looked at next.
        guard isFree else { return }
        let isStarted = BackgroundThread.start(logger) { [isBusy] in
            work()
            isBusy.withLockedValue { $0 = false }
        }
        if isStarted { done = revision } else { isBusy.withLockedValue { $0 = false } }
    }

    private static func write(_ snapshot: Snapshot, _ folder: ImageFolder, _ logger: Logger) {
        let name = folder.name(of: snapshot.revision)
        do throws(FileFailure) {
            let isWritten = try folder.write(snapshot)
            if isWritten {
                logger.info("an image of the policies was written", metadata: ["image": "\(name)"])
            } else {
                logger.warning("the policies are too large for an image")
            }
        } catch {
            logger.warning("the image `\(name)` cannot be written: \(error)")
        }
    }
}
