import Foundation
import Testing

@Suite("The clients of the manual, as they stand there", .timeLimit(.minutes(2)))
struct ManualClientTests {
    private static let nativeSocket = "/run/postern/postern.sock"

    private static func isInstalled(_ program: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)")
    }

    /// The block of a language that has some words in it, and the only one.
    private func example(_ language: String, with words: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("Sources/postern/postern.docc/ClientsByExample.md"),
            encoding: .utf8)
        let blocks = page.components(separatedBy: "```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "\n```")[0]
        }.filter { $0.contains(words) }
        try #require(blocks.count == 1, "\(language) with \(words): \(blocks.count) blocks")
        return blocks[0]
    }

    /// Runs a client as it stands there, but for one word of it.
    private func run(_ program: String, _ flag: String, _ code: String, _ word: String, _ other: String) throws {
        try #require(code.contains(word))
        let code = code.replacingOccurrences(of: word, with: other)
        let result = try Program.run([flag, code], program: "/usr/bin/\(program)")
        #expect(result.output.lowercased() == "true\n", "\(result.errors)")
        #expect(result.status == 0)
    }

    @Test("the Python client of the native socket is answered", .enabled(if: isInstalled("python3")))
    func nativePython() throws {
        let company = try Company()
        try company.serve()
        let code = try example("python", with: "io.postern.")
        try run("python3", "-c", code, "Postern(\"\(Self.nativeSocket)\")", "Postern(\"\(company.socket)\")")
    }

    @Test("the Node client of the native socket is answered", .enabled(if: isInstalled("node")))
    func nativeNode() throws {
        let company = try Company()
        try company.serve()
        let code = try example("javascript", with: "io.postern.")
        try run("node", "-e", code, "Postern(\"\(Self.nativeSocket)\")", "Postern(\"\(company.socket)\")")
    }

    @Test("the Python client of AuthZEN is answered", .enabled(if: isInstalled("python3")))
    func authzenPython() throws {
        let company = try Company()
        let port = try FreePort.take()
        try company.serve(["--http-listen", "127.0.0.1:\(port)"])
        let code = try example("python", with: "/access/v1/evaluation")
        try run("python3", "-c", code, "8180", "\(port)")
    }

    @Test("the Node client of AuthZEN is answered on both transports", .enabled(if: isInstalled("node")))
    func authzenNode() throws {
        let company = try Company()
        let port = try FreePort.take()
        let socket = company.socket + ".http"
        try company.serve(["--http-listen", "127.0.0.1:\(port)", "--http-socket", socket])
        let code = try example("javascript", with: "/access/v1/evaluation")
        try run("node", "-e", code, "8180", "\(port)")
        try run("node", "-e", code, #"{ host: "127.0.0.1", port: 8180 }"#, #"{ socketPath: "\#(socket)" }"#)
    }
}

/// A port of the loopback address on which nobody listens.
enum FreePort {
    static func take() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        try #require(result)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
