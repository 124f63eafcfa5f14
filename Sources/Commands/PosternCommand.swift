internal import ArgumentParser
internal import Sidecar

/// The command line of Postern (design §3.1).
public enum CommandLineTool {
    /// Runs the verb that the arguments name, without the program's own name; gives the exit status.
    public static func run(_ arguments: [String]) -> Int32 {
        do {
            var command = try PosternCommand.parseAsRoot(arguments)
            try command.run()
            return ExitStatus.success
        } catch let failure as CommandFailure {
            if !failure.message.isEmpty { Terminal.complain(failure.message) }
            return failure.status
        } catch {
            return status(of: error, arguments)
        }
    }

    /// Help and version are no errors; whatever else the parser refuses is one line and status 2.
    private static func status(of error: any Error, _ arguments: [String]) -> Int32 {
        guard !PosternCommand.exitCode(for: error).isSuccess else {
            Terminal.print(PosternCommand.fullMessage(for: error, columns: helpColumns))
            return ExitStatus.success
        }
        if let flag = unknownFlag(in: arguments) {
            Terminal.complain("unknown flag `\(flag)`")
        } else {
            let message = PosternCommand.message(for: error).split(whereSeparator: \.isWhitespace).joined(
                separator: " ")
            let verb = verb(of: arguments).map { "\($0.configuration.commandName ?? "") " } ?? ""
            Terminal.complain(
                message.prefix(1).lowercased() + message.dropFirst() + "; see `postern \(verb)--help`")
        }
        return ExitStatus.usage
    }

    /// Help is laid out by hand for the narrowest terminal that people have; wrapped anew, its examples could not be
    /// pasted.
    static let helpColumns = 80

    private static func verb(of arguments: [String]) -> (any ParsableCommand.Type)? {
        PosternCommand.configuration.subcommands.first { $0.configuration.commandName == arguments.first }
    }

    /// The first flag that the verb's help does not know: the parser speaks of missing ones first, which hides a typo.
    private static func unknownFlag(in arguments: [String]) -> String? {
        guard let verb = verb(of: arguments) else { return nil }
        let help = PosternCommand.helpMessage(for: verb)
        let known = Set(help.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map(String.init))
        return arguments.map { String($0.prefix { $0 != "=" }) }.first { $0.hasPrefix("--") && !known.contains($0) }
    }
}

struct PosternCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Answers one question for the services beside it: may this principal do this?",
        discussion: """
            Policies are files in the language of AWS IAM; answers come over a Unix
            socket.

            Example:
              export POSTERN_SOCKET=$PWD/postern.sock
              postern init company
              postern serve --store company &
              sleep 1    # the socket is there a moment later
              postern authorize --principal arn:aws:iam::111122223333:user/bob \\
                  --action docs:Read --resource arn:aws:docs:::report/2026-plan
            """,
        version: Sidecar.version,
        subcommands: [
            InitCommand.self, ServeCommand.self, AuthorizeCommand.self, AssumeRoleCommand.self, CheckCommand.self,
            TestCommand.self, SimulateCommand.self, ImportCommand.self, ReloadCommand.self, StatusCommand.self,
            BenchCommand.self,
        ])
}

/// The exit statuses that several verbs share.
enum ExitStatus {
    static let success: Int32 = 0
    /// `authorize`: denied; `check`, `serve`, `reload`: errors; `status`: stale or degraded.
    static let negative: Int32 = 1
    /// An unknown flag, file or address; a sidecar that could not be asked.
    static let usage: Int32 = 2
}

/// How a verb ends that did not do what it was asked.
struct CommandFailure: Error {
    let status: Int32
    /// One line for standard error; empty when everything has been said.
    let message: String

    /// A wrong flag, file or address.
    static func usage(_ message: String) -> CommandFailure {
        CommandFailure(status: ExitStatus.usage, message: message)
    }

    /// The verb did its work, and the answer is no.
    static let negative = CommandFailure(status: ExitStatus.negative, message: "")
}
