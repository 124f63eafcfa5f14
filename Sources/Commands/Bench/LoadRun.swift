internal import Glibc
internal import PosternClient
internal import Sidecar

/// A run: connections, threads, progress and signals.
struct LoadRun {
    let socketPath: String
    let plan: LoadPlan
    let messages: LoadMessages
    let client: BlockingClient
    /// Waits so many milliseconds; `true`, and at once, when somebody wants the run to end.
    let waitForInterrupt: (Int32) -> Bool

    /// Puts the load on and gives what came of it; an interrupt ends it early.
    func run(_ progress: inout LoadProgress) throws(CommandFailure) -> LoadResult {
        let revision = try revision()
        let parts = try connect()
        let start = MonotonicClock.nanoseconds() + LoadRun.startNanoseconds
        let begin = start + plan.warmupNanoseconds
        let control = LoadControl(
            beginNanoseconds: begin, endNanoseconds: begin + plan.durationNanoseconds, threads: parts.count)
        let schedule = plan.requestsPerSecond.map {
            LoadSchedule(startNanoseconds: start, requestsPerSecond: $0, connections: plan.connections)
        }
        let threads = try launch(parts, control, schedule, start)
        let plannedEnd = control.endNanoseconds
        let tally = watch(parts, control, &progress)
        for thread in threads { thread.join() }
        let end = control.endNanoseconds
        return LoadResult(
            plan: plan, socketPath: socketPath, revision: revision, revisionAfter: try? self.revision(),
            measuredNanoseconds: end - min(begin, end), isCutShort: end < plannedEnd,
            due: schedule.map { $0.count(before: end) - $0.count(before: min(begin, end)) }, tally: tally)
    }

    /// Threads get ready for so long before the first request.
    private static let startNanoseconds: UInt64 = 5_000_000

    /// Also shows, before anything is measured, whether there is a sidecar.
    private func revision() throws(CommandFailure) -> String {
        do throws(PosternError) {
            return try client.status().revision
        } catch {
            throw CommandFailure(error)
        }
    }
}

// Connections and threads.
extension LoadRun {
    /// What one thread is given.
    struct Part: Sendable {
        let exchange = TallyExchange()
        let poller: LoadPoller
        /// With their numbers among all connections.
        var sockets: [(number: Int, socket: LoadSocket)] = []

        init() throws(CommandFailure) { poller = try LoadPoller() }
    }

    private func connect() throws(CommandFailure) -> [Part] {
        let room = DescriptorLimit.connections(wanted: plan.connections)
        guard room >= plan.connections else {
            throw .usage(
                "\(plan.connections) connections need more open files than this process may have: lower --connections"
                    + " to \(room), or raise the limit with `ulimit -n`")
        }
        var parts: [Part] = []
        for _ in 0..<plan.threads { parts.append(try Part()) }
        let deadline = MonotonicClock.nanoseconds() + plan.timeoutNanoseconds
        for number in 0..<plan.connections {
            let socket = try connect(deadline)
            let index = number % plan.threads
            // The token is the place among the thread's connections.
            try parts[index].poller.add(socket.socket.number, token: parts[index].sockets.count)
            parts[index].sockets.append((number, socket))
        }
        return parts
    }

    /// Connects; a full queue of the listener is waited for.
    private func connect(_ deadline: UInt64) throws(CommandFailure) -> LoadSocket {
        while true {
            do throws(SystemFailure) {
                return LoadSocket(try UnixSocket(connectingTo: socketPath))
            } catch {
                guard error.code == EAGAIN, MonotonicClock.nanoseconds() < deadline else {
                    throw CommandFailure(.unreachable(socketPath: socketPath, code: error.code))
                }
                usleep(1_000)
            }
        }
    }

    private func launch(
        _ parts: [Part], _ control: LoadControl, _ schedule: LoadSchedule?, _ start: UInt64
    ) throws(CommandFailure) -> [PlainThread] {
        var threads: [PlainThread] = []
        for (index, part) in parts.enumerated() {
            do throws(SidecarError) {
                let thread = try PlainThread("bench-\(index)") { [plan, messages] in
                    var loop = LoadLoop(
                        plan: plan, messages: messages, schedule: schedule, control: control,
                        exchange: part.exchange, poller: part.poller,
                        connections: LoadRun.connections(of: part, plan, messages))
                    loop.run(from: start)
                    control.finished()
                }
                threads.append(thread)
            } catch {
                throw .usage("\(error); lower --threads")
            }
        }
        return threads
    }

    /// Each connection begins with another question, so that a file is asked evenly also by a short run.
    private static func connections(of part: Part, _ plan: LoadPlan, _ messages: LoadMessages) -> [LoadConnection] {
        part.sockets.map { number, socket in
            LoadConnection(
                number: number, socket: socket, firstMessage: number * messages.count / plan.connections,
                pipeline: plan.pipeline)
        }
    }
}

// While it runs.
extension LoadRun {
    private static let tickMilliseconds: Int32 = 250
    private static let answerMicroseconds: UInt32 = 2_000
    /// How soon the end of the threads is noticed.
    private static let lastTickMilliseconds: Int32 = 10

    /// Waits for the threads, tells the progress, obeys interrupts; gives all tallies together.
    private func watch(_ parts: [Part], _ control: LoadControl, _ progress: inout LoadProgress) -> LoadTally {
        var tally = LoadTally()
        while control.isRunning {
            let now = MonotonicClock.nanoseconds()
            let left = Int64(clamping: control.endNanoseconds - min(now, control.endNanoseconds)) / 1_000_000
            let tick = min(Int64(Self.tickMilliseconds), max(left, Int64(Self.lastTickMilliseconds)))
            if waitForInterrupt(Int32(tick)) {
                control.interrupt(at: MonotonicClock.nanoseconds())
            }
            tell(parts, control, &progress, &tally)
        }
        progress.clear()
        // Where every connection was lost, there was nothing to measure any more.
        let now = MonotonicClock.nanoseconds()
        if now < control.endNanoseconds { control.interrupt(at: now) }
        collect(parts, into: &tally)
        return tally
    }

    private func tell(
        _ parts: [Part], _ control: LoadControl, _ progress: inout LoadProgress, _ tally: inout LoadTally
    ) {
        let now = MonotonicClock.nanoseconds()
        guard now < control.endNanoseconds else { return }
        for part in parts { part.exchange.ask() }
        // A busy thread answers at once; one that sleeps is heard the next time.
        usleep(LoadRun.answerMicroseconds)
        collect(parts, into: &tally)
        progress.tell(tally, measuredNanoseconds: now - min(now, control.beginNanoseconds), plan)
    }

    private func collect(_ parts: [Part], into tally: inout LoadTally) {
        for part in parts {
            if let part = part.exchange.take() { tally.add(part) }
        }
    }
}
