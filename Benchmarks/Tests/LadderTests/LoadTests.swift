import Testing

@testable import Ladder

/// The load generator itself, against an echo whose time is known.
@Suite("Load", .serialized)
struct LoadTests {
    private static let message = Messages.status

    @Test("a closed loop asks again at once, from all callers")
    func closed() throws {
        let folder = try TemporaryFolder()
        let echo = try Echo(place: folder.path, replyBytes: 80, processor: nil)
        let load = Load(callers: 8, rate: nil, seconds: 0.05, messages: Self.message)
        let outcome = try load.apply(to: echo.socket)
        #expect(outcome.answered >= 8)
        #expect(outcome.failed == 0)
        #expect(outcome.latencies.count == outcome.answered)
        #expect(outcome.latencies.allSatisfy { $0 > 0 })
    }

    @Test("an open loop asks as often as it should, and waiting counts from when a question was due")
    func open() throws {
        let folder = try TemporaryFolder()
        // Two milliseconds a question: one caller can ask 500 times a second, and is to ask 2,000 times;
        // few questions in all, so that they are answered in time on a busy machine too.
        let echo = try Echo(place: folder.path, replyBytes: 80, busyNanoseconds: 2_000_000, processor: nil)
        let load = Load(callers: 1, rate: 2_000, seconds: 0.02, messages: Self.message)
        let outcome = try load.apply(to: echo.socket)
        // The seed gives the moments, so that their number is always the same.
        #expect(outcome.answered == outcome.moments.count)
        #expect((20...60).contains(outcome.answered))
        #expect(outcome.failed == 0)
        // The last one waited for all before it: a client that forgot to ask meanwhile would say two milliseconds.
        #expect(outcome.percentile(99) > 30e6)
    }

    @Test("an answer that is an error is a failure")
    func failures() throws {
        let folder = try TemporaryFolder()
        let store = try Rung.small.store(divisor: 10)
        let served = try Served(writing: store, place: folder.path, processor: nil)
        let wrong = Array(#"{"method":"io.postern.Nothing"}"#.utf8) + [0]
        let outcome = try Load(callers: 2, rate: nil, seconds: 0.02, messages: wrong).apply(to: served.socket)
        #expect(outcome.answered > 0 && outcome.failed == outcome.answered)
    }
}
