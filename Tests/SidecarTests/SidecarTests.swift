import CLinux
import Directory
import Glibc
import Logging
import NIOConcurrencyHelpers
import Synchronization
import Testing

@testable import Sidecar

@Suite("A sidecar", .serialized)
struct SidecarTests {
    /// A started sidecar with two loops.
    private static func started(_ change: (inout SidecarConfiguration) -> Void = { _ in }) throws -> TestSidecar {
        let sidecar = try TestSidecar { configuration, _ in
            configuration.loops = 2
            change(&configuration)
        }
        try sidecar.start()
        return sidecar
    }

    @Test("answers, stops, and leaves nothing behind")
    func answers() throws {
        let running = try SidecarTests.started()
        let client = try running.connect()
        client.send(TestStore.question(), TestStore.question("docs:Delete"))
        #expect(client.replies(2) == [TestStore.allowed(), TestStore.denied("explicitDeny")])
        #expect(throws: SidecarError.alreadyStarted) { try running.sidecar.start() }
        running.stop()
        #expect(client.repliesToEnd().isEmpty)
        #expect(running.folder.names.isEmpty)
        running.stop()
    }

    @Test("can be followed by another one at the same path, but not joined")
    func successor() throws {
        let running = try SidecarTests.started()
        let source = running.source
        var configuration = SidecarConfiguration(socketPath: running.folder.socket)
        configuration.loops = 1
        let second = try Sidecar(configuration: configuration, source: source, logger: Logger(label: "test"))
        let taken = SidecarError.socketTaken(path: running.folder.socket)
        #expect(throws: taken) { try second.start() }
        running.stop()
        try second.start()
        let client = try TestClient(connectingTo: running.folder.socket)
        client.send(TestStore.question())
        #expect(client.reply() == TestStore.allowed())
        second.stop()
        second.wait()
    }

    @Test("serves a thousand connections at a time")
    func thousand() throws {
        let running = try SidecarTests.started()
        // Our own ends need descriptors too.
        try #require(DescriptorLimit.connections(wanted: 3_000) >= 2_100)
        let clients = try (0..<1_000).map { _ in try running.connect() }
        for client in clients { client.send(TestStore.question()) }
        #expect(clients.count { $0.reply() == TestStore.allowed() } == 1_000)
        clients[0].send(TestStore.call("Status"))
        let status = try #require(clients[0].reply())
        #expect(status.contains(#""connections":1000"#))
        running.stop()
    }

    @Test("tells one connection too many that it is overloaded, and serves again when there is room")
    func overloaded() throws {
        let running = try SidecarTests.started { $0.connectionsMax = 2 }
        var clients = try (0..<2).map { _ in try running.connect() }
        for client in clients {
            client.send(TestStore.question())
            #expect(client.reply() == TestStore.allowed())
        }
        let third = try running.connect()
        #expect(
            third.repliesToEnd() == [#"{"error":"io.postern.Overloaded","parameters":{"retryAfterMilliseconds":1000}}"#]
        )
        clients.removeLast()
        // The loop notices that one is gone at a time of its own.
        var answer: String?
        while answer != TestStore.allowed() {
            let next = try running.connect()
            next.send(TestStore.question())
            answer = next.reply()
        }
        running.stop()
    }

    @Test("turns connections away when there is no descriptor left, and goes on when there is")
    func noDescriptors() async {
        await #expect(processExitsWith: .success) {
            // Above what this process was given by its parent, whose number depends on what ran before.
            let inherited = (0..<10_000).last { fcntl(Int32($0), F_GETFD) >= 0 } ?? 2
            let descriptors = UInt(bitPattern: inherited) + 200
            var limit = rlimit(rlim_cur: descriptors, rlim_max: descriptors)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let running = try SidecarTests.started { $0.connectionsMax = 10_000 }
            let first = try running.connect()
            first.send(TestStore.question())
            #expect(first.reply() == TestStore.allowed())
            // Make the rest of the descriptors but one scarce, so that the client gets it and the sidecar none.
            var hoard: [Int32] = []
            while true {
                let descriptor = dup(first.descriptor)
                guard descriptor >= 0 else { break }
                hoard.append(descriptor)
            }
            close(hoard.removeLast())
            let refused = try running.connect()
            #expect(refused.repliesToEnd().first?.contains("Overloaded") == true)
            first.send(TestStore.question())
            #expect(first.reply() == TestStore.allowed())
            for descriptor in hoard { close(descriptor) }
            let late = try running.connect()
            late.send(TestStore.question())
            #expect(late.reply() == TestStore.allowed())
            running.stop()
        }
    }

    @Test("knows its callers by their user")
    func peers() throws {
        let trusting = try SidecarTests.started()
        let trusted = try trusting.connect()
        trusted.send(TestStore.question(explain: true))
        #expect(trusted.reply()?.contains("explanation") == true)
        trusting.stop()
        let wary = try SidecarTests.started { $0.trustedUsers = [] }
        let stranger = try wary.connect()
        stranger.send(TestStore.question(explain: true), TestStore.question())
        let replies = stranger.replies(2)
        #expect(replies.first?.contains("PermissionDenied") == true)
        #expect(replies.last == TestStore.allowed())
        wary.stop()
        #expect(!SidecarConfiguration.trustedUsersAlways().contains(65534))
    }

    @Test("reloads for its callers while they pipeline")
    func reload() throws {
        let running = try SidecarTests.started()
        running.source.answerReloadsAtOnce()
        let client = try running.connect()
        let messages = (0..<300).map { $0 % 3 == 1 ? TestStore.call("Reload") : TestStore.question() }
        client.send(messages)
        let replies = client.replies(300)
        try #require(replies.count == 300)
        for (index, reply) in replies.enumerated() {
            #expect(reply == (index % 3 == 1 ? #"{"parameters":{"revision":"r1"}}"# : TestStore.allowed()))
        }
        running.stop()
    }

    @Test("lets go of an old snapshot though no caller says anything")
    func idleLoops() throws {
        let running = try SidecarTests.started { $0.loops = 3 }
        weak let old = running.source.current.snapshot
        running.source.publish(try TestStore.snapshot(revision: "r2"))
        while old != nil { usleep(1_000) }
        running.stop()
    }

    @Test("answers what it was sent before it was told to stop")
    func drain() throws {
        let running = try SidecarTests.started()
        let client = try running.connect()
        client.send(TestStore.question())
        #expect(client.reply() == TestStore.allowed())
        client.send(Array(repeating: TestStore.question(), count: 100))
        running.stop()
        #expect(client.repliesToEnd() == Array(repeating: TestStore.allowed(), count: 100))
        #expect(running.folder.names.isEmpty)
    }

    @Test("tells the service manager that it is ready, reloads and stops", arguments: [false, true])
    func notifies(isAbstract: Bool) throws {
        let own = try TestFolder()
        let address = isAbstract ? "@" + own.path : own.file("notify")
        let manager = Descriptor(socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        try #require(unsafe clinux_unix_bind(manager.raw, address) == 0)
        let running = try SidecarTests.started { $0.notifySocket = address }
        running.source.answerReloadsAtOnce()
        running.sidecar.reload { _ in }
        running.stop()
        var told: [String] = []
        var buffer: [UInt8] = Array(repeating: 0, count: 4_096)
        while told.last?.hasPrefix("STOPPING=1") != true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(manager.raw, $0.baseAddress, $0.count, 0) }
            try #require(count > 0)
            told.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
        #expect(told.first?.hasPrefix("READY=1\nSTATUS=serving revision r1") == true)
        try #require(told.count == 4)
        #expect(told[1].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        #expect(told[2].hasPrefix("READY=1"))
    }

    @Test(
        "refuses numbers that make no sense",
        arguments: [(0, 10, 0o660), (65, 10, 0o660), (1, 0, 0o660), (1, 10, 0o1000)] as [(Int, Int, UInt32)])
    func numbers(loops: Int, connections: Int, mode: UInt32) throws {
        var configuration = SidecarConfiguration(socketPath: "/tmp/unused")
        configuration.loops = loops
        configuration.connectionsMax = connections
        configuration.socketMode = mode
        #expect(throws: SidecarError.self) { try configuration.check() }
    }
}
