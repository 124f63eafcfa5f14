internal import Audit
internal import CLinux
internal import DecisionTree
internal import Directory
internal import Glibc
internal import Synchronization

/// One event loop: its connections, its reading of what is in force, and the state that every decision uses again.
///
/// Owned by one thread; what others want comes through its port. Nothing is allocated for a request once the loop has
/// seen its largest one. A wake-up is: wait, look at the generation, take commands, give each ready connection a turn.
struct Loop: ~Copyable {
    let port: LoopPort
    let shared: LoopShared
    let counters: LoopCounters
    let poller: Poller
    var connections = Slab()
    var handler: MessageHandler
    /// The bytes being answered: the loop's own buffer, or a connection's private one during its turn.
    var window = ByteQueue()
    /// A buffer of the window's size that no connection needs now.
    var spare = ByteQueue()
    /// Connections that wait for their turn, first come first, as tokens.
    var waiting = TrivialBuffer<UInt64>(capacity: 256)
    /// Those whose turn it is in this wake-up.
    var serving = TrivialBuffer<UInt64>(capacity: 256)
    /// The connection whose replies the handler holds over the end of its turn, as a token.
    var gathering: UInt64?
    /// How many connections have an unfinished message or leave replies unread, and when they were last looked at.
    var unfinished = 0
    var unread = 0
    var sweptMilliseconds: Int64 = 0
    /// The generation that was last looked at.
    var generation: UInt64 = 0
    /// When a drain gives up; `nil` while the loop serves.
    var drainDeadline: Int64?

    /// Takes over a poller that watches the port.
    init(
        shared: LoopShared, counters: LoopCounters, port: LoopPort, poller: consuming Poller,
        recorder: consuming DecisionRecorder? = nil
    ) {
        self.shared = shared
        self.counters = counters
        self.port = port
        self.poller = poller
        handler = MessageHandler(shared: shared, counters: counters)
        handler.recorder = recorder
        refresh()
    }

    /// Serves until a drain has ended.
    mutating func run() {
        while !isFinished { runOnce(waitMilliseconds: timeout) }
        end()
    }

    /// Whether a drain has answered everything, or given up.
    var isFinished: Bool {
        guard let drainDeadline else { return false }
        return connections.used == 0 || shared.clock.monotonicMilliseconds() >= drainDeadline
    }

    /// One wake-up.
    mutating func runOnce(waitMilliseconds: Int64) {
        collectEvents(poller.wait(milliseconds: waitMilliseconds))
        refresh()
        serveWaiting()
        if unfinished + unread > 0 { sweep() }
        handler.recorder?.offer()
        handler.tally.connections = connections.used
        counters.publish(&handler.tally)
    }

    /// How long the next wait may take, in milliseconds; -1 for ever.
    private var timeout: Int64 {
        if waiting.count > 0 { return 0 }
        if let drainDeadline { return max(0, drainDeadline - shared.clock.monotonicMilliseconds()) }
        return unfinished + unread > 0 ? SidecarLimits.sweepMilliseconds : -1
    }

    private mutating func collectEvents(_ count: Int) {
        for index in 0..<count {
            let event = poller.event(index)
            if event.token == Poller.portToken {
                takeCommands()
            } else if let slot = connections.slot(of: event.token) {
                // A peer that is gone cannot read what it is owed; one that may still be read from is read to its end.
                if event.hasEnded, connections[slot].interest != .reading {
                    remove(slot)
                } else {
                    enqueue(slot)
                }
            }
        }
    }

    /// Puts a connection at the back of the list.
    mutating func enqueue(_ slot: Int) {
        guard !connections[slot].isQueued else { return }
        connections[slot].isQueued = true
        waiting.append(connections.token(of: slot))
    }

    /// Gives each connection that waits one turn; those with more to do go to the back.
    private mutating func serveWaiting() {
        swap(&waiting, &serving)
        for index in 0..<serving.count {
            if let slot = connections.slot(of: serving[index]) { serve(slot) }
        }
        serving.truncate(to: 0)
    }

    /// Takes a new connection in.
    mutating func adopt(_ descriptor: Int32, _ peer: Peer) {
        let slot = connections.insert(descriptor: descriptor, peer: peer)
        if !poller.add(descriptor, .reading, token: connections.token(of: slot)) { remove(slot) }
    }

    /// Closes a connection.
    mutating func remove(_ slot: Int) {
        setUnfinished(slot, since: nil)
        setUnread(slot, since: nil)
        if gathering == connections.token(of: slot) { dropGathered() }
        connections.remove(slot)
        shared.connections.subtract(1, ordering: .relaxed)
    }

    /// Closes connections whose message has been unfinished for too long, and those that leave replies unread: what a
    /// peer does not take must not hold memory, or the snapshot of a call that is answered in part, for ever.
    private mutating func sweep() {
        let now = shared.clock.monotonicMilliseconds()
        guard now - sweptMilliseconds >= SidecarLimits.sweepMilliseconds else { return }
        sweptMilliseconds = now
        for slot in 0..<connections.count {
            let isUnfinished = connections[slot].unfinishedSince.map {
                now - $0 >= SidecarLimits.unfinishedMillisecondsMax
            }
            let isUnread = connections[slot].unreadSince.map { now - $0 >= SidecarLimits.unreadMillisecondsMax }
            if isUnfinished ?? false || isUnread ?? false { remove(slot) }
        }
    }

    /// Notes since when a connection has had an unfinished message; `nil` for no such message.
    mutating func setUnfinished(_ slot: Int, since: Int64?) {
        let had = connections[slot].unfinishedSince != nil
        if had != (since != nil) { unfinished += had ? -1 : 1 }
        connections[slot].unfinishedSince = since
    }

    /// Notes since when a peer has left replies unread; `nil` for none.
    mutating func setUnread(_ slot: Int, since: Int64?) {
        let had = connections[slot].unreadSince != nil
        if had != (since != nil) { unread += had ? -1 : 1 }
        connections[slot].unreadSince = since
    }

    private mutating func end() {
        flushGathered()
        for slot in 0..<connections.count where connections[slot].isOpen { remove(slot) }
        for command in port.closeAndTake() {
            guard case .adopt(let descriptor, _) = command else { continue }
            close(descriptor)
            shared.connections.subtract(1, ordering: .relaxed)
        }
        handler.tally.connections = 0
        counters.publish(&handler.tally)
    }
}
