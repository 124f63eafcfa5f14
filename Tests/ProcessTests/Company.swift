import Foundation
import Testing

/// The example store, and a sidecar that serves it.
final class Company {
    let scratch: Scratch
    /// What `serve` is given.
    var store: String
    var socket: String { scratch.file("postern.sock") }
    private(set) var sidecar: Child?

    static let account = "111122223333"
    static let plan = "arn:aws:docs:::report/2026-plan"

    init() throws {
        scratch = try Scratch()
        store = scratch.file("company")
        let made = try Program.run(["init", store])
        #expect(made.status == 0, "\(made.errors)")
    }

    func path(_ file: String) -> String { "\(store)/accounts/\(Self.account)/\(file)" }

    /// Starts the sidecar and waits until it listens.
    func serve(_ flags: [String] = [], environment: [String: String] = [:]) throws {
        let child = try Child(["serve", "--store", store, "--socket", socket] + flags, environment: environment)
        sidecar = child
        try Eventually.holds("the sidecar listens") {
            try #require(child.isRunning, "\(child.errors)")
            return child.output.contains("listening on")
        }
    }

    func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, environment: ["POSTERN_SOCKET": socket])
    }

    func ask(_ principal: String, _ action: String, _ resource: String, _ flags: [String] = []) throws -> Program.Result
    {
        try Program.run(
            [
                "authorize", "--principal", "arn:aws:iam::\(Self.account):user/\(principal)", "--action", action,
                "--resource", resource,
            ] + flags, environment: ["POSTERN_SOCKET": socket])
    }

    /// 0 allowed, 1 denied, for bob's reading of the plan.
    func bobReads() throws -> Int32 { try ask("bob", "docs:Read", Self.plan).status }

    /// Waits until bob's reading of the plan comes out so.
    func waitUntilBobReads(_ status: Int32) throws {
        try Eventually.holds("bob's reading comes out as \(status)") { try bobReads() == status }
    }

    /// Ends the sidecar as a service manager does; gives its exit status.
    func stop() throws -> Int32 {
        let child = try #require(sidecar)
        child.send(SIGTERM)
        try child.waitForEnd()
        return child.status
    }

    /// The viewers' policy with another action in the place of `docs:Read`.
    func viewerPolicy(reading action: String) throws -> String {
        try String(contentsOfFile: path("policies/DocumentViewer.json"), encoding: .utf8)
            .replacingOccurrences(of: "\"docs:Read\"", with: "\"\(action)\"")
    }

    /// Writes in place, as an editor without care does.
    func overwrite(_ file: String, _ text: String) throws {
        try text.write(toFile: path(file), atomically: false, encoding: .utf8)
    }
}
