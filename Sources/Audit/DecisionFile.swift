internal import Glibc
internal import NIOConcurrencyHelpers
internal import Synchronization

/// Why a decision log cannot be opened.
public struct DecisionFileError: Error, Sendable, Hashable {
    /// The system's number for it.
    public let errno: Int32
}

/// A file that lines are added to, or standard output.
///
/// Other programs may move it away: `reopen` then begins a new one.
public final class DecisionFile: DecisionSink, Sendable {
    /// The name that stands for standard output.
    public static let standardOutput = "-"

    private let path: String
    private let descriptor: NIOLockedValueBox<Int32>
    private let isStopping = Atomic<Bool>(false)

    /// A pipe or terminal that takes nothing is asked again after so long.
    private static let waitMilliseconds: Int32 = 100
    /// How often it is asked once the sidecar stops.
    private static let waitsWhenStopping = 5
    /// What a pipe that is writable takes without waiting (POSIX: PIPE_BUF, on Linux 4,096).
    private static let pipeBytes = 4_096

    /// Opens the file, which is made with mode 0640 when it is missing.
    public init(path: String) throws(DecisionFileError) {
        self.path = path
        descriptor = NIOLockedValueBox(try DecisionFile.open(path))
    }

    deinit {
        let descriptor = descriptor.withLockedValue { $0 }
        if path != DecisionFile.standardOutput { close(descriptor) }
    }

    /// Opens the path again; on failure the old file is written on.
    public func reopen() throws(DecisionFileError) {
        guard path != DecisionFile.standardOutput else { return }
        let next = try DecisionFile.open(path)
        close(
            descriptor.withLockedValue { held in
                defer { held = next }
                return held
            })
    }

    /// From here on a reader that takes nothing is waited for only a little.
    public func beginToStop() { isStopping.store(true, ordering: .relaxed) }

    /// Writes bytes, waiting for a pipe's reader if need be; gives how many were written.
    public func write(_ bytes: [UInt8]) -> Int {
        let descriptor = descriptor.withLockedValue { $0 }
        let isRegular = DecisionFile.isRegular(descriptor)
        var (done, waits) = (0, 0)
        while done < bytes.count {
            if !isRegular, !isWritable(descriptor) {
                waits += 1
                if isStopping.load(ordering: .relaxed), waits > DecisionFile.waitsWhenStopping { break }
                continue
            }
            let wanted = isRegular ? bytes.count - done : min(bytes.count - done, DecisionFile.pipeBytes)
            let sent = unsafe bytes.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return unsafe Glibc.write(descriptor, base + done, wanted)
            }
            if sent < 0, errno == EINTR || errno == EAGAIN { continue }
            guard sent > 0 else { break }
            done += sent
        }
        return done
    }

    private func isWritable(_ descriptor: Int32) -> Bool {
        var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&waited, 1, DecisionFile.waitMilliseconds) == 1
    }

    private static func open(_ path: String) throws(DecisionFileError) -> Int32 {
        guard path != standardOutput else { return STDOUT_FILENO }
        // Not waiting for the reader of a named pipe; without one it cannot be opened.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        let descriptor = unsafe Glibc.open(path, flags, 0o640)
        guard descriptor >= 0 else { throw DecisionFileError(errno: errno) }
        return descriptor
    }

    private static func isRegular(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }
}
