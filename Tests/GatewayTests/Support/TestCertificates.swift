import Foundation
import Testing

/// Certificates that openssl made: an authority, a server for this machine, and clients.
final class TestCertificates: Sendable {
    let folder: String

    static let openssl = "/usr/bin/openssl"
    static var canBeMade: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

    /// A certificate with its key, as files in PEM.
    struct Credentials: Sendable {
        let certificate: String
        let key: String
    }

    /// Makes an authority.
    init() throws {
        var template = Array("/tmp/pgc.XXXXXX".utf8CString)
        folder = try unsafe template.withUnsafeMutableBufferPointer { buffer in
            let start = try unsafe #require(buffer.baseAddress)
            return try unsafe String(cString: #require(mkdtemp(start)))
        }
        try run(
            [
                "req", "-x509", "-days", "1", "-subj", "/CN=test authority", "-keyout", "\(folder)/ca.key", "-out",
                authority,
            ]
                + Self.newKey)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The authority's certificate.
    var authority: String { folder + "/ca.pem" }

    /// A certificate of the authority.
    func issue(_ name: String, subject: String, extensions: String) throws -> Credentials {
        let base = "\(folder)/\(name)"
        try Data(extensions.utf8).write(to: URL(fileURLWithPath: base + ".ext"))
        try run(["req", "-new", "-subj", subject, "-keyout", base + ".key", "-out", base + ".csr"] + Self.newKey)
        try run([
            "x509", "-req", "-days", "1", "-in", base + ".csr", "-CA", authority, "-CAkey", "\(folder)/ca.key",
            "-CAcreateserial", "-extfile", base + ".ext", "-out", base + ".pem",
        ])
        return Credentials(certificate: base + ".pem", key: base + ".key")
    }

    /// The certificate of a server on this machine.
    func server() throws -> Credentials {
        try issue(
            "server", subject: "/CN=localhost",
            extensions: "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    }

    /// The certificate of a client.
    func client(_ name: String) throws -> Credentials {
        try issue(name, subject: "/CN=\(name)", extensions: "extendedKeyUsage=clientAuth\n")
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.openssl)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " "))")
    }
}
