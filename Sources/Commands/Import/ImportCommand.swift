internal import ArgumentParser
internal import JSONDocument

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes a store of what `aws iam get-account-authorization-details` exports.",
        discussion: """
            FILE holds one page, an array of pages, or pages one behind the other; also of
            several accounts. DIR must be empty or absent, and appears whole or not at all.
            AWS's own policies go to managed/. A document that is missing, or that Postern
            would refuse, becomes one that denies everything, and a warning says so:
            leaving it out could allow more than AWS does. What a store has no place for is
            listed.
            Exit status: 0 imported, perhaps with warnings; 1 not imported.

            Example:
              aws iam get-account-authorization-details > account.json
              postern import account.json company
            """)

    @Argument(help: ArgumentHelp("The export.", valueName: "FILE"))
    var file: String

    @Argument(help: ArgumentHelp("The folder to make.", valueName: "DIR"))
    var directory: String

    @Flag(name: .long, help: "Print counts and warnings as JSON.")
    var json = false

    func run() throws {
        let store = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        var importer: StoreImporter
        do throws(ImportFailure) {
            importer = StoreImporter()
            for (index, page) in try AccountExport.pages(of: file).enumerated() {
                try importer.add(page, called: "`\(file)`: page \(index + 1)")
            }
            guard !importer.files.isEmpty else {
                throw ImportFailure("`\(file)`: there is nothing in it: no user, group, role or policy")
            }
            importer.completeReferences()
            importer.warn(try ImportWriter(store: store).write(importer.files))
        } catch {
            for line in error.details { Terminal.printError(UserLine.of(line)) }
            throw CommandFailure(status: ExitStatus.negative, message: "cannot import \(error.message)")
        }
        Terminal.printRaw(json ? importer.json(store) + "\n" : importer.text(store))
    }
}

/// Why nothing was imported.
struct ImportFailure: Error {
    /// One line.
    var message: String
    /// What is wrong with the store that would have been made, a line each.
    var details: [String] = []

    init(_ message: String, details: [String] = []) {
        (self.message, self.details) = (message, details)
    }
}

extension StoreImporter {
    /// For people.
    func text(_ store: String) -> String {
        let style = Style.standardOutput
        let made = counts.map { Count.of($0.count, $0.noun) }.joined(separator: ", ")
        let lines =
            warnings.map { "\(style.paint("warning:", .yellow)) \(UserLine.of($0))" } + [
                "\(style.paint("Made \(UserLine.of(store))", .bold)): \(made); \(Count.of(warnings.count, "warning")).",
                "Check it: postern check \(ShellWord.quoted(store))",
            ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// For programs.
    func json(_ store: String) -> String {
        JSONOutput.object([
            ("store", .string(store)), ("counts", .object(counts.map { ($0.member, .int($0.count)) })),
            ("files", .array(files.map { .string("\(store)/\($0.path)") })),
            ("warnings", .array(warnings.map { .string($0) })),
        ]).serialized()
    }

    private var counts: [(count: Int, noun: String, member: String)] {
        func count(_ folder: String) -> Int { files.filter { $0.path.contains(folder) }.count }
        return [
            (count("/users/"), "user", "users"), (count("/groups/"), "group", "groups"),
            (count("/roles/"), "role", "roles"), (count("/policies/"), "policy file", "policies"),
            (count("managed/"), "AWS policy file", "awsPolicies"),
        ]
    }
}
