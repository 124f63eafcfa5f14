/// How the gateway listens, and how much it takes on.
public struct GatewayConfiguration: Sendable {
    /// Where it listens; all serve the same routes.
    public var listeners: [GatewayListener]
    /// How long a request may take from its first line to its decision, in milliseconds; past it the answer is 503.
    ///
    /// Docker waits without end, Traefik for 30 s: the bound must be ours (spec `protocols.md` §2.1).
    public var deadlineMilliseconds: Int64 = 100
    /// Connections of all listeners at one time, shared evenly among them; one more waits to be accepted.
    public var connectionsMax = 4_096
    /// The base URL that the AuthZEN metadata tells; `nil` publishes none.
    ///
    /// Configured and never taken from a request (spec `authzen.md` AZ-MD-10).
    public var publicURL: String?
    /// A file with a secret that callers on loopback TCP must show; `nil` asks for none.
    public var tokenFile: String?
    /// After so many seconds of trouble in the store every answer is a deny; `nil` serves the last good policies.
    public var staleDenyAfterSeconds: Int64?

    /// The defaults for a list of listeners.
    public init(listeners: [GatewayListener]) {
        self.listeners = listeners
    }
}

/// A place where the gateway listens.
public struct GatewayListener: Sendable {
    /// What kind of place it is; callers of some kinds are trusted further than others.
    public enum Place: Sendable {
        /// A Unix socket that is bound and listens already; the gateway takes the descriptor over.
        case unixSocket(descriptor: Int32, path: String)
        /// A Unix socket, bound as the other, on which HAProxy's SPOE is spoken and no HTTP.
        case spoe(descriptor: Int32, path: String)
        /// TCP on a loopback address; port 0 takes a free one.
        case loopback(host: String, port: Int)
        /// TLS on any address.
        case tls(host: String, port: Int, GatewayTLS)
    }

    /// The place.
    public var place: Place
    /// Whether what proxies say of a request (`X-Forwarded-*`, `X-Original-*`) is believed here (spec `protocols.md` §2.5).
    public var trustsProxyHeaders: Bool

    /// Makes a listener.
    public init(_ place: Place, trustsProxyHeaders: Bool) {
        self.place = place
        self.trustsProxyHeaders = trustsProxyHeaders
    }
}

/// Certificates of a TLS listener, as files in PEM.
public struct GatewayTLS: Sendable {
    /// The server's certificate, followed by those that lead to its authority.
    public var certificateFile: String
    /// Its private key.
    public var keyFile: String
    /// The authorities whose clients may connect; `nil` asks clients for no certificate.
    public var clientAuthorityFile: String?

    /// Makes the settings.
    public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientAuthorityFile = clientAuthorityFile
    }
}

/// The gateway's own bounds; each is the largest that is still accepted.
enum GatewayLimits {
    /// The body of a request in JSON, but for Docker's.
    static let bodyBytesMax = 1024 * 1024
    /// All header fields of a request together: IAM's longest ARN, a token and cookies fit.
    static let headerBytesMax = 64 * 1024
    /// How long a body may take to come, in milliseconds.
    static let bodyMillisecondsMax: Int64 = 5_000
    /// How long a client that is cut off has to read the answer, in milliseconds.
    static let lingerMilliseconds: Int64 = 100
    /// How long a connection may say nothing, in seconds.
    static let idleSecondsMax: Int64 = 120
    /// How long a stop waits for requests that have begun, in milliseconds.
    static let drainMillisecondsMax: Int64 = 4_000
}

/// Why the gateway does not start.
public enum GatewayError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An address cannot be listened on.
    case cannotListen(address: String, reason: String)
    /// A plain TCP listener would be open to other machines.
    case notLoopback(address: String)
    /// A certificate, key or authority cannot be used.
    case badCertificate(file: String, reason: String)
    /// The public URL is none that AuthZEN's clients would take.
    case badPublicURL(url: String, reason: String)
    /// The secret of loopback callers cannot be used.
    case badToken(file: String, reason: String)
    /// It was started before.
    case alreadyStarted

    /// One line for people.
    public var description: String {
        switch self {
        case .cannotListen(let address, let reason): "cannot listen on `\(address)`: \(reason)"
        case .notLoopback(let address):
            "`\(address)` is no loopback address; plain HTTP is for 127.0.0.1 and [::1], use --tls-listen for others"
        case .badCertificate(let file, let reason), .badToken(let file, let reason):
            "`\(file)` cannot be used: \(reason)"
        case .badPublicURL(let url, let reason): "the public URL `\(url)` cannot be used: \(reason)"
        case .alreadyStarted: "the gateway was started before"
        }
    }
}
