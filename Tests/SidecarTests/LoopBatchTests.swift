import PolicyGenerators
import Testing

@testable import Sidecar

/// Calls of many questions that are answered in parts, between other callers' messages.
@Suite("A loop parts long calls")
struct LoopBatchTests {
    /// A call whose answers say which call it was: question `n` is allowed where the bits of `pattern` say so.
    ///
    /// Calls that are not plain (an escape, white space, a context) are read in another way.
    private static func call(_ count: Int, pattern: UInt64, isPlain: Bool) -> (message: String, reply: String) {
        let mayRead = (0..<count).map { pattern >> UInt64($0 % 64) & 1 == 1 }
        let questions = mayRead.enumerated().map { index, reads in
            let action = reads ? "Read" : "Delete"
            return isPlain || index % 3 > 0
                ? #"{"action":"docs:\#(action)"}"#
                : #"{ "action":"docs\u003a\#(action)","context":{"app:n":"\#(index)"}}"#
        }
        let answers = mayRead.map {
            #"{"allowed":\#($0),"decision":"\#($0 ? "allowed" : "explicitDeny")"}"#
        }
        return (
            #"{"method":"io.postern.AuthorizeMany","parameters":{"principal":"\#(TestStore.alice)","resource":"#
                + #""arn:aws:docs::111122223333:report/7","questions":[\#(questions.joined(separator: ","))]}}"#,
            #"{"parameters":{"answers":[\#(answers.joined(separator: ","))],"revision":"r1"}}"#
        )
    }

    // Small calls are copied between turns, large ones stay where they are, and of three that are halfway one is read again.
    @Test("interleaved calls of many callers are all answered as if each were alone", arguments: 0..<12)
    func interleaved(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var harness = try LoopHarness()
        let clients = try (0..<5).map { _ in try harness.connect() }
        var expected = clients.map { _ in [String]() }
        var received = expected
        for _ in 0..<400 {
            let number = Int.random(in: 0..<clients.count, using: &random)
            // A caller that is ahead reads first: no test waits for itself.
            if expected[number].count - received[number].count < 4 {
                if Int.random(in: 0..<3, using: &random) == 0 {
                    clients[number].send(TestStore.question())
                    expected[number].append(TestStore.allowed())
                } else {
                    let count = [0, 1, 31, 33, 70, 300, 512].randomElement(using: &random) ?? 1
                    let (message, reply) = Self.call(
                        count, pattern: random.next(), isPlain: Bool.random(using: &random))
                    clients[number].send(message)
                    expected[number].append(reply)
                }
            }
            if Bool.random(using: &random) { harness.turn() }
            received[number] += clients[number].repliesSoFar()
        }
        for _ in 0..<2_000 where received.map(\.count) != expected.map(\.count) {
            harness.turn()
            for (index, client) in clients.enumerated() { received[index] += client.repliesSoFar() }
        }
        for index in clients.indices { #expect(received[index] == expected[index]) }
    }

    @Test("two long calls and a quiet caller: every message is read once", arguments: [true, false])
    func readOnce(isPlain: Bool) throws {
        var harness = try LoopHarness()
        let (one, other, quiet) = (try harness.connect(), try harness.connect(), try harness.connect())
        let (first, second) = (
            Self.call(512, pattern: 0x5555_5555, isPlain: isPlain),
            Self.call(512, pattern: 0x1234_5678, isPlain: isPlain)
        )
        let before = harness.loop.handler.readings
        one.send(first.message)
        other.send(second.message)
        var asked = 0
        var replies: [[String]] = [[], []]
        while replies.contains([]), asked < 100 {
            quiet.send(TestStore.question())
            asked += 1
            harness.turn()
            #expect(quiet.repliesSoFar() == [TestStore.allowed()])
            replies[0] += one.repliesSoFar()
            replies[1] += other.repliesSoFar()
        }
        #expect(replies == [[first.reply], [second.reply]])
        #expect(asked >= 512 / SidecarLimits.turnQuestionsMax)
        #expect(harness.loop.handler.readings - before == UInt64(2 + asked))
    }

    @Test("a caller that ends halfway leaves nothing to others")
    func endsHalfway() throws {
        var harness = try LoopHarness()
        let (stayer, quiet) = (try harness.connect(), try harness.connect())
        let (message, reply) = Self.call(512, pattern: 0x0F0F, isPlain: false)
        for _ in 0..<3 {
            let leaver = try harness.connect()
            leaver.send(Self.call(512, pattern: .max, isPlain: false).message)
            harness.turn()
        }
        stayer.send(message)
        quiet.send(TestStore.question())
        harness.turn(times: 600 / SidecarLimits.turnQuestionsMax + 2)
        #expect(stayer.repliesSoFar() == [reply])
        #expect(quiet.repliesSoFar() == [TestStore.allowed()])
    }
}
