import CLinux
import Glibc

/// A connection to a sidecar that sends messages as they are.
final class RawConnection {
    private let descriptor: CInt

    init(to path: String) throws {
        descriptor = clinux_unix_stream_socket()
        guard descriptor >= 0, unsafe clinux_unix_connect(descriptor, path) == 0 else {
            throw Eventually.NeverHeld(description: "connect failed with \(errno)")
        }
    }

    deinit { close(descriptor) }

    /// The reply to one message, both without their NUL.
    func ask(_ message: String) throws -> String {
        let bytes = Array(message.utf8) + [0]
        var sent = 0
        try Eventually.holds("the message is sent") {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe clinux_send(descriptor, $0.baseAddress, $0.count)
            }
            sent += max(count, 0)
            return sent == bytes.count
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        try Eventually.holds("the reply comes") {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe clinux_receive(descriptor, $0.baseAddress, $0.count)
            }
            received += buffer.prefix(max(count, 0))
            return received.last == 0
        }
        return String(decoding: received.dropLast(), as: UTF8.self)
    }
}
