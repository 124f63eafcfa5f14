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
///
/// Started without Foundation's `Process`, of which each keeps its descriptors for as long as the tests run.
final class Child {
    struct NotStarted: Error, CustomStringConvertible {
        let description: String
    }

    let processID: pid_t
    private let scratch: Scratch
    /// What `waitpid` told, once it ended.
    private var ending: Int32?

    init(
        _ arguments: [String], environment: [String: String] = [:], program: String = Program.path,
        folder: String? = nil
    ) throws {
        scratch = try Scratch()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, scratch.file("output"), writing, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, scratch.file("errors"), writing, 0o600)
        // A child that held another test's socket would keep it open.
        for open in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init)
        where open > STDERR_FILENO { unsafe posix_spawn_file_actions_addclose(&actions, open) }
        var words = [program] + arguments
        if let folder { words = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder] + words }
        let variables = Child.inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        let argv = unsafe words.map { unsafe strdup($0) } + [nil]
        let envp = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer { unsafe (argv + envp).forEach { unsafe free($0) } }
        var started: pid_t = 0
        let failure = unsafe posix_spawn(&started, words[0], &actions, nil, argv, envp)
        guard failure == 0 else {
            throw NotStarted(description: "\(program) was not started: \(unsafe String(cString: strerror(failure)))")
        }
        processID = started
    }

    deinit {
        guard isRunning else { return }
        kill(processID, SIGKILL)
        _ = waitpid(processID, nil, 0)
    }

    /// What a child always has: where programs are, and what a sanitizer is told, if one watches.
    private static let inherited = ["PATH": "/usr/bin:/bin"].merging(
        ProcessInfo.processInfo.environment.filter { ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key) }
    ) { $1 }

    var isRunning: Bool {
        guard ending == nil else { return false }
        var told: Int32 = 0
        if unsafe waitpid(processID, &told, WNOHANG) == processID { ending = told }
        return ending == nil
    }

    var output: String { scratch.text("output") }
    var errors: String { scratch.text("errors") }

    /// The exit status, or the negated number of the signal that ended it.
    var status: Int32 {
        guard let ending else { return -1 }
        let signal = ending & 0x7f
        return signal == 0 ? (ending >> 8) & 0xff : -signal
    }

    func send(_ signal: Int32) { kill(processID, signal) }

    func waitForEnd() throws {
        try Eventually.holds("the program ends") { !isRunning }
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
