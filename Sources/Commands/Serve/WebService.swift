internal import Audit
internal import Directory
internal import Gateway
internal import Logging
internal import PolicyModel
internal import Sidecar

/// The gateway of a running `serve`, with the file of its Unix socket.
struct WebService {
    private let gateway: Gateway
    private let sockets: [ListeningSocket]
    /// Where it listens, for people.
    let addresses: [String]

    /// Starts to answer.
    init(
        socket: ListeningSocket?, spoe: ListeningSocket?, listeners: [GatewayListener], options: GatewayOptions,
        connectionsMax: Int, staleDenyAfterSeconds: Int64?, source: any SnapshotSource, journal: DecisionJournal?
    ) throws(GatewayError) {
        var all = listeners
        // Whoever may open the files is trusted to be a proxy that says of its clients what is so.
        if let spoe, let path = options.spoeSocket {
            let place = GatewayListener.Place.spoe(descriptor: try Self.duplicate(spoe, path), path: path)
            all.insert(GatewayListener(place, trustsProxyHeaders: true), at: 0)
        }
        if let socket, let path = options.httpSocket {
            let place = GatewayListener.Place.unixSocket(descriptor: try Self.duplicate(socket, path), path: path)
            all.insert(GatewayListener(place, trustsProxyHeaders: true), at: 0)
        }
        var configuration = GatewayConfiguration(listeners: all)
        configuration.deadlineMilliseconds = options.deadlineMilliseconds
        configuration.connectionsMax = connectionsMax
        configuration.publicURL = options.publicURL
        configuration.tokenFile = options.tokenFile
        configuration.staleDenyAfterSeconds = staleDenyAfterSeconds
        let clock = SidecarClock()
        gateway = Gateway(
            configuration: configuration, source: source, journal: journal,
            logger: SidecarService.logger("gateway")
        ) { clock.now() }
        sockets = [socket, spoe].compactMap { $0 }
        addresses = try gateway.start()
    }

    /// Takes no more connections, and returns when what was asked has been answered; may be called again.
    func stop() {
        for socket in sockets { socket.withdraw() }
        gateway.stop()
    }

    /// Reads the secret of loopback callers again.
    func reloadToken() { gateway.reloadToken() }

    private static func duplicate(_ socket: ListeningSocket, _ path: String) throws(GatewayError) -> Int32 {
        let descriptor = socket.duplicate()
        guard descriptor >= 0 else { throw .cannotListen(address: path, reason: "no descriptor is left") }
        return descriptor
    }
}
