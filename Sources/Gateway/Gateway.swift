public import Audit
public import Directory
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
public import PolicyModel

/// Answers questions over HTTP/1.1: AuthZEN, proxies, Docker and Kubernetes, from the snapshots of a source.
///
/// `start` returns once callers can connect; `stop` lets what has been asked be answered, and returns when it has. Both
/// may be called from any thread that is no task of Swift's: they wait.
public final class Gateway: Sendable {
    private enum Phase {
        case new
        case starting
        case running([any RunningListener])
        case ended
    }

    private let configuration: GatewayConfiguration
    private let logger: Logger
    private let decider: Decider
    private let identifier: CallerIdentifier
    private let token = NIOLockedValueBox<SharedToken?>(nil)
    private let phase = NIOLockedValueBox(Phase.new)

    /// A gateway that is not started yet.
    ///
    /// - Parameter journal: where its decisions are recorded; `nil` when nobody keeps a decision log.
    /// - Parameter clock: the time of a question.
    public init(
        configuration: GatewayConfiguration, source: any SnapshotSource, journal: DecisionJournal?, logger: Logger,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.configuration = configuration
        self.logger = logger
        identifier = CallerIdentifier(logger: logger)
        decider = Decider(
            source: source, staleDenyAfterSeconds: configuration.staleDenyAfterSeconds, journal: journal, clock: clock)
    }

    /// Opens every listener and begins to serve; on failure nothing is left listening.
    ///
    /// - Returns: where it listens, in the order of the configuration, with the ports that were taken.
    @discardableResult
    public func start() throws(GatewayError) -> [String] {
        let isNew = phase.withLockedValue { phase in
            guard case .new = phase else { return false }
            phase = .starting
            return true
        }
        guard isNew else { throw .alreadyStarted }
        let opened = waiting { [self] in await openAll() }
        switch opened {
        case .success(let listeners):
            phase.withLockedValue { $0 = .running(listeners) }
            return listeners.map(\.address)
        case .failure(let error):
            phase.withLockedValue { $0 = .ended }
            throw error
        }
    }

    /// Stops accepting, waits for what has been asked for at most `drainMillisecondsMax`, and ends every connection.
    ///
    /// A gateway that does not run is left as it is.
    public func stop() {
        let running = phase.withLockedValue { phase -> [any RunningListener]? in
            guard case .running(let listeners) = phase else { return nil }
            phase = .ended
            return listeners
        }
        guard let listeners = running else { return }
        waiting {
            await Gateway.stop(listeners)
        }
    }

    /// Reads the secret of loopback callers again.
    public func reloadToken() { token.withLockedValue { $0 }?.reload() }

    private func openAll() async -> Result<[any RunningListener], GatewayError> {
        var opened: [any RunningListener] = []
        await identifier.prepare(decider.policies().snapshot.directory.http)
        do throws(GatewayError) {
            if let file = configuration.tokenFile {
                let secret = try SharedToken(file: file, logger: logger)
                token.withLockedValue { $0 = secret }
            }
            let responder = GatewayResponder(
                routes: try routes(), deadlineMilliseconds: configuration.deadlineMilliseconds, logger: logger)
            for listener in configuration.listeners { opened.append(try await open(listener, responder)) }
            return .success(opened)
        } catch {
            await Gateway.stop(opened)
            return .failure(error)
        }
    }

    private static func stop(_ listeners: [any RunningListener]) async {
        await withDiscardingTaskGroup { tasks in
            for listener in listeners { tasks.addTask { await listener.stop() } }
        }
    }

    /// Every route, the same on all listeners.
    private func routes() throws(GatewayError) -> RouteTable {
        var table = RouteTable()
        let publicURL = try configuration.publicURL.map { text throws(GatewayError) in try PublicURL(text) }
        AuthZENRoutes(decider: decider, publicURL: publicURL).add(to: &table)
        DockerRoutes(decider: decider).add(to: &table)
        KubernetesRoutes(decider: decider).add(to: &table)
        ProxyRoutes(judge: judge).add(to: &table)
        return table
    }

    /// Decides what proxies ask about, over HTTP or SPOE.
    private var judge: ProxyJudge { ProxyJudge(decider: decider, identifier: identifier) }

    private func open(
        _ listener: GatewayListener, _ responder: GatewayResponder
    ) async throws(GatewayError) -> any RunningListener {
        var facts = ListenerFacts(trustsProxyHeaders: listener.trustsProxyHeaders, isTLS: listener.place.isTLS)
        if case .loopback = listener.place { facts.token = token.withLockedValue { $0 } }
        var limits = HTTP1Channel.Configuration(idleTimeout: .seconds(GatewayLimits.idleSecondsMax))
        limits.httpDecoder.maxHeaderListSize = GatewayLimits.headerBytesMax
        limits.httpDecoder.maxHeaderFieldSize = GatewayLimits.headerBytesMax
        let plain = HTTP1Channel(
            responder: { [facts] request, writer, channel in
                try await responder.respond(to: request, writer, on: channel, listener: facts)
            }, configuration: limits)
        switch listener.place {
        case .unixSocket: return try await run(listener.place, plain)
        case .spoe:
            let agent = SPOEAgent(judge: judge, deadlineMilliseconds: configuration.deadlineMilliseconds)
            return try await run(listener.place, SPOEChannel(agent: agent))
        case .loopback(let host, let port):
            guard Loopback.isLoopback(host) else { throw .notLoopback(address: "\(host):\(port)") }
            return try await run(listener.place, plain)
        case .tls(_, _, let certificates):
            return try await run(listener.place, try TLSSettings.channel(plain, certificates))
        }
    }

    private func run<Connection: ServerChildChannel>(
        _ place: GatewayListener.Place, _ connection: Connection
    ) async throws(GatewayError) -> any RunningListener {
        let listener = try await HTTPListener.open(
            place, connection, connectionsMax: max(1, configuration.connectionsMax / configuration.listeners.count),
            group: .singletonMultiThreadedEventLoopGroup, logger: logger)
        return ListenerTask(listener, address: place.address(port: listener.port))
    }

    /// Waits on the calling thread for a task.
    @discardableResult
    private func waiting<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let result = NIOLockedValueBox<Value?>(nil)
        let done = ConditionLock(value: false)
        Task {
            let value = await body()
            result.withLockedValue { $0 = value }
            done.lock()
            done.unlock(withValue: true)
        }
        while true {
            done.lock(whenValue: true)
            done.unlock()
            if let value = result.withLockedValue({ $0 }) { return value }
        }
    }
}

/// A listener that serves, whatever its kind of connection.
protocol RunningListener: Sendable {
    /// Where it listens, for people.
    var address: String { get }
    /// Stops accepting, and returns when its connections have ended, or been ended.
    func stop() async
}

/// A listener with the task that runs it.
struct ListenerTask<Connection: ServerChildChannel>: RunningListener {
    private let listener: HTTPListener<Connection>
    private let task: Task<Void, Never>
    let address: String

    init(_ listener: HTTPListener<Connection>, address: String) {
        self.listener = listener
        self.address = address
        task = Task { await listener.run() }
    }

    func stop() async {
        let timer = Task { [task] in
            try await Task.sleep(for: .milliseconds(GatewayLimits.drainMillisecondsMax))
            task.cancel()
        }
        await listener.quiesce()
        await task.value
        timer.cancel()
    }
}

extension GatewayListener.Place {
    /// Where it is, for people.
    var address: String { address(port: nil) }

    /// The same with the port that was taken.
    func address(port taken: Int?) -> String {
        switch self {
        case .unixSocket(_, let path), .spoe(_, let path): path
        case .loopback(let host, let port): "http://\(Loopback.bracketed(host)):\(taken ?? port)"
        case .tls(let host, let port, _): "https://\(Loopback.bracketed(host)):\(taken ?? port)"
        }
    }

    /// Whether connections are encrypted.
    var isTLS: Bool { if case .tls = self { true } else { false } }
}

/// Addresses that only this machine reaches.
enum Loopback {
    /// Whether a host is one of the loopback addresses, or the name of one.
    static func isLoopback(_ host: String) -> Bool {
        guard host != "localhost" else { return true }
        switch try? SocketAddress(ipAddress: host, port: 0) {
        case .v4?: return host.hasPrefix("127.")
        case .v6?: return host == "::1"
        default: return false
        }
    }

    /// A host as it stands in a URL.
    static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
