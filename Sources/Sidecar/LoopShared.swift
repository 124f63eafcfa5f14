internal import Audit
internal import Directory
internal import Synchronization

/// What all loops of a sidecar share, none of it on a message's way but the generation.
final class LoopShared: Sendable {
    let source: any SnapshotSource
    let counters: [LoopCounters]
    /// Writes the decision log, if there is one.
    let auditor: Auditor?
    /// Answers what asks for an explanation, on a thread of its own.
    let explainer = Explainer()
    let clock: SidecarClock
    let staleDenyAfterSeconds: Int64?
    let notifier: ServiceManager
    /// When the sidecar was started, in the clock's milliseconds.
    let startedMilliseconds: Int64
    /// Grows after every change of what is in force.
    let generation = Atomic<UInt64>(1)
    /// Connections that exist or are on their way to a loop.
    let connections = Atomic<Int>(0)
    /// Connections that were turned away with `Overloaded`.
    let overloaded = Atomic<Int>(0)

    init(configuration: SidecarConfiguration, source: any SnapshotSource, auditor: Auditor? = nil) {
        self.auditor = auditor
        self.source = source
        // The last is the explainer's.
        counters = (0..<configuration.loops + 1).map { _ in LoopCounters() }
        clock = configuration.clock
        staleDenyAfterSeconds = configuration.staleDenyAfterSeconds
        notifier = ServiceManager(socket: configuration.notifySocket)
        startedMilliseconds = configuration.clock.monotonicMilliseconds()
    }

    /// What all loops have done so far.
    var tally: LoopTally { counters.map(\.tally).reduce(LoopTally(), +) }

    /// Whether what is in force can be explained, or never will be: an image that is in force is compiled again soon.
    var canExplain: Bool {
        let current = source.current
        return current.snapshot.isComplete || current.status.image != .unchecked
    }

    /// Where the thread with a number records its decisions; `nil` when nobody keeps a log.
    func recorder(_ index: Int) -> DecisionRecorder? {
        guard let auditor else { return nil }
        return auditor.log.recorder(index)
    }

    /// Reads the store again; `completion` is called on the source's thread once the result is in force everywhere.
    func reload(completion: @escaping @Sendable (Result<String, ReloadFailure>) -> Void) {
        notifier.reloading()
        source.reload { [self] result in
            generation.add(1, ordering: .releasing)
            notifier.ready(status: ServiceManager.summary(source.current.status))
            completion(result)
        }
    }
}
