internal import ArgumentParser

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a store with an example company, to learn from and to change.",
        discussion: """
            The folder must be empty or absent. Nothing outside of it is touched.

            Example:
              postern init company
            """)

    @Argument(help: "The folder to make.")
    var directory: String

    @Flag(name: .long, help: "Print the made files as JSON instead of what to try next.")
    var json = false

    func run() throws {
        let store = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        do throws(FileProblem) {
            try refuseUnlessEmpty(store)
            for file in ExampleStore.files { try write(file, in: store) }
        } catch {
            throw CommandFailure.usage("cannot make \(error.message)")
        }
        if json {
            Terminal.print(InitReport.json(store))
        } else {
            Terminal.printRaw(InitReport.text(store))
        }
    }

    private func refuseUnlessEmpty(_ store: String) throws(FileProblem) {
        switch try Files.kind(of: store) {
        case nil: return
        case .file: throw FileProblem.notAFolder(store)
        case .folder: if try !Files.names(in: store).isEmpty { throw FileProblem.notEmpty(store) }
        }
    }

    private func write(_ file: ExampleStore.File, in store: String) throws(FileProblem) {
        let path = "\(store)/\(file.path)"
        if let slash = path.lastIndex(of: "/") { try Files.createFolders(String(path[..<slash])) }
        try Files.create(path, text: file.text)
    }
}
