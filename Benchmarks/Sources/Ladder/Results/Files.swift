import Glibc

/// What stops a benchmark.
package struct BenchmarkFailure: Error, CustomStringConvertible {
    package let description: String
}

/// The few things that benchmarks do with files.
enum Files {
    static func write(_ text: String, to path: String) throws {
        guard let file = unsafe fopen(path, "w") else { throw BenchmarkFailure(description: "cannot write \(path)") }
        defer { unsafe fclose(file) }
        guard unsafe fputs(text, file) >= 0 else { throw BenchmarkFailure(description: "cannot write \(path)") }
    }

    static func read(_ path: String) -> [UInt8]? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var buffer: [UInt8] = Array(repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer[0..<count]
        }
    }

    static func text(_ path: String) -> String { String(decoding: read(path) ?? [], as: UTF8.self) }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// What a command prints; empty when it cannot be run.
    static func output(of command: String) -> String {
        guard let pipe = unsafe popen(command, "r") else { return "" }
        defer { unsafe pclose(pipe) }
        var bytes: [UInt8] = []
        var buffer: [UInt8] = Array(repeating: 0, count: 4_096)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, pipe)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[0..<count]
        }
    }

    /// A word that the shell takes as it is.
    static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }
}

/// A folder that goes away with its contents.
final class TemporaryFolder {
    let path: String

    init() throws {
        let place = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(place)/postern-ladder-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw BenchmarkFailure(description: "no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { _ = Files.output(of: "rm -rf \(Files.quoted(path))") }
}
