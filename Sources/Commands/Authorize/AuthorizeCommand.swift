internal import ArgumentParser
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
              postern authorize --session-file session.json \\
                  --principal arn:aws:sts::111122223333:assumed-role/Auditor/bob \\
                  --action docs:Read --resource '*'
            """)

    @Option(name: .long, help: "Who asks: an ARN of a user or a role session.")
    var principal: String

    @Option(name: .long, help: "What they want to do, such as docs:Read.")
    var action: String

    @Option(name: .long, help: "On what: an ARN, or * for actions without a resource.")
    var resource: String

    @OptionGroup var context: ContextOptions

    @Option(
        name: .customLong("session-file"),
        help: ArgumentHelp(
            "What is known of the principal's credentials: a JSON object, as assume-role writes it.", valueName: "FILE")
    )
    var sessionFile: String?

    @Flag(name: .long, help: "Say what every kind of policy came to, where that is written, and what is missing.")
    var explain = false

    @Flag(name: .long, help: "Print the answer as JSON.")
    var json = false

    @OptionGroup var options: ClientOptions

    func run() throws {
        let context = try context.read()
        let session = try sessionFile.map { (file) throws(CommandFailure) in try SessionFile.read(file) }
        let question = Question(
            principal: principal, action: action, resource: resource, context: context, session: session)
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
