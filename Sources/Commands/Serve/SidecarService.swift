internal import Directory
internal import DirectoryStore
internal import Logging
internal import Sidecar

/// The running of `serve`: store, sidecar and signals.
struct SidecarService {
    let store: String
    let configuration: SidecarConfiguration
    let options: StoreOptions

    /// A logger whose lines go to standard error.
    static func logger(_ label: String) -> Logger {
        Logger(label: label) { _ in LineLogHandler() }
    }

    /// Runs until SIGTERM or SIGINT.
    func run() throws(CommandFailure) {
        // Before any thread is made: each takes over which signals are blocked.
        try asFailure { () throws(SidecarError) in try ServiceSignal.block() }
        let source = try openStore()
        defer { source.stop() }
        let logger = Self.logger("sidecar")
        let sidecar = try asFailure { () throws(SidecarError) in
            let sidecar = try Sidecar(configuration: configuration, source: source, logger: logger)
            try sidecar.start()
            return sidecar
        }
        greet("listening on \(UserLine.of(configuration.socketPath)), revision \(source.current.snapshot.revision)")
        obeySignals(sidecar, logger)
        sidecar.stop()
        sidecar.wait()
        logger.info("stopped")
    }

    /// Standard output is the decision log's alone if it goes there.
    private func greet(_ line: String) {
        configuration.decisionLog == "-" ? Terminal.printError(line) : Terminal.print(line)
    }

    private func openStore() throws(CommandFailure) -> DirectoryStore {
        do throws(StoreError) {
            return try DirectoryStore.open(store, options: options)
        } catch {
            throw StoreComplaint(store: store, diagnostics: error.diagnostics).tell()
        }
    }

    /// Wrong settings are a matter of flags; what the system refuses is not.
    private func asFailure<Value>(_ body: () throws(SidecarError) -> Value) throws(CommandFailure) -> Value {
        do throws(SidecarError) {
            return try body()
        } catch {
            switch error {
            case .outOfRange, .unknownGroup, .unusablePath: throw .usage("\(error)")
            default: throw CommandFailure(status: ExitStatus.negative, message: "\(error)")
            }
        }
    }

    private func obeySignals(_ sidecar: Sidecar, _ logger: Logger) {
        while true {
            switch ServiceSignal.next(waitMilliseconds: Self.signalWaitMilliseconds) {
            case .stop: return
            case .reload:
                sidecar.reopenDecisionLog()
                sidecar.reload { Self.report($0, logger) }
            case nil: continue
            }
        }
    }

    /// Nothing else is done in between, so the number only has to be large.
    private static let signalWaitMilliseconds: Int32 = 3_600_000

    private static func report(_ result: Result<String, ReloadFailure>, _ logger: Logger) {
        switch result {
        case .success(let revision): logger.info("reloaded", metadata: ["revision": "\(revision)"])
        case .failure(let failure):
            logger.error("reload found errors", metadata: ["errors": "\(failure.errors.count)"])
        }
    }
}

/// A store that does not start, told with every error.
struct StoreComplaint {
    let store: String
    let diagnostics: [StoreDiagnostic]

    private var errorCount: Int { diagnostics.filter(\.isError).count }

    /// Writes to standard error what is wrong; gives back how the verb ends.
    func tell() -> CommandFailure {
        if diagnostics.count == 1, let only = diagnostics.first, only.file.isEmpty {
            return CommandFailure(status: ExitStatus.negative, message: only.message)
        }
        for diagnostic in diagnostics {
            let line = diagnostic.file.isEmpty ? diagnostic.fullLine : "\(store)/\(diagnostic.fullLine)"
            Terminal.printError(UserLine.of(line))
        }
        return CommandFailure(
            status: ExitStatus.negative, message: "\(Count.of(errorCount, "error")) in the store; not started")
    }
}
