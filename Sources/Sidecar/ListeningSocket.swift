internal import CLinux
internal import Glibc

/// The socket that callers connect to, with its file and its lock beside it.
///
/// While it lives, no other sidecar can serve the path; closing it removes the files, if they are still its own.
public final class ListeningSocket: Sendable {
    private let descriptor: Descriptor
    /// What to remove at the end; `nil` for a socket that a service manager passed on.
    private let file: SocketFile?

    /// The descriptor to accept from.
    var raw: Int32 { descriptor.raw }

    /// Takes over a listening Unix socket that a service manager made.
    init(inherited raw: Int32) throws(SidecarError) {
        guard ListeningSocket.option(SO_ACCEPTCONN, of: raw) == 1, ListeningSocket.option(SO_DOMAIN, of: raw) == AF_UNIX
        else { throw .unusableInheritedSocket("descriptor \(raw) is no listening Unix socket") }
        descriptor = Descriptor(raw)
        file = nil
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK)
    }

    /// Makes the socket file at a path; on failure nothing of it is left behind.
    ///
    /// - Parameter group: the number of the group that the file is given; `nil` leaves it alone.
    public init(path: String, mode: UInt32, group: UInt32?) throws(SidecarError) {
        let socket = Descriptor(clinux_unix_stream_socket())
        guard socket.raw >= 0 else { throw systemFailure("make a socket") }
        let file = try SocketFile(path: path)
        do throws(SidecarError) {
            try file.bind(socket.raw, mode: mode, group: group)
            guard listen(socket.raw, SOMAXCONN) == 0 else { throw systemFailure("listen on `\(path)`") }
        } catch {
            file.remove()
            throw error
        }
        descriptor = socket
        self.file = file
    }

    /// The socket again, as a descriptor that whoever asks has to close; negative when there is none left.
    public func duplicate() -> Int32 { fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 0) }

    /// Removes the socket's file, so that nobody can connect any more; what has connected goes on.
    public func withdraw() { file?.remove() }

    private static func option(_ name: Int32, of socket: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }
}

extension SidecarConfiguration {
    /// The number of the group that sockets are given; `nil` when they are left alone.
    public func socketGroupID() throws(SidecarError) -> UInt32? {
        guard let socketGroup else { return nil }
        if let found = SidecarConfiguration.groupID(named: socketGroup) { return found }
        guard let number = gid_t(socketGroup) else { throw .unknownGroup(socketGroup) }
        return number
    }

    private static func groupID(named name: String) -> gid_t? {
        var number: gid_t = 0
        return unsafe clinux_group_id(name, &number) == 0 ? number : nil
    }
}
