internal import ArgumentParser
internal import JSONDocument
internal import PosternClient

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Says what is in force in the running sidecar, and what is wrong.",
        discussion: """
            Stale: newer files have errors and are not in force. Degraded: what is in
            force names something that has been deleted, and is denied until it is mended;
            or the sidecar was started from an image that was wrong.
            Exit status: 0 serving fresh policies, 1 stale or degraded, 2 no answer.

            Example:
              postern status --json
            """)

    @Flag(name: .long, help: "Print the status as JSON.")
    var json = false

    @OptionGroup var options: ClientOptions

    func run() throws {
        let client = try options.client()
        let status: SidecarStatus
        do throws(PosternError) {
            status = try client.status()
        } catch {
            throw CommandFailure(error)
        }
        Terminal.print(json ? status.json : StatusReport.text(status, style: .standardOutput))
        if status.isDegraded { throw CommandFailure.negative }
    }
}

/// A status for people.
enum StatusReport {
    static func text(_ status: SidecarStatus, style: Style) -> String {
        let root = try? JSONDocument(Array(status.json.utf8), limits: .file).root
        var lines = [
            headline(status, root, style),
            "  revision     \(status.revision)",
        ]
        if let seconds = root?["uptimeSeconds"].flatMap(integer) { lines.append("  uptime       \(duration(seconds))") }
        if let counts = root?["counts"] { lines += numbers(counts) }
        if let requests = root?["requests"].flatMap(integer) {
            lines.append("  requests     \(Count.grouped(requests))")
        }
        if let decisions = root?["decisions"]?.members {
            let parts = decisions.map { "\(Count.grouped(integer($0.value) ?? 0)) \($0.name)" }
            lines.append("  decisions    " + parts.joined(separator: ", "))
        }
        lines += reasons(root) + decisionLog(root)
        if let ignored = root?["ignoredFiles"].flatMap(integer), ignored > 0 {
            lines.append("  not read     " + Count.of(ignored, "name") + " (`postern check` says which are doubtful)")
        }
        if let image = root?["image"]?.string { lines.append("  image        " + (images[image] ?? image)) }
        lines += status.errors.map { "  " + style.paint("error", .red) + "  " + UserLine.of($0) }
        return lines.joined(separator: "\n")
    }

    /// Why decisions were no permissions, most frequent first.
    private static func reasons(_ root: JSONNode?) -> [String] {
        let counted = (root?["reasons"]?.members ?? []).map { ($0.name, integer($0.value) ?? 0) }
        let denials = counted.filter { $0.0 != "allowed" && $0.1 > 0 }.sorted { $0.1 > $1.1 }
        guard !denials.isEmpty else { return [] }
        return ["  denied for   " + denials.map { "\(Count.grouped($0.1)) \($0.0)" }.joined(separator: ", ")]
    }

    private static func decisionLog(_ root: JSONNode?) -> [String] {
        guard let log = root?["decisionLog"] else { return [] }
        let parts = ["written", "dropped", "failed"].map { name in
            "\(Count.grouped(log[name].flatMap(integer) ?? 0)) \(name)"
        }
        return ["  decision log " + parts.joined(separator: ", ")]
    }

    /// What a person wants to know of the image that the sidecar was started from.
    private static let images = [
        "unchecked": "in force; what it stands for is being compiled",
        "equal": "started from it; what it stands for compiles to the same",
        "different": "was wrong since the start, and has been replaced by what its policies compile to",
        "withdrawn": "was wrong since the start; everything is denied until there is a store that starts",
    ]

    private static func headline(_ status: SidecarStatus, _ root: JSONNode?, _ style: Style) -> String {
        if root?["image"]?.string == "withdrawn" {
            return style.paint("denying everything", .red) + ": its image was wrong, and the store would not start"
        }
        if status.isStale { return style.paint("stale", .red) + ": newer files have errors and are not in force" }
        guard status.isDegraded else { return style.paint("serving fresh policies", .green) }
        let quarantined = root?["counts"]?["quarantined"].flatMap(integer) ?? 0
        let degraded = style.paint("degraded", .yellow)
        guard quarantined > 0 else {
            let isOfFiles = !status.errors.isEmpty || root?["errorCount"].flatMap(integer) ?? 0 > 0
            return degraded + (isOfFiles ? ": the files have errors" : ": it was started from a wrong image")
        }
        return "\(degraded): \(Count.grouped(quarantined)) quarantined for naming what does not exist"
    }

    private static func numbers(_ counts: JSONNode) -> [String] {
        let nouns = [
            ("accounts", "account"), ("users", "user"), ("groups", "group"), ("roles", "role"),
            ("resources", "resource"),
        ]
        var entities = nouns.map { Count.of(counts[$0.0].flatMap(integer) ?? 0, $0.1) }
        let policies = counts["managedPolicies"].flatMap(integer) ?? 0
        entities.append(policies == 1 ? "1 managed policy" : "\(Count.grouped(policies)) managed policies")
        if let count = counts["controlPolicies"].flatMap(integer), count > 0 {
            entities.append(count == 1 ? "1 control policy" : "\(Count.grouped(count)) control policies")
        }
        var lines = ["  store        " + entities.joined(separator: ", ")]
        if let quarantined = counts["quarantined"].flatMap(integer), quarantined > 0 {
            lines.append("  quarantined  \(Count.grouped(quarantined))")
        }
        lines.append("  trees        " + Count.grouped(counts["trees"].flatMap(integer) ?? 0))
        return lines
    }

    private static func integer(_ node: JSONNode) -> Int? {
        guard case .number(let text) = node.value else { return nil }
        return Int(text)
    }

    private static func duration(_ seconds: Int) -> String {
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
        ]
        let shown = parts.drop { $0.0 == 0 }.prefix(2)
        return shown.isEmpty ? "0 s" : shown.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
