/// A call on its way through the client.
struct CallTicket: Sendable, Hashable {
    let id: UInt64
    /// On the monotonic clock.
    let deadlineNanoseconds: UInt64
    /// Whether asking twice does no harm, so that a broken connection may be tried again.
    let isIdempotent: Bool
    /// Connections that broke under it.
    var connectionsLost = 0
}

/// Why a call ends without a reply.
enum CallFailure: Sendable, Hashable {
    case unreachable(code: Int32)
    case timedOut
    case connectionLost
    case closed
    case cancelled
    case tooManyCalls
}

/// What the driver does after an event.
enum ClientAction: Sendable, Hashable {
    /// Try to connect, and say `connected` or `connectFailed`.
    case connect
    /// Put the call's message behind what is to be sent.
    case send(UInt64)
    /// Hand the reply that has just arrived to the call.
    case deliver(UInt64)
    /// Nobody waits for the reply that has just arrived.
    case dropReply
    /// End the call with an error.
    case fail(UInt64, CallFailure)
    /// Close the connection and forget what is to be sent.
    case disconnect
}

/// The client's connection and its calls, without sockets, threads or a clock.
///
/// Replies carry no ids and come in request order (design §3.3), so a call that gives up leaves its place in the queue
/// behind, and the reply that comes for it is dropped.
struct ClientMachine: Sendable {
    /// Calls under way at once; past it callers hear so at once instead of waiting in memory.
    static let callsMax = 65_536
    /// The first pause after a failed connect; doubled each time up to `backoffNanosecondsMax`.
    static let backoffNanosecondsMin: UInt64 = 10_000_000
    /// Short enough that a restarted sidecar is found at once.
    static let backoffNanosecondsMax: UInt64 = 500_000_000

    enum State: Sendable, Hashable {
        /// No connection, and nobody needs one.
        case idle
        /// The driver is connecting.
        case connecting
        /// The last try failed; the next is at that time.
        case backingOff(untilNanoseconds: UInt64, code: Int32)
        case connected
        case closed
    }

    private struct Slot: Sendable {
        var ticket: CallTicket
        var isAbandoned = false
    }

    private(set) var state = State.idle
    private var waiting: [CallTicket] = []
    private var inFlight: [Slot] = []
    private var inFlightStart = 0
    private var failedConnects: UInt64 = 0
    /// INVARIANT: no live call's deadline is before this.
    private var earliestDeadline = UInt64.max

    /// Calls that wait or are in flight, abandoned ones with them.
    var callCount: Int { waiting.count + inFlight.count - inFlightStart }

    /// When `tick` has something to do at the latest; `nil` when nothing is due.
    var nextTick: UInt64? {
        var next = earliestDeadline
        if case .backingOff(let until, _) = state { next = min(next, until) }
        return next == .max ? nil : next
    }
}

extension ClientMachine {
    /// A new call.
    mutating func submit(_ ticket: CallTicket) -> [ClientAction] {
        if state == .closed { return [.fail(ticket.id, .closed)] }
        guard callCount < ClientMachine.callsMax else { return [.fail(ticket.id, .tooManyCalls)] }
        earliestDeadline = min(earliestDeadline, ticket.deadlineNanoseconds)
        guard state == .connected else {
            waiting.append(ticket)
            return connectIfIdle()
        }
        inFlight.append(Slot(ticket: ticket))
        return [.send(ticket.id)]
    }

    /// The connection stands: everything that waited is sent, in order.
    mutating func connected() -> [ClientAction] {
        guard state == .connecting else { return [] }
        state = .connected
        failedConnects = 0
        inFlight = waiting.map { Slot(ticket: $0) }
        inFlightStart = 0
        waiting = []
        return inFlight.map { .send($0.ticket.id) }
    }

    /// Nobody listens; those who wait go on waiting until their own deadlines.
    mutating func connectFailed(code: Int32, now: UInt64) -> [ClientAction] {
        guard state == .connecting else { return [] }
        let doubled = ClientMachine.backoffNanosecondsMin << min(failedConnects, 16)
        failedConnects += 1
        state = .backingOff(untilNanoseconds: now + min(doubled, ClientMachine.backoffNanosecondsMax), code: code)
        return []
    }

    /// A whole reply has arrived.
    mutating func replyArrived() -> [ClientAction] {
        guard state == .connected else { return [.dropReply] }
        guard inFlightStart < inFlight.count else { return [.dropReply] + connectionBroke() }
        let slot = inFlight[inFlightStart]
        inFlightStart += 1
        compact()
        return [slot.isAbandoned ? .dropReply : .deliver(slot.ticket.id)]
    }

    /// The connection is gone: safe calls get one more try on a fresh one, the others end.
    mutating func connectionBroke() -> [ClientAction] {
        guard state == .connected else { return [] }
        var actions: [ClientAction] = [.disconnect]
        var again: [CallTicket] = []
        for slot in inFlight[inFlightStart...] where !slot.isAbandoned {
            var ticket = slot.ticket
            ticket.connectionsLost += 1
            if ticket.isIdempotent && ticket.connectionsLost < 2 {
                again.append(ticket)
            } else {
                actions.append(.fail(ticket.id, .connectionLost))
            }
        }
        inFlight = []
        inFlightStart = 0
        waiting = again
        state = .idle
        return actions + connectIfIdle()
    }

    /// The caller of this call has gone.
    mutating func cancel(_ id: UInt64) -> [ClientAction] { end(.cancelled) { $0.id == id } }

    /// Time has passed: ends what is over its deadline, and connects when the pause is over.
    mutating func tick(now: UInt64) -> [ClientAction] {
        var actions: [ClientAction] = []
        if now >= earliestDeadline {
            let failure: CallFailure =
                if case .backingOff(_, let code) = state { .unreachable(code: code) } else { .timedOut }
            actions = end(failure) { $0.deadlineNanoseconds <= now }
            earliestDeadline = liveTickets.map(\.deadlineNanoseconds).min() ?? .max
        }
        if case .backingOff(let until, _) = state, now >= until {
            state = .idle
            actions += connectIfIdle()
        }
        return actions
    }

    /// The client is closed; everyone under way hears so.
    mutating func close() -> [ClientAction] {
        guard state != .closed else { return [] }
        let wasConnected = state == .connected
        let actions = end(.closed) { _ in true }
        state = .closed
        waiting = []
        inFlight = []
        inFlightStart = 0
        earliestDeadline = .max
        return actions + (wasConnected ? [.disconnect] : [])
    }
}

extension ClientMachine {
    private var liveTickets: [CallTicket] {
        waiting + inFlight[inFlightStart...].filter { !$0.isAbandoned }.map(\.ticket)
    }

    private mutating func connectIfIdle() -> [ClientAction] {
        guard state == .idle, !waiting.isEmpty else { return [] }
        state = .connecting
        return [.connect]
    }

    private mutating func end(_ failure: CallFailure, where isMeant: (CallTicket) -> Bool) -> [ClientAction] {
        var actions = waiting.filter(isMeant).map { ClientAction.fail($0.id, failure) }
        waiting.removeAll(where: isMeant)
        for index in inFlightStart..<inFlight.count
        where !inFlight[index].isAbandoned && isMeant(inFlight[index].ticket) {
            inFlight[index].isAbandoned = true
            actions.append(.fail(inFlight[index].ticket.id, failure))
        }
        return actions
    }

    private mutating func compact() {
        guard inFlightStart == inFlight.count || inFlightStart > 1_024 && inFlightStart * 2 > inFlight.count else {
            return
        }
        inFlight.removeFirst(inFlightStart)
        inFlightStart = 0
    }
}
