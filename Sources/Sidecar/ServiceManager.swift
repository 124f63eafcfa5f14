internal import CLinux
internal import Directory
internal import Glibc

/// What systemd and its like are told (`sd_notify`), and what they pass on (`LISTEN_FDS`).
struct ServiceManager: Sendable {
    /// The socket of `$NOTIFY_SOCKET`: a path, or `@` and an abstract name.
    ///
    /// `nil`: nobody wants to know.
    let socket: String?

    /// Ready, with one line on how things are.
    func ready(status: String) { send("READY=1\nSTATUS=\(status)") }

    /// A reload begins.
    func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(SidecarClock.monotonicMicroseconds())\nSTATUS=reading the store again")
    }

    /// The service ends.
    func stopping() { send("STOPPING=1\nSTATUS=answering what has been read") }

    /// How things are, on one line.
    func status(_ line: String) { send("STATUS=\(line)") }

    /// One line on what is in force.
    static func summary(_ status: StoreStatus) -> String {
        let trouble = status.errors.isEmpty ? "" : ", \(status.errors.count) errors in the store"
        let image =
            switch status.image {
            case nil, .equal?: ""
            case .unchecked?: ", from an image that is being checked"
            case .different?: ", after a start from an image that was wrong"
            case .withdrawn?: ", and denying everything: the image was wrong, and the store would not start"
            }
        return "serving revision \(status.revision)\(trouble)\(image)"
    }

    /// Sends a datagram; a service manager that is not there is no reason to stop.
    private func send(_ message: String) {
        guard let socket else { return }
        let bytes = Array(message.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe clinux_unix_send_datagram(socket, $0.baseAddress, $0.count) }
    }

    /// The one listening socket that was passed on to this process, if any; the variables are removed.
    static func takeInheritedListener() throws(SidecarError) -> Int32? {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) } }
        guard let process = variable("LISTEN_PID"), Int32(process) == getpid() else { return nil }
        guard let count = variable("LISTEN_FDS").flatMap(Int.init), count > 0 else { return nil }
        guard count == 1 else { throw .unusableInheritedSocket("\(count) were passed on, and one is served") }
        return 3  // SD_LISTEN_FDS_START
    }

    static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
