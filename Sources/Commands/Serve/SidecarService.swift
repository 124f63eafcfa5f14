internal import Audit
internal import Directory
internal import DirectoryStore
internal import Gateway
internal import Logging
internal import PolicyModel
internal import Sidecar

/// The running of `serve`: store, sidecar and signals.
struct SidecarService {
    let store: String
    let configuration: SidecarConfiguration
    let options: StoreOptions
    let gateway: GatewayOptions
    /// Where HTTP is answered beside the Unix socket of `gateway`.
    let listeners: [GatewayListener]

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
        let shares = connectionShares()
        let sidecar = try asFailure { () throws(SidecarError) in
            var own = configuration
            own.connectionsMax = shares.native
            return try Sidecar(configuration: own, source: source, logger: logger)
        }
        // Before the sidecar, which says that everything is ready.
        let web = try openGateway(source, sidecar.journal(), connectionsMax: shares.gateway)
        defer { web?.stop() }
        try asFailure { () throws(SidecarError) in try sidecar.start() }
        let addresses = [configuration.socketPath] + (web?.addresses ?? [])
        greet(
            "listening on \(addresses.map(UserLine.of).joined(separator: ", ")), revision "
                + source.current.snapshot.revision)
        if source.current.snapshot.counts.accounts == 0 {
            logger.warning(
                "the store `\(UserLine.of(store))` has no account: nobody is known, and everything is denied; is it the right folder?"
            )
        }
        obeySignals(sidecar, web, logger)
        web?.stop()
        sidecar.stop()
        sidecar.wait()
        logger.info("stopped")
    }

    private var hasGateway: Bool { gateway.httpSocket != nil || gateway.spoeSocket != nil || !listeners.isEmpty }

    /// Connections of the native socket and over HTTP; together as many as there are descriptors for, so that neither takes
    /// what the other, or the reading of the store, needs.
    private func connectionShares() -> (native: Int, gateway: Int) {
        guard hasGateway else { return (configuration.connectionsMax, 0) }
        let wanted = configuration.connectionsMax + Self.gatewayConnectionsMax
        let room = DescriptorLimit.connections(wanted: wanted)
        let gateway = max(1, room * Self.gatewayConnectionsMax / wanted)
        return (max(1, room - gateway), gateway)
    }

    private static let gatewayConnectionsMax = 4_096

    /// The gateway with its socket, if any address was asked for.
    private func openGateway(
        _ source: any SnapshotSource, _ journal: DecisionJournal?, connectionsMax: Int
    ) throws(CommandFailure) -> WebService? {
        guard hasGateway else { return nil }
        let socket = try asFailure { () throws(SidecarError) in try openSocket(gateway.httpSocket) }
        let spoe = try asFailure { () throws(SidecarError) in
            do throws(SidecarError) {
                return try openSocket(gateway.spoeSocket)
            } catch {
                socket?.withdraw()
                throw error
            }
        }
        do throws(GatewayError) {
            return try WebService(
                socket: socket, spoe: spoe, listeners: listeners, options: gateway,
                connectionsMax: connectionsMax, staleDenyAfterSeconds: configuration.staleDenyAfterSeconds,
                source: source, journal: journal)
        } catch {
            socket?.withdraw()
            spoe?.withdraw()
            let isUsage = if case .cannotListen = error { false } else { true }
            throw CommandFailure(
                status: isUsage ? ExitStatus.usage : ExitStatus.negative, message: "\(error)")
        }
    }

    private func openSocket(_ path: String?) throws(SidecarError) -> ListeningSocket? {
        guard let path else { return nil }
        return try ListeningSocket(
            path: path, mode: configuration.socketMode, group: try configuration.socketGroupID())
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

    private func obeySignals(_ sidecar: Sidecar, _ web: WebService?, _ logger: Logger) {
        while true {
            switch ServiceSignal.next(waitMilliseconds: Self.signalWaitMilliseconds) {
            case .stop: return
            case .reload:
                sidecar.reopenDecisionLog()
                web?.reloadToken()
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
