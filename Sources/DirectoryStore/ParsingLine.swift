internal import PolicyModel
internal import PolicySyntax

/// Parses many files on as many threads as there are processors, and prepares what they hold one after the other, in the
/// order in which they came: symbols have their numbers by it.
///
/// Whoever gives it files works with the others whenever so many wait that memory would fill up with them.
///
/// `@unchecked Sendable`: `prepare` is not, and is only called by the one thread that holds `State.isPreparing`, each call
/// happening after the one before by the monitor.
final class ParsingLine: @unchecked Sendable {
    /// A file that is to be parsed.
    struct File: Sendable {
        let path: Text
        let place: StorePlace
        let digest: FileDigest
        let text: UnparsedText

        /// What it says.
        func parsed(by rules: PolicyRules, _ names: ReferenceNames) -> EntityReading {
            EntityParser.parse(text.bytes, at: path, place: place, digest: digest, rules: rules, names: names)
        }
    }

    private struct Item {
        let path: Text
        var stage: Stage
    }

    private enum Stage {
        case given(File)
        case taken
        case parsed(EntityReading)
        case prepared(EntityReading)
    }

    private struct State {
        var files: [Item] = []
        /// The first of those that no thread has taken to parse.
        var nextToParse = 0
        /// The first of those that are not prepared.
        var nextToPrepare = 0
        var isPreparing = false
        /// Whether no file will come any more.
        var isComplete = false
        /// Threads that have yet to end.
        var workers = 0
    }

    private enum Work {
        case parse(Int, File)
        case prepare(Int, EntityReading)
        case nothing
    }

    private let rules: PolicyRules
    private let sharing: ReadingShare
    private let state = Monitor(State())

    /// Below as many files a thread is not worth its start.
    private static let filesAlone = 64
    /// Files that may be on their way: some for each thread to go on with while another prepares.
    private static let filesWaitingMax = 256

    init(_ rules: PolicyRules, _ sharing: ReadingShare) {
        (self.rules, self.sharing) = (rules, sharing)
    }

    /// Adds a file.
    func add(_ file: File) {
        let (count, waiting) = state.update { state in
            state.files.append(Item(path: file.path, stage: .given(file)))
            return (state.files.count, state.files.count - state.nextToPrepare)
        }
        if count == ParsingLine.filesAlone { startWorkers() }
        guard waiting > ParsingLine.filesWaitingMax else { return }
        work(sharing.names) { $0.files.count - $0.nextToPrepare <= ParsingLine.filesWaitingMax / 2 }
    }

    /// What all files say, in the order in which they came; nothing may be added afterwards.
    func finish() -> [(path: Text, reading: EntityReading)] {
        state.update { $0.isComplete = true }
        work(sharing.names) { $0.nextToPrepare == $0.files.count }
        // Nobody touches anything of ours any more.
        return state.wait { state in
            guard state.workers == 0 else { return nil }
            return state.files.map { item in
                if case .prepared(let reading) = item.stage { return (item.path, reading) }
                let problem = StoreDiagnostic(
                    .error, "not-parsed", "the file was not parsed; this is a bug of Postern, please report it",
                    file: item.path.string)
                return (item.path, .bad([problem]))
            }
        }
    }

    private func startWorkers() {
        for _ in 0..<BackgroundThread.helpersMax {
            state.update { $0.workers += 1 }
            let isStarted = BackgroundThread.start { [self] in
                work(ReferenceNames()) { $0.isComplete && $0.nextToPrepare == $0.files.count }
                state.update { $0.workers -= 1 }
            }
            // Fewer hands are enough.
            if !isStarted { state.update { $0.workers -= 1 } }
        }
    }

    /// Parses and prepares until nothing is left to do.
    private func work(_ names: ReferenceNames, until isDone: (State) -> Bool) {
        while true {
            switch state.wait(for: { isDone($0) ? .nothing : ParsingLine.take(&$0) }) {
            case .nothing: return
            case .parse(let index, let file):
                let reading = file.parsed(by: rules, names)
                state.update { $0.files[index].stage = .parsed(reading) }
            case .prepare(let index, let reading):
                let prepared = sharing.prepared(reading)
                state.update { state in
                    state.files[index].stage = .prepared(prepared)
                    state.isPreparing = false
                    state.nextToPrepare = index + 1
                }
            }
        }
    }

    /// What has to be done next; `nil` while others do all that there is.
    private static func take(_ state: inout State) -> Work? {
        if !state.isPreparing, state.nextToPrepare < state.files.count,
            case .parsed(let reading) = state.files[state.nextToPrepare].stage
        {
            state.isPreparing = true
            state.files[state.nextToPrepare].stage = .taken
            return .prepare(state.nextToPrepare, reading)
        }
        guard state.nextToParse < state.files.count, case .given(let file) = state.files[state.nextToParse].stage else {
            return nil
        }
        state.files[state.nextToParse].stage = .taken
        state.nextToParse += 1
        return .parse(state.nextToParse - 1, file)
    }
}
