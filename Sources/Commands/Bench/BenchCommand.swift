internal import ArgumentParser
internal import PosternClient
internal import Sidecar

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures a running sidecar with your own questions.",
        discussion: """
            Asks for a while, and prints how many requests were answered and how long
            each took. FILE has one question a line, as the socket takes it:
              {"principal": "arn:…", "action": "docs:Read", "resource": "arn:…"}
            with "context" and "session" as needed; or recorded calls of Authorize, a JSON
            list of questions, or the cases of `postern test` that are asked of a store.

            Closed loop: each connection sends its next request when a reply comes, and
            so never asks for more than it gets. Open loop (--rate): requests are due at
            even distances whatever becomes of those before; the time that one waits for
            its turn counts, so that a pause of the sidecar shows in all requests that it
            holds up (no coordinated omission).

            A latency goes from just before a request is given to the kernel (with --rate:
            from when it was due) until its reply has been read. It contains both ways
            through the socket, the sidecar's work, and the waking up of the sidecar and
            of this client; --spin leaves the latter out, for a whole processor. It does
            not contain connecting, making the message, or understanding the reply; your
            own client adds what it costs. Every reply is checked to be a valid one.
            Where both run on the same processors, they slow each other down.

            Ctrl-C ends the run and prints what was measured so far.
            Exit status: 0 measured, 2 no connection, or no question got a decision.

            Example:
              postern bench --principal arn:aws:iam::111122223333:user/bob \\
                  --action docs:Read --resource arn:aws:docs:::report/2026-plan
              postern bench --questions questions.jsonl --rate 20000 \\
                  --connections 64 --svg latency.svg
              postern bench --questions questions.jsonl --batch 100 --pipeline 4 --json
            """)

    @Option(name: .long, help: ArgumentHelp("A file of questions, asked in turn.", valueName: "FILE"))
    var questions: String?

    @Option(name: .long, help: "Instead of a file: who asks.")
    var principal: String?

    @Option(name: .long, help: "What they want to do, such as docs:Read.")
    var action: String?

    @Option(name: .long, help: "On what: an ARN, or * for actions without a resource.")
    var resource: String?

    @OptionGroup var context: ContextOptions

    @Option(
        name: .customLong("session-file"),
        help: ArgumentHelp("What is known of the principal's credentials, as for authorize.", valueName: "FILE"))
    var sessionFile: String?

    @OptionGroup(title: "Load") var load: LoadOptions

    @Flag(name: .long, help: "Print the result as JSON.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("Writes a picture of the latencies, too.", valueName: "FILE"))
    var svg: String?

    @OptionGroup var options: ClientOptions

    func run() throws {
        let plan = try load.plan(timeoutSeconds: options.timeoutSeconds)
        if let svg { try BenchPicture.checkPlace(svg) }
        let questions = try readQuestions()
        let client = try options.client()
        let run = LoadRun(
            socketPath: client.socketPath, plan: plan,
            messages: try LoadMessages(questions.parameters, batch: plan.batch), client: client
        ) { ServiceSignal.next(waitMilliseconds: $0) != nil }
        if questions.leftOut > 0 {
            Terminal.printError(
                "left out: \(Count.of(questions.leftOut, "case")) that a running sidecar cannot be asked")
        }
        // Before any thread is made: each takes over which signals are blocked. Ctrl-C is waited for from here on.
        do throws(SidecarError) { try ServiceSignal.block() } catch { throw CommandFailure.usage("\(error)") }
        var progress = LoadProgress.standardError()
        let result = try run.run(&progress)
        if let failure = result.failure { throw CommandFailure.usage(failure) }
        Terminal.print(json ? result.json : LoadReport(style: .standardOutput).text(result))
        if let svg { try BenchPicture.write(result, to: svg) }
    }

    private func readQuestions() throws(CommandFailure) -> BenchQuestions {
        let flags = [
            ("--principal", principal != nil), ("--action", action != nil), ("--resource", resource != nil),
            ("--context", !context.context.isEmpty), ("--context-file", context.contextFile != nil),
            ("--session-file", sessionFile != nil),
        ]
        if let questions {
            if let (flag, _) = flags.first(where: \.1) {
                throw .usage("`\(flag)` and `--questions` are two ways to say what is asked: give one of them")
            }
            return try BenchQuestions(file: questions)
        }
        guard let principal, let action, let resource else {
            let missing = flags.prefix(3).filter { !$0.1 }.map(\.0)
            guard missing.count < 3 else {
                throw .usage("nothing to ask: give --questions FILE, or --principal, --action and --resource")
            }
            throw .usage("a question needs \(missing.joined(separator: " and ")), too")
        }
        let facts = try context.read()
        let session = try sessionFile.map { (file) throws(CommandFailure) in try SessionFile.read(file) }
        return try BenchQuestions(
            Question(principal: principal, action: action, resource: resource, context: facts, session: session))
    }
}

/// How the load is put on.
struct LoadOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Connections.", valueName: "N"))
    var connections = 1

    @Option(name: .long, help: ArgumentHelp("Closed loop: requests under way on each connection.", valueName: "N"))
    var pipeline = 1

    @Option(name: .long, help: ArgumentHelp("Questions of one AuthorizeMany, instead of Authorize.", valueName: "N"))
    var batch: Int?

    @Option(name: .long, help: ArgumentHelp("Open loop: requests a second over all connections.", valueName: "R"))
    var rate: Double?

    @Option(name: .long, help: ArgumentHelp("How long is measured.", valueName: "SECONDS"))
    var duration = 10.0

    @Option(name: .long, help: ArgumentHelp("How long is asked before that.", valueName: "SECONDS"))
    var warmup = 1.0

    @Option(name: .long, help: ArgumentHelp("Threads of this client, which share the connections.", valueName: "N"))
    var threads = 1

    @Flag(name: .long, help: "Look for replies without sleeping; takes a processor for each thread.")
    var spin = false

    func plan(timeoutSeconds: Int) throws(CommandFailure) -> LoadPlan {
        try LoadPlan(
            connections: connections, pipeline: pipeline, batch: batch, requestsPerSecond: rate,
            durationSeconds: duration, warmupSeconds: warmup, threads: threads, spins: spin,
            timeoutSeconds: timeoutSeconds
        ).checked()
    }
}
