internal import ArgumentParser
internal import JSONDocument
internal import PosternClient

struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Has the sidecar read its files now.",
        discussion: """
            Prints the new revision, or every error. A file with an error keeps its last
            good version in force; good files and deletions take effect. A store that is
            taken whole stays as it was.
            Exit status: 0 reloaded, 1 errors in the files, 2 could not be asked.

            Example:
              postern reload
            """)

    @Flag(name: .long, help: "Print the outcome as JSON.")
    var json = false

    @OptionGroup var options: ClientOptions

    func run() throws {
        let client = try options.client()
        do throws(PosternError) {
            let revision = try client.reload()
            Terminal.print(json ? report(revision, []) : revision)
        } catch .reloadFailed(let errors) {
            if json {
                Terminal.print(report(nil, errors))
            } else {
                errors.forEach { Terminal.printError(UserLine.of($0)) }
                Terminal.complain("\(Count.of(errors.count, "error")); `postern status` says what is in force")
            }
            throw CommandFailure.negative
        } catch {
            throw CommandFailure(error)
        }
    }

    private func report(_ revision: String?, _ errors: [String]) -> String {
        JSONOutput.object([
            ("revision", revision.map { .string($0) } ?? .null), ("errors", .array(errors.map { .string($0) })),
        ]).serialized()
    }
}
