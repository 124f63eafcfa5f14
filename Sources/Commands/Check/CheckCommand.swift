internal import ArgumentParser
internal import PolicyModel

struct CheckCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
        case sarif
    }

    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validates policy files or a whole store.",
        discussion: """
            A path that holds `accounts/` or `managed/` is a store and is judged as
            `serve` would; in another folder every *.json file is a policy document of the
            given kind. Files of users, groups, roles and resources are no such documents:
            check the whole store.
            Kinds: identity (a user's, group's or role's own), managed, boundary, session,
            resource (has Principal), trust (who may assume a role), scp and rcp (an
            organization's ceilings).
            Exit status: 0 clean (warnings allowed), 1 errors, 2 nothing to check.

            Example:
              postern check company
              postern check --kind resource bucket-policy.json
              postern check --kind trust trust-policies/ --format sarif > postern.sarif
            """)

    @Argument(help: ArgumentHelp("Files, folders or stores.", valueName: "PATH"))
    var paths: [String]

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What bare documents are: \(CheckCommand.kinds). (default: identity)", valueName: "KIND"))
    var kind: String?

    @Option(name: .long, help: "text, json or sarif.")
    var format: Format = .text

    @Flag(name: .long, help: "The same as --format json.")
    var json = false

    private static let kinds = PolicyKind.allCases.map(\.rawValue).joined(separator: ", ")

    func run() throws {
        let kind = try self.kind.map { (text) throws(CommandFailure) in
            guard let kind = PolicyKind(rawValue: text) else {
                throw CommandFailure.usage("`\(text)` is no kind of policy: give \(CheckCommand.kinds)")
            }
            return kind
        }
        var checker = Checker(kind: kind)
        for path in paths { try checker.check(path) }
        switch json ? .json : format {
        case .json: Terminal.print(checker.outcome.json)
        case .sarif: Terminal.print(checker.outcome.sarif)
        case .text: Terminal.printRaw(CheckReport(style: .standardOutput).text(checker.outcome))
        }
        if checker.outcome.errorCount > 0 { throw CommandFailure.negative }
    }
}
