internal import ArgumentParser
internal import PosternClient

/// The context of a question, for every verb that asks one.
struct ContextOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("A fact: KEY=TEXT, or KEY:=JSON for numbers, booleans and lists.", valueName: "KEY=VALUE"))
    var context: [String] = []

    @Option(name: .customLong("context-file"), help: ArgumentHelp("A JSON object of facts.", valueName: "FILE"))
    var contextFile: String?

    func read() throws(CommandFailure) -> [String: ContextValue] {
        try ContextArguments.read(context, file: contextFile)
    }
}
