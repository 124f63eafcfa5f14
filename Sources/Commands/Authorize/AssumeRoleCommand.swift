internal import ArgumentParser
internal import PosternClient

struct AssumeRoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assume-role", abstract: "Asks a running sidecar for a session of a role.",
        discussion: """
            When it is allowed, the answer has the session's principal, and the session
            that `authorize --session-file` takes. Nothing is issued: who holds the session
            is the caller's business.
            Exit status: 0 allowed, 1 denied, 2 could not be asked.

            Example:
              postern assume-role --principal arn:aws:iam::111122223333:user/bob \\
                  --role arn:aws:iam::111122223333:role/Auditor --session-name bob \\
                  --session-out session.json
              postern authorize --session-file session.json \\
                  --principal arn:aws:sts::111122223333:assumed-role/Auditor/bob \\
                  --action docs:Read --resource arn:aws:docs:::report/2026-plan
            """)

    @Option(name: .long, help: "Who asks: an ARN, or anonymous for the bearer of a provider's token.")
    var principal: String

    @Option(name: .long, help: "The role's ARN.")
    var role: String

    @Option(name: .customLong("session-name"), help: "The session's name: 2 to 64 letters, digits and _+=,.@-.")
    var sessionName: String

    @Option(
        name: .customLong("tag"), parsing: .singleValue,
        help: ArgumentHelp("A tag of the session.", valueName: "KEY=VALUE"))
    var tags: [String] = []

    @Option(
        name: .customLong("transitive-tag"), parsing: .singleValue,
        help: ArgumentHelp("A tag that sessions of a further assume-role inherit.", valueName: "KEY"))
    var transitiveTags: [String] = []

    @Option(name: .customLong("source-identity"), help: "Who acts in the session.")
    var sourceIdentity: String?

    @Option(name: .customLong("external-id"), help: "What the role's owner has agreed on with the caller.")
    var externalID: String?

    @Option(name: .customLong("duration"), help: "Seconds that the session is to last.")
    var durationSeconds: Int?

    @Option(
        name: .customLong("policy-file"), parsing: .singleValue,
        help: ArgumentHelp("A policy document that limits the session.", valueName: "FILE"))
    var policyFiles: [String] = []

    @Option(
        name: .customLong("policy-arn"), parsing: .singleValue,
        help: ArgumentHelp("A managed policy that limits the session.", valueName: "ARN"))
    var policyARNs: [String] = []

    @Option(
        name: .customLong("federated-provider"),
        help: ArgumentHelp("Whose token an anonymous caller presents.", valueName: "PROVIDER"))
    var federatedProvider: String?

    @Option(
        name: .customLong("session-file"),
        help: ArgumentHelp("What is known of the caller's own credentials.", valueName: "FILE"))
    var sessionFile: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("A fact: KEY=TEXT, or KEY:=JSON for numbers, booleans and lists.", valueName: "KEY=VALUE"))
    var context: [String] = []

    @Option(
        name: .customLong("session-out"),
        help: ArgumentHelp("Writes the session of an allowed call, for authorize --session-file.", valueName: "FILE"))
    var sessionOut: String?

    @Flag(name: .long, help: "Say what every kind of policy came to, where that is written, and what is missing.")
    var explain = false

    @Flag(name: .long, help: "Print the answer as JSON.")
    var json = false

    @OptionGroup var options: ClientOptions

    func run() throws {
        let answer = try ask(try assumption())
        if let sessionOut, let session = answer.sessionJSON { try write(session, to: sessionOut) }
        Terminal.print(json ? AnswerReport.json(answer) : AnswerReport.text(answer, style: .standardOutput))
        guard answer.isAllowed else { throw CommandFailure.negative }
    }

    private func assumption() throws(CommandFailure) -> RoleAssumption {
        var assumption = RoleAssumption(
            principal: principal, role: role, sessionName: sessionName,
            context: try ContextArguments.read(context, file: nil))
        if let sessionFile { assumption.session = try SessionFile.read(sessionFile) }
        assumption.tags = try AssumeRoleCommand.tags(tags)
        assumption.transitiveTagKeys = transitiveTags.isEmpty ? nil : transitiveTags
        assumption.sourceIdentity = sourceIdentity
        assumption.externalID = externalID
        assumption.durationSeconds = durationSeconds
        assumption.federatedProvider = federatedProvider
        assumption.policyARNs = policyARNs.isEmpty ? nil : policyARNs
        for file in policyFiles { assumption.policies = (assumption.policies ?? []) + [try SessionFile.policy(file)] }
        return assumption
    }

    /// `KEY=VALUE` each; `nil` for none.
    static func tags(_ arguments: [String]) throws(CommandFailure) -> [SessionTag]? {
        var tags: [SessionTag] = []
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
                throw .usage("`--tag \(argument)` is not KEY=VALUE")
            }
            let key = String(argument[..<equals])
            guard !tags.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }) else {
                throw .usage("the tag `\(key)` is given twice")
            }
            tags.append(SessionTag(key, String(argument[argument.index(after: equals)...])))
        }
        return arguments.isEmpty ? nil : tags
    }

    private func ask(_ assumption: RoleAssumption) throws(CommandFailure) -> AssumedRole {
        let client = try options.client()
        do throws(PosternError) {
            return try client.assumeRole(assumption, explain: explain)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func write(_ session: String, to path: String) throws(CommandFailure) {
        do throws(FileProblem) {
            try Files.replace(path, text: session + "\n")
        } catch {
            throw .usage("cannot write \(error.message)")
        }
    }
}
