internal import ArgumentParser
internal import JSONDocument
internal import PosternClient

struct AuthorizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize", abstract: "Asks a running sidecar one question.",
        discussion: """
            Exit status: 0 allowed, 1 denied, 2 could not be asked.

            Example:
              postern authorize --principal arn:aws:iam::111122223333:user/bob \\
                  --action docs:Read --resource arn:aws:docs:::report/2026-plan \\
                  --context aws:SourceIp=10.0.0.7 --context docs:Pages:=12 --explain
            """)

    @Option(name: .long, help: "Who asks: an ARN of a user or a role session.")
    var principal: String

    @Option(name: .long, help: "What they want to do, such as docs:Read.")
    var action: String

    @Option(name: .long, help: "On what: an ARN, or * for actions without a resource.")
    var resource: String

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("A fact: KEY=TEXT, or KEY:=JSON for numbers, booleans and lists.", valueName: "KEY=VALUE"))
    var context: [String] = []

    @Option(name: .customLong("context-file"), help: ArgumentHelp("A JSON object of facts.", valueName: "FILE"))
    var contextFile: String?

    @Flag(name: .long, help: "Say which statement decided, and why.")
    var explain = false

    @Flag(name: .long, help: "Print the answer as JSON.")
    var json = false

    @OptionGroup var options: ClientOptions

    func run() throws {
        let context = try ContextArguments.read(context, file: contextFile)
        let question = Question(principal: principal, action: action, resource: resource, context: context)
        let answer = try ask(question)
        Terminal.print(json ? AnswerReport.json(answer) : AnswerReport.text(answer, style: .standardOutput))
        guard answer.isAllowed else { throw CommandFailure.negative }
    }

    private func ask(_ question: Question) throws(CommandFailure) -> Answer {
        let client = try options.client()
        do throws(PosternError) {
            return try client.authorize(question, explain: explain)
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// An answer for people and for programs.
enum AnswerReport {
    static func text(_ answer: Answer, style: Style) -> String {
        let verdict =
            answer.isAllowed
            ? style.paint("allowed", .green) : style.paint("denied", .red) + " (\(answer.decision.rawValue))"
        guard let explanation = answer.explanation else { return verdict }
        var lines = [verdict, "  why        \(explanation.summary)", "  reason     \(explanation.reason)"]
        if let statement = explanation.matchedStatement {
            let name = statement.sid.map { "`\($0)`" } ?? "a statement"
            lines.append("  statement  \(name) of \(statement.policy)")
            lines.append("  written    \(statement.file):\(statement.line):\(statement.column)")
        }
        lines.append("  revision   \(answer.revision)")
        return lines.joined(separator: "\n")
    }

    static func json(_ answer: Answer) -> String {
        var members: [(String, JSONOutput)] = [
            ("allowed", .bool(answer.isAllowed)), ("decision", .string(answer.decision.rawValue)),
            ("revision", .string(answer.revision)),
        ]
        if let explanation = answer.explanation,
            let document = try? JSONDocument(Array(explanation.json.utf8), limits: .file)
        {
            members.append(("explanation", JSONOutput(document.root)))
        }
        return JSONOutput.object(members).serialized()
    }
}
