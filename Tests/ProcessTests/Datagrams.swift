import Glibc

/// A datagram socket such as service managers have.
final class Datagrams {
    private let descriptor: CInt
    private let path: String

    init(at path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        let descriptor = descriptor
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Eventually.NeverHeld(description: "bind failed with \(errno)") }
    }

    deinit {
        close(descriptor)
        _ = unsafe unlink(path)
    }

    func next() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var count = -1
        try Eventually.holds("a datagram arrives") {
            count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            return count >= 0
        }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
