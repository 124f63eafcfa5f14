internal import Crypto
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOConcurrencyHelpers
internal import PolicyModel

/// A secret that callers on TCP show, as the kernel does not tell who they are there.
///
/// It stands before the path, `/t/SECRET/…`, or in `X-Postern-Token`; only its digest is kept and compared, in constant time.
final class SharedToken: Sendable {
    /// The shortest secret, in bytes: 16 random ones cannot be guessed.
    static let bytesMin = 16
    /// The longest secret, in bytes.
    static let bytesMax = 256

    private let path: String
    private let logger: Logger
    private let digest: NIOLockedValueBox<SHA256Digest>

    /// Reads the secret.
    init(file path: String, logger: Logger) throws(GatewayError) {
        (self.path, self.logger) = (path, logger)
        digest = NIOLockedValueBox(try SharedToken.digest(path))
    }

    /// Reads the secret again; one that cannot be used leaves the last one in force.
    func reload() {
        do throws(GatewayError) {
            let new = try SharedToken.digest(path)
            digest.withLockedValue { $0 = new }
        } catch {
            logger.error("the token stays as it was: \(error)")
        }
    }

    /// The request as routes see it, without the secret; `nil` when it does not show it.
    func admit(_ head: HTTPRequest) -> HTTPRequest? {
        var head = head
        let values = head.headerFields[values: .posternToken]
        head.headerFields[values: .posternToken] = []
        if let target = head.path, target.utf8.starts(with: "/t/".utf8) {
            let rest = Text(target).dropFirst(3)
            guard values.isEmpty, let end = rest.firstIndex(of: ASCII.slash) else { return nil }
            head.path = rest.dropFirst(end).string
            return isRight(Array(rest.utf8.prefix(end))) ? head : nil
        }
        guard values.count == 1 else { return nil }
        return isRight(Array(values[0].utf8)) ? head : nil
    }

    /// What is said to those who do not show it; nothing that a proxy would keep a connection open for.
    static var refusal: Response {
        Response(status: .unauthorized, headers: [.wwwAuthenticate: "Postern-Token"])
    }

    private func isRight(_ secret: [UInt8]) -> Bool {
        // Digests are compared in constant time, whatever the lengths.
        SHA256.hash(data: secret) == digest.withLockedValue { $0 }
    }

    private static func digest(_ path: String) throws(GatewayError) -> SHA256Digest {
        guard var bytes = OutsideFile.read(path, bytesMax: bytesMax + 2) else {
            throw .badToken(file: path, reason: "it cannot be read, or is longer than \(bytesMax) bytes")
        }
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard (bytesMin...bytesMax).contains(bytes.count) else {
            throw .badToken(file: path, reason: "it must hold \(bytesMin) to \(bytesMax) bytes")
        }
        let isPlain = bytes.allSatisfy { ASCII.isAlphanumeric($0) || "-._~".utf8.contains($0) }
        guard isPlain else {
            throw .badToken(file: path, reason: "it may only hold letters, digits and `-._~`, as it stands in URLs")
        }
        return SHA256.hash(data: bytes)
    }
}

extension HTTPField.Name {
    /// Where the secret is, unless it stands before the path.
    static let posternToken = name("X-Postern-Token")
}
