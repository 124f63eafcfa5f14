import Foundation
import Glibc

/// The built `postern`, run as a person or a service manager would.
enum Program {
    /// Beside the running test bundle.
    static let path: String = {
        var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }.map { URL(fileURLWithPath: $0) }
        if let bundle = bundles.first { folder = bundle.deletingLastPathComponent() }
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent("postern").path
            var isDirectory: ObjCBool = false
            if unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory),
                !isDirectory.boolValue
            {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        return "postern-not-built"
    }()

    /// What a finished run left.
    struct Result {
        let status: Int32
        let output: String
        let errors: String

        var errorLines: [Substring] { errors.split(separator: "\n") }
    }

    /// Runs to the end; the child's environment is only what is given, and what a sanitizer is told.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], program: String = Program.path,
        folder: String? = nil
    ) throws -> Result {
        let child = try Child(arguments, environment: environment, program: program, folder: folder)
        try child.waitForEnd()
        return Result(status: child.status, output: child.output, errors: child.errors)
    }
}

/// A running program, whose output goes to files; it is ended when nobody looks at it any more.
final class Child {
    private let process = Process()
    private let scratch: Scratch

    init(
        _ arguments: [String], environment: [String: String] = [:], program: String = Program.path,
        folder: String? = nil
    ) throws {
        scratch = try Scratch()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = Child.inherited.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try scratch.handle("output")
        process.standardError = try scratch.handle("errors")
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// What a child always has: where programs are, and what a sanitizer is told, if one watches.
    private static let inherited = ["PATH": "/usr/bin:/bin"].merging(
        ProcessInfo.processInfo.environment.filter { ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key) }
    ) { $1 }

    var processID: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var output: String { scratch.text("output") }
    var errors: String { scratch.text("errors") }
    var status: Int32 { process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    func waitForEnd() throws {
        try Eventually.holds("the program ends") { !process.isRunning }
    }
}

/// A fresh folder that goes with its owner.
final class Scratch {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "postern-process-\(UUID().uuidString.prefix(8))"
            ).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func handle(_ name: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: file(name), contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: file(name)))
    }

    func text(_ name: String) -> String {
        (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? ""
    }
}

/// Waiting by looking again, with an end far beyond what a loaded machine needs.
enum Eventually {
    struct NeverHeld: Error, CustomStringConvertible {
        let description: String
    }

    static let secondsMax = 30.0

    static func holds(_ what: String, _ condition: () throws -> Bool) throws {
        let end = Date().addingTimeInterval(secondsMax)
        while try !condition() {
            guard Date() < end else { throw NeverHeld(description: "it never came that \(what)") }
            usleep(5_000)
        }
    }
}
