internal import ArgumentParser
internal import Directory
internal import DirectoryStore
internal import Logging
internal import Sidecar

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the sidecar until SIGTERM.",
        discussion: """
            Any error in the store and it does not start; every error is listed. Edited
            files are in force at once. SIGTERM answers what has been read and ends with
            0; SIGHUP reads the store again, and begins the decision log's file anew.
            Exit status: 0 stopped, 1 a bad store or a socket that is taken, 2 wrong
            flags.

            Example:
              postern serve --store company --socket ./postern.sock --loops 2
            """)

    @Option(name: .long, help: ArgumentHelp("The folder of policies.", valueName: "DIR"))
    var store: String

    @Option(
        name: .long,
        help: ArgumentHelp("Where to listen (default: $POSTERN_SOCKET, else the usual places).", valueName: "PATH"))
    var socket: String?

    @Option(name: .long, help: ArgumentHelp("The socket file's mode, octal.", valueName: "MODE"))
    var socketMode: String = "0660"

    @Option(name: .long, help: ArgumentHelp("The socket file's group, by name or number.", valueName: "GROUP"))
    var socketGroup: String?

    @Option(
        name: .customLong("trusted-uid"), parsing: .singleValue,
        help: ArgumentHelp("A user that may explain, reload and see errors; may be given again.", valueName: "N"))
    var trustedUsers: [UInt32] = []

    @Option(
        name: .long, help: ArgumentHelp("Event loops, 1 to 64 (default: one a processor, at most 4).", valueName: "N"))
    var loops: Int?

    @Option(name: .long, help: ArgumentHelp("What an edit takes with it: entity or whole.", valueName: "MODE"))
    var reload: String = StoreOptions.ReloadMode.entity.rawValue

    @Option(
        name: .customLong("cache"),
        help: ArgumentHelp(
            "A folder for compiled images, which make starts quicker; yours alone, and made where it is missing (default: $CACHE_DIRECTORY, else none).",
            valueName: "DIR"))
    var cacheFolder: String?

    @Option(
        name: .customLong("stale-deny-after"),
        help: ArgumentHelp("Deny everything once trouble has lasted that long.", valueName: "SECONDS"))
    var staleDenyAfterSeconds: Int64?

    @Option(
        name: .customLong("decision-log"),
        help: ArgumentHelp("Add a line of JSON for every decision; - is standard output.", valueName: "PATH"))
    var decisionLog: String?

    @OptionGroup(title: "HTTP")
    var gateway: GatewayOptions

    func run() throws {
        let configuration = try sidecarConfiguration()
        let options = try storeOptions()
        let listeners = try gateway.networkListeners()
        try SidecarService(
            store: store, configuration: configuration, options: options, gateway: gateway, listeners: listeners
        ).run()
    }

    private func sidecarConfiguration() throws(CommandFailure) -> SidecarConfiguration {
        var configuration = SidecarConfiguration(socketPath: try SocketAddress.system.forServer(socket))
        guard let mode = UInt32(socketMode, radix: 8), mode <= 0o777 else {
            throw .usage("--socket-mode is `\(socketMode)`, but must be octal, 0 to 0777")
        }
        configuration.socketMode = mode
        configuration.socketGroup = socketGroup
        configuration.trustedUsers.formUnion(trustedUsers)
        if let loops { configuration.loops = loops }
        configuration.staleDenyAfterSeconds = staleDenyAfterSeconds
        guard decisionLog != "" else { throw .usage("--decision-log names no file") }
        configuration.decisionLog = decisionLog
        do throws(SidecarError) {
            try configuration.takeServiceManagerEnvironment()
        } catch {
            throw CommandFailure(status: ExitStatus.negative, message: "\(error)")
        }
        return configuration
    }

    private func storeOptions() throws(CommandFailure) -> StoreOptions {
        guard let mode = StoreOptions.ReloadMode(rawValue: reload) else {
            throw .usage("--reload is `\(reload)`, but must be entity or whole")
        }
        var options = StoreOptions()
        options.reloadMode = mode
        options.cacheFolder = CacheAddress.folder(
            flag: cacheFolder, serviceManager: EnvironmentVariable.value("CACHE_DIRECTORY"))
        options.isCacheOptional = cacheFolder == nil
        options.logger = SidecarService.logger("store")
        return options
    }
}
