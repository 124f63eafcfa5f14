internal import Glibc

/// Why a sidecar could not start; each prints as one clear line.
public enum SidecarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path is empty, too long for a socket, or not a file's.
    case unusablePath(path: String, reason: String)
    /// The socket's folder could be changed by strangers.
    case unsafeFolder(path: String, reason: String)
    /// Another sidecar serves this path.
    case socketTaken(path: String)
    /// Something that is not a socket lies at the path.
    case notASocket(path: String)
    /// The group does not exist.
    case unknownGroup(String)
    /// A configured number is out of its range.
    case outOfRange(setting: String, value: Int, allowed: String)
    /// What the service manager passed on is not one listening Unix socket.
    case unusableInheritedSocket(String)
    /// The system refused something.
    case system(doing: String, errno: Int32)
    /// The sidecar was started twice.
    case alreadyStarted

    /// The line.
    public var description: String {
        switch self {
        case .unusablePath(let path, let reason): "the socket path `\(path)` cannot be used: \(reason)"
        case .unsafeFolder(let path, let reason): "the socket's folder `\(path)` is not safe: \(reason)"
        case .socketTaken(let path): "the socket `\(path)` is taken: another sidecar serves it"
        case .notASocket(let path): "`\(path)` exists and is not a socket; it was left as it is"
        case .unknownGroup(let group): "there is no group `\(group)`"
        case .outOfRange(let setting, let value, let allowed): "\(setting) is \(value), but must be \(allowed)"
        case .unusableInheritedSocket(let reason): "the passed-on socket cannot be used: \(reason)"
        case .system(let doing, let number): "cannot \(doing): \(errorText(number))"
        case .alreadyStarted: "the sidecar has been started before"
        }
    }
}

/// The system's sentence for an error number, in lower case like our own.
func errorText(_ number: Int32) -> String {
    var buffer: [CChar] = Array(repeating: 0, count: 256)
    // The POSIX `strerror_r`, given the buffer's true size; it ends what it writes with a NUL.
    guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self).lowercased()
}

/// Throws what the last system call reported.
func systemFailure(_ doing: String) -> SidecarError {
    .system(doing: doing, errno: errno)
}
