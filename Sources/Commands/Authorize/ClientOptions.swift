internal import ArgumentParser
internal import PosternClient

/// What every verb has that asks a running sidecar.
struct ClientOptions: ParsableArguments {
    @Option(name: .long, help: "The sidecar's socket (default: $POSTERN_SOCKET, else the usual places).")
    var socket: String?

    @Option(name: .customLong("timeout"), help: "Seconds to wait for the reply.")
    var timeoutSeconds: Int = 10

    func validate() throws {
        guard (1...3_600).contains(timeoutSeconds) else {
            throw ValidationError("--timeout is \(timeoutSeconds), but must be 1 to 3600 seconds")
        }
    }

    func client() throws(CommandFailure) -> BlockingClient {
        BlockingClient(
            socketPath: try SocketAddress.system.forClient(socket), timeoutMilliseconds: timeoutSeconds * 1_000)
    }
}

extension CommandFailure {
    /// The sidecar could not be asked, or did not answer.
    init(_ error: PosternError) {
        guard case .unreachable = error else {
            self = .usage("\(error)")
            return
        }
        self = .usage("\(error); start one with `postern serve`, or say with --socket where it listens")
    }
}
