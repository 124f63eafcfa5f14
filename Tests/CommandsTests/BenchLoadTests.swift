import DecisionTree
import JSONDocument
import Testing
import WireProtocol

@testable import Commands

@Suite("The schedule of the open loop")
struct LoadScheduleTests {
    @Test(
        "requests are due at even distances, whichever connection sends them",
        arguments: [0.1, 1, 3, 7.3, 1_000, 99_999.9, 10_000_000], [1, 3, 64])
    func even(rate: Double, connections: Int) {
        let schedule = LoadSchedule(startNanoseconds: 1_000, requestsPerSecond: rate, connections: connections)
        for index in [0, 1, 2, 3, 10, 63, 64, 65, 1_000, 863_999] {
            let due = schedule.due(index / connections, on: index % connections)
            let wanted = 1_000 + Double(index) * 1e9 / rate
            #expect((Double(due) - wanted).magnitude <= 1)
        }
    }

    @Test("counting those before a time agrees with when they are due", arguments: [0.1, 3, 7.3, 1_000, 99_999.9, 1e7])
    func counts(rate: Double) {
        let schedule = LoadSchedule(startNanoseconds: 5, requestsPerSecond: rate, connections: 1)
        #expect(schedule.count(before: 0) == 0 && schedule.count(before: 5) == 0)
        #expect(schedule.count(before: 6) == 1)
        for index in [1, 2, 3, 17, 100_000] {
            let due = schedule.due(index, on: 0)
            #expect(schedule.count(before: due) == index)
            #expect(schedule.count(before: due + 1) == index + 1)
        }
    }

    @Test("a second holds as many as the rate says")
    func second() {
        let schedule = LoadSchedule(startNanoseconds: 0, requestsPerSecond: 20_000, connections: 64)
        #expect(schedule.count(before: 1_000_000_000) == 20_000)
        #expect(schedule.count(before: 11_000_000_000) - schedule.count(before: 1_000_000_000) == 200_000)
    }
}

@Suite("The messages of a run")
struct LoadMessagesTests {
    private func question(_ name: String) -> JSONOutput { .object([("principal", .string(name))]) }

    private func texts(_ messages: LoadMessages) -> [String] {
        (0..<messages.count).map { index in
            var buffer = WireBuffer()
            messages.append(index, to: &buffer)
            return String(decoding: buffer.bytes, as: UTF8.self)
        }
    }

    @Test("without a batch each question is a call, in turn")
    func singles() throws {
        let messages = try LoadMessages([question("a"), question("b")], batch: nil)
        #expect(
            texts(messages) == [
                "{\"method\":\"io.postern.Authorize\",\"parameters\":{\"principal\":\"a\"}}\0",
                "{\"method\":\"io.postern.Authorize\",\"parameters\":{\"principal\":\"b\"}}\0",
            ])
        #expect(messages.next(0) == 1 && messages.next(1) == 0)
    }

    @Test("a batch that does not come out even begins again with the first question")
    func batches() throws {
        let messages = try LoadMessages(["a", "b", "c"].map(question), batch: 2)
        let lists = texts(messages).map { $0.split(separator: "\"questions\":")[1].filter { "abc".contains($0) } }
        #expect(lists.map { $0.filter { $0 != "p" } }.map(\.count).allSatisfy { $0 > 0 })
        #expect(messages.count == 2 && messages.questionsEach == 2)
        #expect(texts(messages)[1].contains(#"[{"principal":"c"},{"principal":"a"}]"#))
        #expect(
            texts(try LoadMessages([question("a")], batch: 3))[0].contains(#"[{"principal":"a"},{"principal":"a"},"#))
    }

    @Test("no question, and messages that no sidecar reads, are refused")
    func refused() {
        #expect(throws: CommandFailure.self) { try LoadMessages([], batch: nil) }
        let long = question(String(repeating: "x", count: 65_536))
        #expect(throws: CommandFailure.self) { try LoadMessages([question("a"), long], batch: nil) }
        let half = question(String(repeating: "x", count: 40_000))
        #expect(throws: CommandFailure.self) { try LoadMessages([half], batch: 2) }
        #expect(throws: Never.self) { try LoadMessages([half], batch: 1) }
    }
}

@Suite("Replies to a load")
struct ReplyReaderTests {
    private static let allowed = #"{"parameters":{"allowed":true,"decision":"allowed","revision":"r"}}"#
    private static let denied = #"{"parameters":{"allowed":false,"decision":"explicitDeny","revision":"r"}}"#

    private func outcomes(_ reader: inout ReplyReader, _ replies: [String], message: Int = 0) -> [ReplyOutcome] {
        replies.map { text in
            var buffer = WireBuffer()
            buffer.append(utf8: text)
            return reader.outcome(of: buffer.view, to: message)
        }
    }

    @Test("each is counted for what it says, known or not")
    func singles() {
        var reader = ReplyReader(messages: 1, questionsEach: 1, isBatch: false)
        let silent = #"{"parameters":{"allowed":false,"decision":"implicitDeny","revision":"r"}}"#
        for _ in 0..<3 {
            #expect(
                outcomes(&reader, [Self.allowed, Self.denied, silent]) == [
                    ReplyOutcome(allowed: 1), ReplyOutcome(explicitDeny: 1), ReplyOutcome(implicitDeny: 1),
                ])
        }
        let newer = (0..<9).map { Self.allowed.replacing("\"r\"", with: "\"r\($0)\"") }
        #expect(outcomes(&reader, newer + newer).allSatisfy { $0 == ReplyOutcome(allowed: 1) })
    }

    @Test(
        "what contradicts itself or is no reply is never counted as an answer",
        arguments: [
            #"{"parameters":{"allowed":true,"decision":"implicitDeny","revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed"}}"#, #"{"parameters":{"decision":"allowed"}}"#,
            "", "x", "[]", "{}", allowed + " x", String(allowed.dropLast()),
        ])
    func unreadable(_ reply: String) {
        var reader = ReplyReader(messages: 1, questionsEach: 1, isBatch: false)
        for outcome in outcomes(&reader, [Self.allowed, reply, reply]).dropFirst() {
            #expect(outcome.allowed + outcome.implicitDeny + outcome.explicitDeny == 0)
            #expect(outcome.faults.map(\.name) == ["unreadable reply"] && outcome.faults[0].count == 1)
        }
    }

    @Test("an error is counted by its name, with what it said")
    func errors() {
        var reader = ReplyReader(messages: 1, questionsEach: 1, isBatch: false)
        let reply = #"{"error":"io.postern.BadRequest","parameters":{"message":"no"}}"#
        #expect(outcomes(&reader, [reply])[0].faults == [LoadFault(name: "io.postern.BadRequest", example: "no")])
        let unknown = outcomes(&reader, [#"{"error":"x.Y"}"#])[0]
        #expect(unknown.faults.map(\.name) == ["x.Y"])
    }

    @Test("a batch has as many answers as questions, each with its own fault")
    func batches() {
        var reader = ReplyReader(messages: 2, questionsEach: 3, isBatch: true)
        let answers = [
            #"{"allowed":true,"decision":"allowed"}"#, #"{"allowed":false,"decision":"implicitDeny"}"#,
            #"{"allowed":false,"decision":"implicitDeny","error":"BadRequest: no"}"#,
        ]
        let reply = "{\"parameters\":{\"answers\":[\(answers.joined(separator: ","))],\"revision\":\"r\"}}"
        let wanted = ReplyOutcome(
            allowed: 1, implicitDeny: 1, faults: [LoadFault(name: "io.postern.BadRequest", example: "BadRequest: no")])
        #expect(outcomes(&reader, [reply, reply], message: 1) == [wanted, wanted])
        let short = "{\"parameters\":{\"answers\":[\(answers[0])],\"revision\":\"r\"}}"
        // All three questions are without an answer.
        #expect(outcomes(&reader, [short], message: 1)[0].faults.map(\.count) == [3])
        #expect(outcomes(&reader, [Self.allowed])[0].faults.map(\.count) == [3])
    }
}

@Suite("A tally that changes hands")
struct TallyExchangeTests {
    private func tally(_ latencies: UInt64...) -> LoadTally {
        var tally = LoadTally()
        for latency in latencies { tally.record(latency: latency, ReplyOutcome(allowed: 1)) }
        return tally
    }

    @Test("nothing is lost and nothing counted twice, whenever it is asked for")
    func conserved() throws {
        let exchange = TallyExchange()
        #expect(!exchange.isWanted && exchange.take() == nil)
        var own = tally(1, 2, 3)
        exchange.ask()
        #expect(exchange.isWanted)
        exchange.handOver(&own)
        #expect(!exchange.isWanted && own.requests == 0)
        // Asked again before the first part is taken: the thread keeps what it has.
        own.record(latency: 4, ReplyOutcome(explicitDeny: 1))
        exchange.ask()
        exchange.handOver(&own)
        #expect(own.requests == 1)
        exchange.finish(own)
        let all = try #require(exchange.take())
        #expect(all.requests == 4 && all.latencySum == 10)
        #expect(all.answered == ReplyOutcome(allowed: 3, explicitDeny: 1))
        #expect(exchange.take() == nil)
    }

    @Test("a thread that was never asked leaves everything at its end")
    func unasked() throws {
        let exchange = TallyExchange()
        exchange.finish(tally(7))
        #expect(try #require(exchange.take()).requests == 1)
    }

    @Test("what takes longer than anything is counted as an hour")
    func longest() {
        #expect(tally(.max).requests == 1)
    }
}
