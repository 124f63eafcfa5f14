import Directory
import Logging

@testable import Sidecar

/// A sidecar that says nothing, in a folder of its own; `start` begins it.
struct TestSidecar {
    let folder: TestFolder
    let source: TestSource
    let sidecar: Sidecar

    /// One that answers by a snapshot, by default the usual one as revision `r1`.
    init(_ snapshot: Snapshot? = nil, _ change: (inout SidecarConfiguration, TestFolder) -> Void = { _, _ in }) throws {
        folder = try TestFolder()
        source = TestSource(try snapshot ?? TestStore.snapshot(revision: "r1"))
        var configuration = SidecarConfiguration(socketPath: folder.socket)
        change(&configuration, folder)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        sidecar = try Sidecar(configuration: configuration, source: source, logger: logger)
    }

    func start() throws { try sidecar.start() }

    func connect() throws -> TestClient { try TestClient(connectingTo: folder.socket) }

    func stop() {
        sidecar.stop()
        sidecar.wait()
    }
}
