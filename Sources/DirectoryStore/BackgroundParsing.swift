internal import Directory
internal import Logging
internal import NIOConcurrencyHelpers
internal import Synchronization

/// Parses what was read and compiles its documents, file after file, on a thread that others go before.
///
/// Whoever is in a hurry takes what is left: a thread cannot be given its priority back. It is compiled on elsewhere as if
/// nothing had been.
final class BackgroundParsing: Sendable {
    /// What is on its way from one thread to the other.
    struct Work: @unchecked Sendable {  // Goes as a whole, with its builder: nobody keeps anything of it.
        var reading: StoreReading
        let builder: SnapshotBuilder

        /// Parses and compiles what has not been yet; stops after a file when somebody is in a hurry.
        mutating func parse(unless isAwaited: () -> Bool = { false }) {
            reading.parse(ReadingShare(preparing: builder), unless: isAwaited)
        }
    }

    private let isAwaited = Atomic<Bool>(false)
    private let input: NIOLockedValueBox<Work?>
    private let output = NIOLockedValueBox<Work?>(nil)
    private let waker: Waker

    /// - Parameter waker: is woken when there is something to take.
    init(_ work: Work, waker: Waker) {
        input = NIOLockedValueBox(work)
        self.waker = waker
    }

    /// Begins; where the system has no thread to give, all is to be taken at once.
    func start(_ logger: Logger) {
        let isStarted = BackgroundThread.start(logger) { [self] in
            // Held by nobody else, so that the bytes of what is parsed are let go.
            guard var work = input.withLockedValue({ $0.take() }) else { return }
            work.parse(unless: { self.isAwaited.load(ordering: .relaxed) })
            finish(work)
        }
        if !isStarted, let work = input.withLockedValue({ $0.take() }) { finish(work) }
    }

    private func finish(_ work: Work) {
        output.withLockedValue { $0 = work }
        waker.wake()
    }

    /// Lets the thread put down what it has, after the file that it is at.
    func hurry() { isAwaited.store(true, ordering: .relaxed) }

    /// What was parsed, all of it or as much as there was time for; `nil` while the thread is at it.
    func take() -> Work? { output.withLockedValue { $0.take() } }
}
