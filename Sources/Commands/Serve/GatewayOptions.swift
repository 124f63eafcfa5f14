internal import ArgumentParser
internal import Gateway
internal import Sidecar

/// The flags of `serve` for HTTP.
struct GatewayOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Answer HTTP on a Unix socket, too.", valueName: "PATH"))
    var httpSocket: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Answer HTTP on a loopback address, such as 127.0.0.1:8180.", valueName: "HOST:PORT"))
    var httpListen: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Answer HTTPS on an address; needs --tls-certificate and --tls-key.", valueName: "HOST:PORT")
    )
    var tlsListen: String?

    @Option(name: .long, help: ArgumentHelp("The server's certificate chain, PEM.", valueName: "FILE"))
    var tlsCertificate: String?

    @Option(name: .long, help: ArgumentHelp("The server's private key, PEM.", valueName: "FILE"))
    var tlsKey: String?

    @Option(
        name: .customLong("tls-client-ca"),
        help: ArgumentHelp("Only clients with a certificate of these authorities may connect, PEM.", valueName: "FILE"))
    var tlsClientAuthorities: String?

    @Option(
        name: .customLong("http-token-file"),
        help: ArgumentHelp(
            "Callers on --http-listen must show the secret in this file, at least 16 bytes.", valueName: "FILE"))
    var tokenFile: String?

    @Option(
        name: .customLong("spoe-socket"),
        help: ArgumentHelp("Answer HAProxy's SPOE on a Unix socket.", valueName: "PATH"))
    var spoeSocket: String?

    @Option(
        name: .customLong("http-deadline"),
        help: ArgumentHelp("After so many milliseconds a request is refused.", valueName: "MILLISECONDS"))
    var deadlineMilliseconds: Int64 = 100

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "The https URL under which AuthZEN clients know this service; published as its metadata.",
            valueName: "URL"))
    var publicURL: String?

    private static let deadlineMillisecondsMax: Int64 = 60_000

    /// The listeners that were asked for, but for the Unix socket, which has to be made first.
    func networkListeners() throws(CommandFailure) -> [GatewayListener] {
        guard (1...Self.deadlineMillisecondsMax).contains(deadlineMilliseconds) else {
            throw .usage(
                "--http-deadline is \(deadlineMilliseconds), but must be 1 to \(Self.deadlineMillisecondsMax) milliseconds"
            )
        }
        var listeners: [GatewayListener] = []
        if tokenFile != nil, httpListen == nil {
            throw .usage("--http-token-file is for --http-listen, which is missing")
        }
        if let httpListen {
            let (host, port) = try address(httpListen, "--http-listen")
            listeners.append(GatewayListener(.loopback(host: host, port: port), trustsProxyHeaders: true))
        }
        guard let tlsListen else {
            if let flag = firstTLSFlag { throw .usage("\(flag) is for --tls-listen, which is missing") }
            return listeners
        }
        guard let tlsCertificate, let tlsKey else {
            throw .usage("--tls-listen needs --tls-certificate and --tls-key")
        }
        let (host, port) = try address(tlsListen, "--tls-listen")
        let files = GatewayTLS(
            certificateFile: tlsCertificate, keyFile: tlsKey, clientAuthorityFile: tlsClientAuthorities)
        // Whom a client certificate lets in is a proxy of ours; anybody else may say what he likes of himself.
        listeners.append(
            GatewayListener(.tls(host: host, port: port, files), trustsProxyHeaders: tlsClientAuthorities != nil))
        return listeners
    }

    private var firstTLSFlag: String? {
        [
            ("--tls-certificate", tlsCertificate), ("--tls-key", tlsKey), ("--tls-client-ca", tlsClientAuthorities),
        ].first { $0.1 != nil }?.0
    }

    /// `HOST:PORT`, with brackets around a host that has colons.
    private func address(_ text: String, _ flag: String) throws(CommandFailure) -> (host: String, port: Int) {
        let wrong = CommandFailure.usage("\(flag) is `\(text)`, but must be HOST:PORT, such as 127.0.0.1:8180")
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw wrong }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw wrong
        }
        guard !host.isEmpty else { throw wrong }
        return (String(host), port)
    }
}
