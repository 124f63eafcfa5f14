import Foundation
import Testing

@Suite("The first clients of the README, as they stand there", .timeLimit(.minutes(2)))
struct ReadmeTests {
    /// The README's socket, which the examples name.
    private static let socketInReadme = "/tmp/postern.sock"

    private static func isInstalled(_ program: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)")
    }

    /// The first block of that language that talks to the socket.
    private func example(_ language: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "\n```")[0]
        }
        return try #require(blocks.first { $0.contains(Self.socketInReadme) && $0.contains("io.postern.Authorize") })
    }

    @Test("the Python client is answered", .enabled(if: isInstalled("python3")))
    func python() throws {
        let company = try Company()
        try company.serve()
        let code = try example("python").replacingOccurrences(of: Self.socketInReadme, with: company.socket)
        let result = try Program.run(["-c", code], program: "/usr/bin/python3")
        #expect(result.output == "True\n", "\(result.errors)")
        #expect(result.status == 0)
    }

    @Test("the shell client is answered", .enabled(if: isInstalled("socat")))
    func shell() throws {
        let company = try Company()
        try company.serve()
        let code = try example("sh").replacingOccurrences(of: Self.socketInReadme, with: company.socket)
        let result = try Program.run(["-c", code], program: "/bin/sh")
        #expect(
            result.output.hasPrefix(#"{"parameters":{"allowed":true,"decision":"allowed","revision":""#),
            "\(result.errors)")
    }
}
