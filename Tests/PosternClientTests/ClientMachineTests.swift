import Testing

@testable import PosternClient

@Suite("The client's state machine")
struct ClientMachineTests {
    /// What happens to a machine.
    enum Event: Sendable {
        case submit(UInt64, deadline: UInt64 = 1_000, idempotent: Bool = true)
        case connected
        case connectFailed
        case reply
        case broke
        case cancel(UInt64)
        case tick(UInt64)
        case close
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let before: [Event]
        let event: Event
        let actions: [ClientAction]
        let state: ClientMachine.State
        var testDescription: String { name }
    }

    static let pauseEnd = ClientMachine.backoffNanosecondsMin
    static let connectedOne: [Event] = [.submit(1), .connected]
    static let backingOff: [Event] = [.submit(1), .connectFailed]

    static let cases: [Case] = [
        Case(name: "idle + submit connects", before: [], event: .submit(1), actions: [.connect], state: .connecting),
        Case(name: "idle + tick does nothing", before: [], event: .tick(5), actions: [], state: .idle),
        Case(name: "idle + cancel does nothing", before: [], event: .cancel(9), actions: [], state: .idle),
        Case(name: "idle + reply is dropped", before: [], event: .reply, actions: [.dropReply], state: .idle),
        Case(name: "idle + broke does nothing", before: [], event: .broke, actions: [], state: .idle),
        Case(name: "idle + close closes", before: [], event: .close, actions: [], state: .closed),
        Case(
            name: "connecting + submit waits", before: [.submit(1)], event: .submit(2), actions: [], state: .connecting),
        Case(
            name: "connecting + connected sends in order", before: [.submit(1), .submit(2)], event: .connected,
            actions: [.send(1), .send(2)], state: .connected),
        Case(
            name: "connecting + connectFailed pauses", before: [.submit(1)], event: .connectFailed, actions: [],
            state: .backingOff(untilNanoseconds: pauseEnd, code: 2)),
        Case(
            name: "connecting + cancel ends the call", before: [.submit(1)], event: .cancel(1),
            actions: [.fail(1, .cancelled)], state: .connecting),
        Case(
            name: "connecting + close ends the call", before: [.submit(1)], event: .close,
            actions: [.fail(1, .closed)], state: .closed),
        Case(
            name: "backing off + submit waits", before: backingOff, event: .submit(2), actions: [],
            state: .backingOff(untilNanoseconds: pauseEnd, code: 2)),
        Case(
            name: "backing off + the end of the pause connects",
            before: [.submit(1, deadline: .max - 1), .connectFailed],
            event: .tick(pauseEnd), actions: [.connect], state: .connecting),
        Case(
            name: "backing off + the deadline says why nobody answered", before: backingOff, event: .tick(1_000),
            actions: [.fail(1, .unreachable(code: 2))], state: .backingOff(untilNanoseconds: pauseEnd, code: 2)),
        Case(
            name: "backing off + nobody waiting does not connect", before: backingOff + [.cancel(1)],
            event: .tick(pauseEnd), actions: [], state: .idle),
        Case(
            name: "connected + submit sends", before: connectedOne, event: .submit(2), actions: [.send(2)],
            state: .connected),
        Case(
            name: "connected + reply delivers", before: connectedOne, event: .reply, actions: [.deliver(1)],
            state: .connected),
        Case(
            name: "connected + a reply nobody asked for ends the connection", before: connectedOne + [.reply],
            event: .reply, actions: [.dropReply, .disconnect], state: .idle),
        Case(
            name: "connected + broke asks again what is safe", before: connectedOne, event: .broke,
            actions: [.disconnect, .connect], state: .connecting),
        Case(
            name: "connected + broke ends what is not safe", before: [.submit(1, idempotent: false), .connected],
            event: .broke, actions: [.disconnect, .fail(1, .connectionLost)], state: .idle),
        Case(
            name: "a second break ends the call", before: connectedOne + [.broke, .connected], event: .broke,
            actions: [.disconnect, .fail(1, .connectionLost)], state: .idle),
        Case(
            name: "connected + the deadline ends the call", before: connectedOne, event: .tick(1_000),
            actions: [.fail(1, .timedOut)], state: .connected),
        Case(
            name: "connected + before the deadline nothing", before: connectedOne, event: .tick(999), actions: [],
            state: .connected),
        Case(
            name: "the reply of an abandoned call is dropped", before: connectedOne + [.cancel(1)], event: .reply,
            actions: [.dropReply], state: .connected),
        Case(
            name: "an abandoned call is not asked again", before: connectedOne + [.cancel(1)], event: .broke,
            actions: [.disconnect], state: .idle),
        Case(
            name: "an abandoned call keeps its place", before: connectedOne + [.submit(2), .cancel(1), .reply],
            event: .reply, actions: [.deliver(2)], state: .connected),
        Case(
            name: "connected + close ends everything", before: connectedOne + [.submit(2)], event: .close,
            actions: [.fail(1, .closed), .fail(2, .closed), .disconnect], state: .closed),
        Case(
            name: "closed + submit fails", before: [.close], event: .submit(1), actions: [.fail(1, .closed)],
            state: .closed),
        Case(name: "closed + close does nothing", before: [.close], event: .close, actions: [], state: .closed),
        Case(name: "closed + tick does nothing", before: [.close], event: .tick(9_000), actions: [], state: .closed),
        Case(name: "closed + connected does nothing", before: [.close], event: .connected, actions: [], state: .closed),
    ]

    static func apply(_ event: Event, to machine: inout ClientMachine) -> [ClientAction] {
        switch event {
        case .submit(let id, let deadline, let isIdempotent):
            machine.submit(CallTicket(id: id, deadlineNanoseconds: deadline, isIdempotent: isIdempotent))
        case .connected: machine.connected()
        case .connectFailed: machine.connectFailed(code: 2, now: 0)
        case .reply: machine.replyArrived()
        case .broke: machine.connectionBroke()
        case .cancel(let id): machine.cancel(id)
        case .tick(let now): machine.tick(now: now)
        case .close: machine.close()
        }
    }

    @Test("each state answers each event as the table says", arguments: cases)
    func table(of entry: Case) {
        var machine = ClientMachine()
        for event in entry.before { _ = Self.apply(event, to: &machine) }
        #expect(Self.apply(entry.event, to: &machine) == entry.actions)
        #expect(machine.state == entry.state)
    }

    @Test("pauses double up to their maximum")
    func pauses() {
        var machine = ClientMachine()
        _ = machine.submit(CallTicket(id: 1, deadlineNanoseconds: .max - 1, isIdempotent: true))
        var pauses: [UInt64] = []
        for _ in 0..<20 {
            _ = machine.connectFailed(code: 2, now: 0)
            guard case .backingOff(let until, _) = machine.state else { continue }
            pauses.append(until)
            _ = machine.tick(now: until)
        }
        #expect(pauses.prefix(3) == [10_000_000, 20_000_000, 40_000_000])
        #expect(pauses.max() == ClientMachine.backoffNanosecondsMax)
    }

    @Test("one call more than callsMax fails at once")
    func callsMax() {
        var machine = ClientMachine()
        for id in 1...UInt64(ClientMachine.callsMax) {
            _ = machine.submit(CallTicket(id: id, deadlineNanoseconds: 1, isIdempotent: true))
        }
        let actions = machine.submit(CallTicket(id: 0, deadlineNanoseconds: 1, isIdempotent: true))
        #expect(actions == [.fail(0, .tooManyCalls)])
    }
}
