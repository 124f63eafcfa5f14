internal import Audit
internal import Directory
internal import Gateway
internal import Logging
internal import PolicyModel
internal import Sidecar

/// The gateway of a running `serve`, with the file of its Unix socket.
struct WebService {
    private let gateway: Gateway
    private let socket: ListeningSocket?
    /// Where it listens, for people.
    let addresses: [String]

    /// Starts to answer.
    init(
        socket: ListeningSocket?, listeners: [GatewayListener], options: GatewayOptions,
        staleDenyAfterSeconds: Int64?, source: any SnapshotSource, journal: DecisionJournal?
    ) throws(GatewayError) {
        var all = listeners
        if let socket, let path = options.httpSocket {
            let descriptor = socket.duplicate()
            guard descriptor >= 0 else {
                throw .cannotListen(address: path, reason: "no descriptor is left")
            }
            // Whoever may open the file is trusted to be a proxy that says of its clients what is so.
            all.insert(
                GatewayListener(.unixSocket(descriptor: descriptor, path: path), trustsProxyHeaders: true), at: 0)
        }
        var configuration = GatewayConfiguration(listeners: all)
        configuration.deadlineMilliseconds = options.deadlineMilliseconds
        configuration.publicURL = options.publicURL
        configuration.staleDenyAfterSeconds = staleDenyAfterSeconds
        let clock = SidecarClock()
        gateway = Gateway(
            configuration: configuration, source: source, journal: journal,
            logger: SidecarService.logger("gateway")
        ) { clock.now() }
        self.socket = socket
        addresses = try gateway.start()
    }

    /// Takes no more connections, and returns when what was asked has been answered; may be called again.
    func stop() {
        socket?.withdraw()
        gateway.stop()
    }
}
