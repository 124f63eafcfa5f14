internal import PolicyModel
internal import PolicySyntax

/// Reads and digests many files on as many threads as there are processors, and gives them back in the order in which they
/// came, whoever was done first.
///
/// Whoever gives it files reads with the others whenever so many wait that memory would fill up with them. Nothing is
/// parsed.
final class ReadingLine: Sendable {
    /// A file that was met on the way.
    struct File: Sendable {
        /// Where it is by the layout.
        let path: Text
        /// Where it lies.
        let physical: Text
        let place: StorePlace
        /// What its name stood for when it was met.
        let stamp: FileStamp
    }

    /// What has become of a file; `nil` when its name is gone.
    typealias Outcome = (file: File, entry: CachedReading?)

    fileprivate struct State {
        var batches: [[File]] = []
        /// What has become of each batch; `nil` until it is read.
        var outcomes: [[Outcome]?] = []
        /// The first batch that no thread has taken.
        var next = 0
        var finished = 0
        /// Batches of which whoever adds files knows what has become of them.
        var given = 0
        /// Whether no file will come any more.
        var isOver = false
        var hasWorkers = false
        /// The batch that is being gathered.
        var gathered: [File] = []
    }

    fileprivate enum Work {
        case read(Int, [File])
        case nothing
    }

    private let root: RootFolder
    private let limits: StoreLimits
    private let clock: StoreClock
    private let state = Monitor(State())

    /// As many files are taken in one go: opening one takes about as long as two threads take to meet.
    private static let batchFiles = 16
    /// Below as many files a thread is not worth its start.
    private static let batchesAlone = 4
    /// Batches that may be on their way.
    private static let batchesWaitingMax = 16

    init(root: RootFolder, limits: StoreLimits, clock: StoreClock) {
        (self.root, self.limits, self.clock) = (root, limits, clock)
    }

    /// Adds a file; gives what has become of some that came before, of the first since the last call.
    ///
    /// - Parameter sharing: what the files share that the caller reads; the same in every call.
    func add(_ file: File, _ sharing: ReadingShare) -> [Outcome] {
        let (startsWorkers, waiting, done) = state.update { state -> (Bool, Int, [Outcome]) in
            state.gathered.append(file)
            guard state.gathered.count == ReadingLine.batchFiles else { return (false, 0, []) }
            state.closeBatch()
            let startsWorkers = !state.hasWorkers && state.batches.count == ReadingLine.batchesAlone
            if startsWorkers { state.hasWorkers = true }
            return (startsWorkers, state.batches.count - state.next, state.takeFirst())
        }
        if startsWorkers { startWorkers() }
        if waiting > ReadingLine.batchesWaitingMax {
            work(sharing) { $0.batches.count - $0.next <= ReadingLine.batchesWaitingMax / 2 }
        }
        return done
    }

    /// What has become of all files that nobody has been told of, in the order in which they came.
    func takeAll(_ sharing: ReadingShare) -> [Outcome] {
        state.update { $0.closeBatch() }
        work(sharing) { $0.finished == $0.batches.count }
        return state.update { state in
            defer { (state.batches, state.outcomes, state.next, state.finished, state.given) = ([], [], 0, 0, 0) }
            return state.outcomes[state.given...].flatMap { $0 ?? [] }
        }
    }

    /// Lets the threads end; what nobody has taken stays unread.
    func end() { state.update { $0.isOver = true } }

    private func startWorkers() {
        for _ in 0..<BackgroundThread.helpersMax {
            // Fewer hands are enough.
            _ = BackgroundThread.start { [self] in work(ReadingShare()) { $0.isOver } }
        }
    }

    /// Reads until nothing is left to do.
    ///
    /// - Parameter sharing: the thread's own; of its memory as much stays as it filled, and a part that it did not.
    private func work(_ sharing: ReadingShare, until isDone: (State) -> Bool) {
        let reader = FileReader(
            root: root, limits: limits, clock: clock, rules: PolicyRules(), sharing: sharing, parses: false)
        while true {
            switch state.wait(for: { isDone($0) ? .nothing : $0.take() }) {
            case .nothing: return
            case .read(let index, let files):
                let outcomes = files.map { (file: $0, entry: reader.entry(of: $0, old: nil)) }
                state.update { state in
                    state.outcomes[index] = outcomes
                    state.finished += 1
                }
            }
        }
    }
}

extension ReadingLine.State {
    fileprivate mutating func closeBatch() {
        guard !gathered.isEmpty else { return }
        batches.append(gathered)
        outcomes.append(nil)
        gathered = []
    }

    /// What has become of the first batches that nobody has been given yet, as far as all before them are read.
    fileprivate mutating func takeFirst() -> [ReadingLine.Outcome] {
        var taken: [ReadingLine.Outcome] = []
        while given < outcomes.count, let outcome = outcomes[given] {
            taken += outcome
            outcomes[given] = []
            given += 1
        }
        return taken
    }

    /// The next batch; `nil` while others have all that there is.
    fileprivate mutating func take() -> ReadingLine.Work? {
        guard next < batches.count else { return nil }
        defer { next += 1 }
        return .read(next, batches[next])
    }
}

extension FileReader {
    /// What has become of a file that was met; `nil` when its name is gone.
    func entry(of file: ReadingLine.File, old: CachedReading?) -> CachedReading? {
        do throws(FileFailure) {
            return try read(file.path, physical: file.physical, file.place, old: old)
        } catch {
            if error.isAbsence { return nil }
            let problem = StoreDiagnostic(
                .error, "unreadable-file", "the file cannot be read: \(error)", file: file.path.string)
            return CachedReading(
                stamp: file.stamp, isYoung: true, place: file.place, digest: nil, reading: .bad([problem]))
        }
    }
}
