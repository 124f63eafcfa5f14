internal import Audit
internal import Glibc
internal import Logging
internal import NIOConcurrencyHelpers
internal import Synchronization

/// Writes the decision log on a thread of its own: what the loops record is drained here, so that no decision waits for a
/// file.
final class Auditor: Sendable {
    /// What those who decide record into.
    let log: DecisionLog
    /// Open from `start` on.
    private let file = NIOLockedValueBox<DecisionFile?>(nil)
    /// `nil` before the start and once it is joined.
    private let thread = NIOLockedValueBox<PlainThread?>(nil)
    private let path: String
    private let logger: Logger
    private let wake: WakeSignal
    private let isStopping = Atomic<Bool>(false)
    private let isReopenWanted = Atomic<Bool>(false)
    /// Whether the thread has ended.
    private let ended = ConditionLock(value: false)

    /// While decisions come, this long is waited so that several are written at once.
    private static let gatheringMilliseconds: Int32 = 50
    /// A sleep ends by itself after so long: a wake-up may be missed in the moment of falling asleep.
    private static let sleepMilliseconds: Int32 = 1_000
    /// How long a stop waits for a terminal that takes nothing.
    private static let stopSeconds = 1.0

    /// Makes the rings; `threads` is how many threads record.
    init(path: String, threads: Int, logger: Logger) throws(SidecarError) {
        let wake = try WakeSignal()
        self.wake = wake
        self.path = path
        self.logger = logger
        log = DecisionLog(rings: threads) { wake.signal() }
    }

    /// Opens the file and starts the thread.
    func start() throws(SidecarError) {
        let opened: DecisionFile
        do throws(DecisionFileError) {
            opened = try DecisionFile(path: path)
        } catch {
            throw .system(doing: "open the decision log `\(path)`", errno: error.errno)
        }
        let started = try PlainThread("audit") { [self] in run(opened) }
        thread.withLockedValue { $0 = started }
        file.withLockedValue { $0 = opened }
    }

    /// Begins a new file if the old one was moved away; any thread may ask.
    func reopen() {
        isReopenWanted.store(true, ordering: .releasing)
        wake.signal()
    }

    /// Writes what is left, and ends; those who record have ended before.
    func stop() {
        guard let opened = file.withLockedValue({ $0 }) else { return }
        isStopping.store(true, ordering: .releasing)
        opened.beginToStop()
        wake.signal()
        // A thread that still writes to such a terminal ends with the process.
        guard ended.lock(whenValue: true, timeoutSeconds: Auditor.stopSeconds) else { return }
        ended.unlock()
        let last = thread.withLockedValue { thread in
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    private func run(_ file: DecisionFile) {
        var drain = DecisionDrain(log, to: file)
        while true {
            let isLast = isStopping.load(ordering: .acquiring)
            if isReopenWanted.exchange(false, ordering: .acquiring) { beginAgain(file) }
            let count = drain.run()
            if isLast { break }
            log.drainWaits(forMore: count > 0)
            wait(milliseconds: count > 0 ? Auditor.gatheringMilliseconds : Auditor.sleepMilliseconds)
            log.drainWorks()
        }
        ended.lock()
        ended.unlock(withValue: true)
    }

    private func wait(milliseconds: Int32) {
        var waited = pollfd(fd: wake.raw, events: Int16(POLLIN), revents: 0)
        if unsafe poll(&waited, 1, milliseconds) > 0 { wake.clear() }
    }

    private func beginAgain(_ file: DecisionFile) {
        do throws(DecisionFileError) {
            try file.reopen()
        } catch {
            let failure = SidecarError.system(doing: "open the decision log `\(path)` again", errno: error.errno)
            logger.error("\(failure); the old file is written on")
        }
    }
}
