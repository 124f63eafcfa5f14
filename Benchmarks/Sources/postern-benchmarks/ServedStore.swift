import CMeasure
import Directory
import Logging
import Sidecar

/// A source that never changes.
final class FixedSource: SnapshotSource {
    let current: (snapshot: Snapshot, status: StoreStatus)

    init(_ snapshot: Snapshot) {
        current = (snapshot, StoreStatus(revision: snapshot.revision, lastReload: 0))
    }

    func reload(completion: @escaping @Sendable (Result<String, ReloadFailure>) -> Void) {
        completion(.success(current.snapshot.revision))
    }

    func subscribe(_ listener: @escaping @Sendable (Snapshot, StoreStatus) -> Void) {}
}

/// The real sidecar over a generated store, for as long as the process lives.
enum ServedStore {
    static let statements = 10_000

    static func serve(path: String) throws {
        let decider = try Decider.ready(statements: statements)
        var configuration = SidecarConfiguration(socketPath: path)
        configuration.loops = 1
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let sidecar = try Sidecar(
            configuration: configuration, source: FixedSource(decider.snapshot), logger: logger)
        try sidecar.start()
        measure_wait_for_ever()
    }
}
