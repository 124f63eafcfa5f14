internal import CLinux
internal import DecisionTree
internal import PosternClient
internal import WireProtocol

/// One thread's part of the load: its connections, and what it measures on them.
///
/// Between a reply and the next request there is a look at a clock, a comparison of bytes, a histogram's counter and a
/// copy of a message; nothing is allocated, and no lock is taken but when the progress is asked for.
struct LoadLoop: ~Copyable {
    let plan: LoadPlan
    let messages: LoadMessages
    let schedule: LoadSchedule?
    let control: LoadControl
    let exchange: TallyExchange
    let poller: LoadPoller
    /// In the order in which requests of the open loop become due.
    let connections: [LoadConnection]
    var tally = LoadTally()
    private var replies: ReplyReader
    private var events = LoadPoller.events()
    private var chunk = [UInt8](repeating: 0, count: UnixSocket.chunkBytes)
    /// Requests on open connections that were sent and not answered.
    private var underWay = 0
    private var openConnections: Int
    /// Whether no request begins any more.
    private var isDraining = false
    /// Open loop: whose request becomes due next, and its number.
    var cursor = (connection: 0, request: 0)
    /// Open loop: connections of which requests have become due and are not sent.
    var dueConnections: [Int] = []

    /// What is formatted ahead of the socket; what is due beyond it waits as a number.
    private static let outputBytesMax = 256 * 1_024
    /// A sleep ends at least this often, to look whether something is wanted.
    private static let sleepNanosecondsMax: Int64 = 20_000_000
    /// The open loop does not trust a timer with the last of its wait: virtual machines wake up late by tens of
    /// microseconds, and that would be counted as latency.
    private static let spinNanoseconds: Int64 = 100_000

    init(
        plan: LoadPlan, messages: LoadMessages, schedule: LoadSchedule?, control: LoadControl,
        exchange: TallyExchange, poller: LoadPoller, connections: [LoadConnection]
    ) {
        self.plan = plan
        self.messages = messages
        self.schedule = schedule
        self.control = control
        self.exchange = exchange
        self.poller = poller
        self.connections = connections
        openConnections = connections.count
        replies = ReplyReader(
            messages: messages.count, questionsEach: messages.questionsEach, isBatch: plan.batch != nil)
    }

    /// Puts the load on from `start` until the end, and waits for the last replies.
    mutating func run(from start: UInt64) {
        _ = clinux_set_precise_timers()
        while MonotonicClock.nanoseconds() < start { wait(until: start) }
        if schedule == nil { for connection in connections { flush(connection) } }
        while openConnections > 0 {
            let now = MonotonicClock.nanoseconds()
            guard now < control.endNanoseconds else { break }
            turn(now)
            if exchange.isWanted { exchange.handOver(&tally) }
        }
        isDraining = true
        if let schedule { noteBacklog(schedule) }
        drain()
        exchange.finish(tally)
    }

    private mutating func turn(_ now: UInt64) {
        if let schedule {
            releaseDue(schedule, until: now)
            for index in dueConnections { flush(connections[index]) }
            dueConnections.removeAll(keepingCapacity: true)
            wait(until: min(nextDue(schedule), control.endNanoseconds))
        } else {
            let patience = Int64(clamping: control.endNanoseconds - min(now, control.endNanoseconds))
            serve(poller.wait(into: &events, nanoseconds: plan.spins ? 0 : min(patience, Self.sleepNanosecondsMax)))
        }
    }

    /// Sleeps until shortly before a time, and looks without sleeping from then on; replies are taken as they come.
    private mutating func wait(until time: UInt64) {
        let now = MonotonicClock.nanoseconds()
        let left = Int64(clamping: time - min(now, time)) - Self.spinNanoseconds
        serve(poller.wait(into: &events, nanoseconds: plan.spins ? 0 : max(0, min(left, Self.sleepNanosecondsMax))))
    }

    /// Takes the replies of the connections that have some, and sends what then can be sent.
    private mutating func serve(_ count: Int) {
        for index in 0..<count {
            let connection = connections[Int(events[index].token)]
            guard connection.isOpen else { continue }
            receive(connection)
            if connection.isOpen { flush(connection) }
        }
    }

    /// Waits for replies to what was sent.
    private mutating func drain() {
        let deadline = MonotonicClock.nanoseconds() + plan.timeoutNanoseconds
        while underWay > 0, !control.isAbandoned, MonotonicClock.nanoseconds() < deadline {
            serve(poller.wait(into: &events, nanoseconds: Self.sleepNanosecondsMax))
        }
        for connection in connections where connection.isOpen {
            count(unanswered: connection, LoadFault(name: "no reply", example: noReply, count: 0))
        }
    }

    private var noReply: String {
        control.isAbandoned ? "the run was ended first" : "none came within \(plan.timeoutSeconds) s"
    }
}

// One connection.
extension LoadLoop {
    /// Sends what is due, as far as the socket has room.
    private mutating func flush(_ connection: LoadConnection) {
        while true {
            fill(connection)
            if connection.output.isEmpty { break }
            do throws(SystemFailure) {
                guard try connection.send() else { return setBlocked(connection, true) }
            } catch {
                // What the sidecar said before it closed is still to be read; then the connection is found to be lost.
                return connection.output.removeAll()
            }
        }
        setBlocked(connection, false)
    }

    /// Puts the messages of requests that are due into the output.
    private mutating func fill(_ connection: LoadConnection) {
        guard !isDraining else { return }
        let wanted = schedule == nil ? connection.answered + plan.pipeline : connection.due
        guard connection.sent < wanted else { return }
        let now = MonotonicClock.nanoseconds()
        guard now < control.endNanoseconds else { return }
        while connection.sent < wanted, connection.output.count < Self.outputBytesMax {
            if let schedule {
                noteDelay(now, schedule, connection)
            } else {
                connection.setSendTime(of: connection.sent, now)
            }
            messages.append(connection.nextMessage, to: &connection.output)
            connection.nextMessage = messages.next(connection.nextMessage)
            connection.sent += 1
            underWay += 1
        }
    }

    /// Notes by how much a request is sent too late, unless it is the sidecar that held it up.
    private mutating func noteDelay(_ now: UInt64, _ schedule: LoadSchedule, _ connection: LoadConnection) {
        let due = schedule.due(connection.sent, on: connection.number)
        guard !connection.isBlocked, due >= control.beginNanoseconds else { return }
        tally.record(sendDelay: now - min(due, now))
    }

    private func setBlocked(_ connection: LoadConnection, _ isBlocked: Bool) {
        guard connection.isBlocked != isBlocked else { return }
        connection.isBlocked = isBlocked
        // The token is the place among this thread's connections.
        poller.watch(connection.descriptor, token: connection.number / plan.threads, forRoom: isBlocked)
    }

    /// Reads what has arrived and takes the replies in it.
    private mutating func receive(_ connection: LoadConnection) {
        while true {
            let count: Int
            do throws(SystemFailure) {
                count = try connection.receive(through: &chunk)
            } catch {
                return lose(connection)
            }
            guard count > 0 else { return }
            guard takeReplies(connection, arrived: MonotonicClock.nanoseconds()) else { return lose(connection) }
            if count < chunk.count { return }
        }
    }

    /// `false` when what arrives is no stream of replies.
    private mutating func takeReplies(_ connection: LoadConnection, arrived: UInt64) -> Bool {
        while true {
            switch connection.framer.next(in: connection.input.view) {
            case .incomplete: return true
            case .tooLong: return false
            case .message(let byteCount):
                guard connection.answered < connection.sent else { return false }
                take(connection.input.view.slice(0, byteCount), connection, arrived)
                connection.input.consume(byteCount + 1)
            }
        }
    }

    private mutating func take(_ reply: ByteView, _ connection: LoadConnection, _ arrived: UInt64) {
        let outcome = replies.outcome(of: reply, to: connection.nextReply)
        let began = begin(of: connection.answered, on: connection)
        connection.nextReply = messages.next(connection.nextReply)
        connection.answered += 1
        underWay -= 1
        // What ends after the warm-up is measured, also when it ends after the run: all that began, began before its end.
        guard arrived >= control.beginNanoseconds else { return }
        tally.record(latency: arrived - min(began, arrived), outcome)
        if arrived < control.endNanoseconds { tally.arrivals += 1 }
    }

    /// When a request's latency begins.
    private func begin(of request: Int, on connection: LoadConnection) -> UInt64 {
        schedule?.due(request, on: connection.number) ?? connection.sendTime(of: request)
    }

    private mutating func lose(_ connection: LoadConnection) {
        poller.remove(connection.descriptor)
        count(
            unanswered: connection,
            LoadFault(name: "connection lost", example: "the sidecar closed the connection", count: 0))
        connection.isOpen = false
        openConnections -= 1
        underWay -= connection.sent - connection.answered
        tally.connectionsLost += 1
    }

    /// Counts the questions that were asked and have no answer.
    private mutating func count(unanswered connection: LoadConnection, _ fault: LoadFault) {
        var fault = fault
        fault.count = (connection.sent - connection.answered) * messages.questionsEach
        tally.count(fault)
    }
}
