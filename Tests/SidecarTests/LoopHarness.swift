import DecisionTree
import Directory
import NIOConcurrencyHelpers
import PolicyModel
import Synchronization

@testable import Sidecar

/// A loop that a test turns by hand, on the test's own thread: every order of events is the test's.
struct LoopHarness: ~Copyable {
    let source: TestSource
    let shared: LoopShared
    let port: LoopPort
    let time: TestTime
    var loop: Loop

    init(staleDenyAfterSeconds: Int64? = nil, auditor: Auditor? = nil) throws {
        let source = TestSource(try TestStore.snapshot(revision: "r1"))
        let time = TestTime()
        var configuration = SidecarConfiguration(socketPath: "unused")
        configuration.loops = 1
        configuration.staleDenyAfterSeconds = staleDenyAfterSeconds
        configuration.clock = SidecarClock(
            wall: { Instant(seconds: time.seconds) }, monotonicMilliseconds: { time.milliseconds })
        let shared = LoopShared(configuration: configuration, source: source, auditor: auditor)
        let port = try LoopPort()
        let epoll = try Poller.open(watching: port)
        (self.source, self.shared, self.port, self.time) = (source, shared, port, time)
        loop = Loop(
            shared: shared, counters: shared.counters[0], port: port, poller: Poller(owning: epoll),
            recorder: shared.recorder(0))
        source.subscribe { _, _ in
            shared.generation.add(1, ordering: .releasing)
            port.poke()
        }
    }

    /// A new connection of the loop.
    mutating func connect(isTrusted: Bool = true) throws -> TestClient {
        let (client, served) = try TestClient.pair()
        shared.connections.add(1, ordering: .relaxed)
        loop.adopt(served, Peer(user: 1_000, isTrusted: isTrusted))
        return client
    }

    /// One wake-up.
    mutating func turn() {
        loop.runOnce(waitMilliseconds: 0)
        // Explanations are written by another thread; here by this one.
        while loop.shared.explainer.runWaiting(loop.shared) > 0 { loop.runOnce(waitMilliseconds: 0) }
    }

    mutating func turn(times: Int) { for _ in 0..<times { turn() } }
}

/// Clocks that a test moves.
final class TestTime: Sendable {
    private let values = NIOLockedValueBox((seconds: Int64(1_000_000_000), milliseconds: Int64(5_000)))

    var seconds: Int64 {
        get { values.withLockedValue { $0.seconds } }
        set { values.withLockedValue { $0.seconds = newValue } }
    }

    var milliseconds: Int64 {
        get { values.withLockedValue { $0.milliseconds } }
        set { values.withLockedValue { $0.milliseconds = newValue } }
    }
}
