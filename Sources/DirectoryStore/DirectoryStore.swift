public import Directory
internal import Logging
internal import NIOConcurrencyHelpers

/// A watched folder of policy files (design §3.2): always has a snapshot in force, and makes the next off to the side.
///
/// It owns one thread, which reads, judges and compiles; any other thread may call everything here. What is in force
/// stays until something better is complete: no input of any kind takes it away.
public final class DirectoryStore: SnapshotSource {
    private let mailbox: NIOLockedValueBox<StoreMailbox>
    private let waker: Waker
    private let thread: WatchThread

    /// Reads the folder strictly and begins to watch it.
    ///
    /// Throws every error with its place, and then has left nothing behind. Blocks while it reads and compiles; where there
    /// is an image of what was read, only until that is in force: the rest is done on threads of the store.
    public static func open(
        _ path: String, options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> DirectoryStore {
        let changes: any ChangeSource
        do throws(FileFailure) {
            changes = options.usesInotify ? try InotifyChanges() : try NoChanges()
        } catch {
            throw StoreError(code: "unwatchable-store", "the store cannot be watched: \(error)")
        }
        return try DirectoryStore(
            path: path, options: options, clock: .system, changes: changes, images: try imageFolder(options))
    }

    private static func imageFolder(_ options: StoreOptions) throws(StoreError) -> ImageFolder? {
        guard let path = options.cacheFolder else { return nil }
        do throws(StoreError) {
            return try ImageFolder(path: path, build: RunningBuild(options.build))
        } catch {
            guard options.isCacheOptional else { throw error }
            options.logger.warning("no images are kept: \(error)")
            return nil
        }
    }

    /// Makes a store that hears of changes, and knows the time, as the caller wants.
    init(
        path: String, options: StoreOptions, clock: StoreClock, changes: any ChangeSource, images: ImageFolder? = nil
    ) throws(StoreError) {
        let mailbox = NIOLockedValueBox(StoreMailbox())
        let watch = StoreWatch(
            path: path, options: options, clock: clock, changes: changes, mailbox: mailbox, images: images)
        _ = try watch.start()
        self.mailbox = mailbox
        waker = changes.waker
        guard let thread = WatchThread(running: watch) else {
            throw StoreError(code: "unwatchable-store", "the system refused a thread for the store")
        }
        self.thread = thread
    }

    deinit {
        stop()
    }

    /// What is in force now.
    public var current: (snapshot: Snapshot, status: StoreStatus) {
        mailbox.withLockedValue { box in
            // INVARIANT: `init` throws unless there is something in force, and nothing takes that away.
            guard let current = box.current else { preconditionFailure("an open store has a snapshot in force") }
            return current
        }
    }

    /// Reads everything now, whatever inodes and times say, on the store's own thread.
    ///
    /// `completion` is called there once what was found is in force, with the revision or every error; after `stop` it is
    /// called at once with an error.
    public func reload(completion: @escaping @Sendable (Result<String, ReloadFailure>) -> Void) {
        let isTaken = mailbox.withLockedValue { box in
            if !box.isStopping { box.reloads.append(completion) }
            return !box.isStopping
        }
        if isTaken { waker.wake() } else { completion(.failure(StoreMailbox.isClosed)) }
    }

    /// Calls the listener on the store's thread after each change of snapshot or status, in order.
    ///
    /// Subscribe before looking at `current`, and nothing is missed. The listener must not block.
    public func subscribe(_ listener: @escaping @Sendable (Snapshot, StoreStatus) -> Void) {
        mailbox.withLockedValue { $0.listeners.append(listener) }
    }

    /// Stops watching and waits for the thread; what is in force stays readable.
    ///
    /// More calls do nothing.
    public func stop() {
        mailbox.withLockedValue { $0.isStopping = true }
        waker.wake()
        thread.join()
    }
}
