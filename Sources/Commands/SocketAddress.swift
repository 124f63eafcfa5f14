internal import Glibc

/// Where the sidecar's socket is when nobody says so (design §3.1).
struct SocketAddress: Sendable {
    /// Gives an environment variable's value.
    let environment: @Sendable (String) -> String?
    /// Whether files can be made in a folder, or it itself can.
    let isWritable: @Sendable (String) -> Bool
    /// Whether something is there.
    let exists: @Sendable (String) -> Bool

    /// The process's own surroundings.
    static let system = SocketAddress(
        environment: { EnvironmentVariable.value($0) },
        isWritable: { folder in
            if unsafe access(folder, W_OK) == 0 { return true }
            guard errno == ENOENT, let slash = folder.lastIndex(of: "/") else { return false }
            return unsafe access(String(folder[..<slash]), W_OK) == 0
        },
        exists: { path in unsafe access(path, F_OK) == 0 })

    private static let systemFolder = "/run/postern"

    private var stated: String? {
        let value = environment("POSTERN_SOCKET") ?? ""
        return value.isEmpty ? nil : value
    }

    private var userFolder: String? {
        let folder = environment("XDG_RUNTIME_DIR") ?? ""
        return folder.isEmpty ? nil : folder + "/postern"
    }

    /// Where `serve` listens.
    func forServer(_ option: String?) throws(CommandFailure) -> String {
        if let path = option ?? stated { return try checked(path) }
        if isWritable(Self.systemFolder) { return Self.systemFolder + "/postern.sock" }
        if let userFolder { return userFolder + "/postern.sock" }
        throw .usage(
            "nowhere to listen: \(Self.systemFolder) is not writable; give --socket PATH or set POSTERN_SOCKET")
    }

    /// Where the other verbs ask.
    func forClient(_ option: String?) throws(CommandFailure) -> String {
        if let path = option ?? stated { return try checked(path) }
        let candidates = [Self.systemFolder, userFolder].compactMap { $0 }.map { $0 + "/postern.sock" }
        if let path = candidates.first(where: exists) { return path }
        let places = candidates.map { "`\($0)`" }.joined(separator: " nor ")
        throw .usage("no sidecar found: there is no \(places); give --socket PATH or set POSTERN_SOCKET")
    }

    private func checked(_ path: String) throws(CommandFailure) -> String {
        guard !path.isEmpty else { throw .usage("the socket's path is empty") }
        return path
    }
}
